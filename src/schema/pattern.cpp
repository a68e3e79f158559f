#include "schema/pattern.hpp"

#include "schema/ecma_regex.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr int max_memory_bytes = 2 << 20;  // of the engine's cached states, for each pattern
constexpr int max_program_size = 20'000;

Error refuse(std::string_view ecma, std::string_view why) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = "schema.load.pattern",
                 .message = fmt::format("the pattern \"{}\": {}", ecma.substr(0, 200), why),
                 .hint = "patterns are ECMA-262 without look-around and back-references"};
}

}  // namespace

Pattern::Pattern(std::string text, std::unique_ptr<re2::RE2> engine)
    : text_{std::move(text)},
      engine_{std::move(engine)},
      dfa_{AsciiDfa::make(text_)},
      size_{dfa_ ? 1 : static_cast<std::size_t>(engine_->ProgramSize())} {}
Pattern::~Pattern() = default;

Result<std::unique_ptr<Pattern>> Pattern::compile(std::string_view ecma, std::size_t max_bytes) {
    if (ecma.size() > max_bytes) return refuse(ecma, fmt::format("longer than {} bytes", max_bytes));
    const auto regex = read_ecma_regex(ecma);
    if (!regex.error.empty()) return refuse(ecma, regex.error);
    if (!regex.refusal.empty()) return refuse(ecma, regex.refusal);
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(max_memory_bytes);
    auto engine = std::make_unique<re2::RE2>(regex.re2, options);
    if (!engine->ok()) return refuse(ecma, engine->error());
    if (engine->ProgramSize() > max_program_size) return refuse(ecma, "too many states");
    return std::unique_ptr<Pattern>{new Pattern{std::string{ecma}, std::move(engine)}};
}

bool Pattern::matches_in_general(std::string_view text) const {
    return re2::RE2::PartialMatch({text.data(), text.size()}, *engine_);
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
