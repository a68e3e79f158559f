#include "json/tape_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

void TapeWriter::start() {
    at_ = 1;
    strings_at_ = 0;
    here_ = {};
    outer_.clear();
    deepest_ = 0;
    largest_ = 0;
    names_are_ours_ = true;
    complete_ = true;
}

void TapeWriter::open(char kind) {
    ++here_.count;
    outer_.push_back(here_);
    deepest_ = std::max(deepest_, outer_.size());
    need_words();
    here_ = {at_, 0};
    put(kind, 0);
}

void TapeWriter::close(char kind) {
    constexpr std::uint64_t most = 0xffffff;
    need_words();
    put(kind, here_.opening);
    words_[here_.opening] |= (std::min(here_.count, most) << 32) | at_;
    if (kind == '}') largest_ = std::max(largest_, here_.count);
    here_ = outer_.back();
    outer_.pop_back();
}

void TapeWriter::integer(std::uint64_t value) {
    constexpr auto most_signed = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    put_number(value <= most_signed ? 'l' : 'u', value);
}

void TapeWriter::number(float value) {
    std::array<char, 32> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    double read = 0;
    std::from_chars(digits.data(), end, read);
    number(read);
}

std::optional<Value> TapeWriter::finish(const Limits& limits) {
    if (!complete_ || deepest_ > limits.max_depth || largest_ > limits.max_members || at_ == 1) return {};
    need_words();
    put('r', 0);
    words_[0] = (tape::Word{'r'} << 56) | at_;
    const Limits bounds{limits.max_bytes, std::min<std::size_t>(limits.max_depth, 1'024), limits.max_members};
    if (!names_are_ours_ && !strict_.check(document_, bounds, true)) return {};
    return document_.root();
}

void TapeWriter::grow_words() {
    words_size_ = std::max<std::size_t>(2 * words_size_, 512);
    std::unique_ptr<tape::Word[]> larger{new tape::Word[words_size_]};
    if (at_ > 1) std::copy_n(words_, at_, larger.get());
    document_.tape = std::move(larger);
    words_ = document_.tape.get();
}

void TapeWriter::grow_strings(std::size_t size) {
    strings_size_ = std::max(2 * strings_size_, strings_at_ + size + 4'096);
    auto larger = std::make_unique<std::uint8_t[]>(strings_size_);
    std::copy_n(document_.string_buf.get(), strings_at_, larger.get());
    document_.string_buf = std::move(larger);
}

}  // namespace json
EVENTSDK_END_NAMESPACE
