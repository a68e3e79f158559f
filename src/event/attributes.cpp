#include "event/attributes.hpp"

#include "event/payload.hpp"
#include "json/raw_members.hpp"
#include "json/text.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

const ValueType& scalar_type(const ValueType& type) noexcept {
    return type.kind == ValueKind::optional ? *type.element : type;
}

bool is_text(ValueKind kind) noexcept {
    return kind == ValueKind::string || kind == ValueKind::enumeration || kind == ValueKind::uuid ||
           kind == ValueKind::timestamp;
}

Error at_attribute(std::string_view name, Error error) {
    error.pointer.clear();
    json::append_pointer(error.pointer, name);
    error.message = "attribute \"" + json::printable(name) + "\": " + error.message;
    return error;
}

Error missing(std::string_view name) {
    return at_attribute(name, Error{.kind = ErrorKind::permanent, .code = "event.missing", .message = "it is missing"});
}

Result<void> fill(const FieldDescriptor& field, void* event, std::string_view text) {
    static thread_local json::Document document;
    static thread_local std::string content;
    if (!is_text(scalar_type(*field.type).kind) && text.starts_with('"')) {
        content.clear();
        json::append_unescaped(content, text);
        text = content;
    }
    auto value = document.parse(text);
    if (!value) return at_attribute(field.name, std::move(value).error());
    if (auto filled = fill_payload(*field.type, field.get_mutable(event), *value); !filled)
        return at_attribute(field.name, std::move(filled).error());
    return {};
}

}  // namespace

Result<void> encode_attributes(const EventDescriptor& descriptor, const void* event, AttributeTexts& out) {
    out.extensions.clear();
    if (out.texts.size() < descriptor.attributes.size()) out.texts.resize(descriptor.attributes.size());
    auto text = out.texts.begin();
    for (const FieldDescriptor& field : descriptor.attributes) {
        const void* value = field.get(event);
        if (field.type->kind == ValueKind::optional) value = field.type->at(value, 0);
        if (value == nullptr) continue;
        text->clear();
        if (auto done = encode_payload(scalar_type(*field.type), value, *text); !done)
            return at_attribute(field.name, std::move(done).error());
        out.extensions.push_back({field.name, *text++});
    }
    return {};
}

Result<void> fill_attributes(const EventDescriptor& descriptor, void* event, std::span<const Extension> extensions) {
    for (const FieldDescriptor& field : descriptor.attributes) {
        const auto found = std::find_if(extensions.begin(), extensions.end(),
                                        [&field](const Extension& each) { return each.name == field.name; });
        if (found != extensions.end()) {
            if (auto filled = fill(field, event, found->json); !filled) return filled;
        } else if (field.type->kind == ValueKind::optional) {
            field.type->clear(field.get_mutable(event));
        } else {
            return missing(field.name);
        }
    }
    return {};
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
