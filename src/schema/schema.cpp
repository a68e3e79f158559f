#include <eventsdk/schema/schema.hpp>

#include "schema/check.hpp"
#include "schema/compiled.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

json::Limits document_limits(const SchemaLimits& limits) {
    return {limits.max_document_bytes, limits.max_document_depth, limits.max_document_members};
}

// Kept by each thread, so that checking texts allocates nothing in steady state.
json::Document& document_of_thread() {
    thread_local json::Document document;
    return document;
}

}  // namespace

Schema::Schema(std::shared_ptr<const schema_detail::Compiled> compiled) noexcept : compiled_{std::move(compiled)} {}

std::string_view Schema::file() const noexcept { return compiled_->file; }
std::string_view Schema::type() const noexcept { return compiled_->type; }
int Schema::version() const noexcept { return compiled_->version; }
std::string_view Schema::text() const noexcept { return compiled_->text; }
const std::vector<std::string>& Schema::unknown_keywords() const noexcept { return compiled_->unknown_keywords; }

Result<void> Schema::validate(std::string_view json_text) const {
    auto value = document_of_thread().parse(json_text, document_limits(compiled_->plan->limits));
    if (!value) return std::move(value.error());
    return schema_detail::check(*this, *value);
}

std::vector<Violation> Schema::validate_all(std::string_view json_text, std::size_t cap) const {
    auto value = document_of_thread().parse(json_text, document_limits(compiled_->plan->limits));
    if (value) return schema_detail::check_all(*this, *value, cap);
    return {Violation{.code = value.error().code, .message = value.error().message}};
}

EVENTSDK_END_NAMESPACE
