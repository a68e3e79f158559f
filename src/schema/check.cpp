#include "schema/check.hpp"

#include "schema/compiled.hpp"
#include "schema/evaluator.hpp"

#include <fmt/format.h>

#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

Violation too_costly(const Compiled& compiled) {
    return {.code = "schema.too_costly",
            .schema = compiled.file + "#",
            .message = fmt::format("the check needs more than {} steps", compiled.plan->limits.max_steps)};
}

Error error_of(const Violation& violation) {
    Error error{.kind = ErrorKind::permanent, .code = violation.code};
    error.pointer = violation.pointer;
    error.message = fmt::format("at \"{}\": {} ({})", violation.pointer, violation.message, violation.schema);
    if (violation.code == "schema.too_costly")
        error.hint = "simplify overlapping alternatives or patterns, or raise SchemaLimits::max_steps";
    return error;
}

}  // namespace

Result<void> check(const Schema& schema, const json::Value& value) {
    const auto& compiled = schema.compiled();
    if (compiled.reference) {
        const auto violations = check_all(schema, value, 1);
        return violations.empty() ? Result<void>{} : error_of(violations.front());
    }
    Budget budget{compiled.plan->limits.max_steps};
    if (Evaluator<false>{*compiled.plan, budget}.check(*compiled.root, value)) return {};
    if (budget.exhausted) return error_of(too_costly(compiled));
    return error_of(check_all(schema, value, 1).front());
}

std::vector<Violation> check_all(const Schema& schema, const json::Value& value, std::size_t cap) {
    const auto& compiled = schema.compiled();
    std::optional<std::string> fault;
    if (compiled.reference && !(fault = compiled.reference->find_fault(value))) return {};
    Budget budget{compiled.plan->limits.max_steps};
    Findings findings{cap == 0 ? 1 : cap};
    const bool valid = Evaluator<true>{*compiled.plan, budget, &findings}.check(*compiled.root, value);
    if (budget.exhausted && findings.violations.size() < findings.cap)
        findings.violations.push_back(too_costly(compiled));
    // The reference decides; the plan only explains, where it agrees.
    if (valid && fault)
        findings.violations.push_back(
            {.code = "schema.reference", .schema = compiled.file + "#", .message = std::move(*fault)});
    if (!valid && findings.violations.empty()) findings.violations.push_back(too_costly(compiled));
    return std::move(findings.violations);
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
