#include "core/base64.hpp"
#include "core/rfc3339.hpp"
#include "core/utf8.hpp"
#include "event/cloud_event_attributes.hpp"
#include "event/codec.hpp"
#include "json/raw_members.hpp"

#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

using Kind = simdjson::dom::element_type;

/// One pass over the object's members; extensions get their JSON text in a second one, when there are any.
class StructuredReading {
public:
    StructuredReading(std::string_view text, Scratch& scratch, CloudEvent& out)
        : text_{text}, scratch_{scratch}, out_{out} {}

    Result<void> run(const json::Value& body) {
        simdjson::dom::object object;
        if (body.get(object) != simdjson::SUCCESS)
            return cloud_error("not_an_object", "", "is JSON, but not an object");
        for (const auto [name, value] : object)
            if (auto read = member(name, value); !read) return read;
        if (auto checked = check_attributes(specversion_, out_); !checked) return checked;
        if (extensions_ > 0 || out_.value) take_raw_members();
        return data();
    }

private:
    Result<void> member(std::string_view name, const json::Value& value) {
        if (name == "data") {
            out_.value = value;
            return {};
        }
        if (name == "data_base64") return encoded_data(value);
        if (!is_attribute_name(name))
            return cloud_error("attribute_name", name, "is not a name of lower-case letters and digits");
        if (value.is_null()) return {};
        if (std::string_view* place = core_attribute(name, specversion_, out_)) return core_text(name, value, *place);
        ++extensions_;
        return extension(name, value);
    }

    static Result<void> core_text(std::string_view name, const json::Value& value, std::string_view& place) {
        if (value.get(place) != simdjson::SUCCESS) return cloud_error("wrong_type", name, "is not a string");
        return check_text(name, place, true);
    }

    static Result<void> extension(std::string_view name, const json::Value& value) {
        switch (value.type()) {
            case Kind::BOOL: return {};
            case Kind::STRING: return check_text(name, value.get_string().value_unsafe(), false);
            case Kind::INT64: {
                const std::int64_t number = value.get_int64().value_unsafe();
                if (number >= std::numeric_limits<std::int32_t>::min() &&
                    number <= std::numeric_limits<std::int32_t>::max())
                    return {};
                return cloud_error("integer_range", name, "is not in -2147483648 to 2147483647");
            }
            case Kind::UINT64: return cloud_error("integer_range", name, "is not in -2147483648 to 2147483647");
            case Kind::DOUBLE: return cloud_error("not_an_integer", name, "is a number, but not written as an integer");
            default: return cloud_error("not_scalar", name, "is neither a string nor an integer nor a boolean");
        }
    }

    void take_raw_members() {
        for (json::RawMembers members{text_}; members.next();) {
            std::string_view name = members.raw_name();
            if (name.find('\\') != std::string_view::npos) name = scratch_.keep_unescaped(name);
            if (name == "data") out_.data = members.value();
            if (members.value() == "null" || name == "data" || name == "data_base64") continue;
            std::string_view unused;
            if (core_attribute(name, unused, out_) == nullptr) out_.extensions.push_back({name, members.value()});
        }
    }

    Result<void> encoded_data(const json::Value& value) {
        std::string_view text;
        if (value.is_null()) return {};
        if (value.get(text) != simdjson::SUCCESS) return cloud_error("data_base64", "data_base64", "is not a string");
        auto bytes = base64::decode(text);
        if (!bytes) return cloud_error("data_base64", "data_base64", "is not base64");
        has_bytes_ = true;
        out_.data_kind = CloudData::bytes;
        out_.data = scratch_.keep(*bytes);
        return {};
    }

    Result<void> data() {
        if (!out_.value) return {};
        if (has_bytes_) return cloud_error("data_twice", "data", "stands beside \"data_base64\"");
        std::string_view text;
        if (!is_json_content(out_.datacontenttype) && out_.value->get(text) == simdjson::SUCCESS) {
            out_.data_kind = CloudData::text;
            out_.data = text;
            out_.value.reset();
        } else {
            out_.data_kind = CloudData::json;
        }
        return {};
    }

    std::string_view text_;
    Scratch& scratch_;
    CloudEvent& out_;
    std::string_view specversion_{};
    unsigned extensions_ = 0;
    bool has_bytes_ = false;
};

Result<void> read_header(const HeaderText& header, std::string_view& specversion, CloudEvent& out) {
    const std::string_view name = header.name.substr(3);
    if (!is_attribute_name(name) || name == "datacontenttype")
        return cloud_error("attribute_name", name, "is not an attribute of the binary mode");
    const std::string_view text = header.value.value_or("");
    if (!utf8::is_printable_ascii(text) && utf8::find_invalid(text) != std::string_view::npos)
        return cloud_error("header_utf8", name, "is not UTF-8");
    std::string_view* place = core_attribute(name, specversion, out);
    if (auto checked = check_text(name, text, place != nullptr); !checked) return checked;
    if (place != nullptr) {
        if (!place->empty()) return cloud_error("duplicate", name, "occurs twice");
        *place = text;
        return {};
    }
    for (const CloudExtension& each : out.extensions)
        if (each.name == name) return cloud_error("duplicate", name, "occurs twice");
    out.extensions.push_back({name, text, true});
    return {};
}

Result<void> read_data(const RecordParts& record, const json::Limits& limits, Scratch& scratch, CloudEvent& out) {
    if (!record.value) return {};
    out.data = *record.value;
    out.data_kind = CloudData::bytes;
    if (!is_json_content(out.datacontenttype)) return {};
    auto parsed = scratch.document.parse(*record.value, limits);
    if (!parsed && out.datacontenttype.empty()) return {};  // no type was named: opaque
    if (!parsed) return std::move(parsed).error();
    out.data_kind = CloudData::json;
    out.value = *parsed;
    return {};
}

}  // namespace

Result<void> read_structured(const json::Value& body, std::string_view text, Scratch& scratch, CloudEvent& out) {
    out.reset();
    return StructuredReading{text, scratch, out}.run(body);
}

Result<void> read_binary(const RecordParts& record, const json::Limits& limits, Scratch& scratch, CloudEvent& out) {
    out.reset();
    std::string_view specversion;
    for (const HeaderText& header : record.headers)
        if (header.name.starts_with("ce_") && header.value)
            if (auto read = read_header(header, specversion, out); !read) return read;
    if (specversion.empty() && out.id.empty())
        return cloud_error("not_a_cloudevent", "", "has neither a CloudEvents content-type nor ce_* headers");
    out.datacontenttype = record.header("content-type").value_or("");
    if (auto checked = check_text("datacontenttype", out.datacontenttype, false); !checked) return checked;
    if (auto checked = check_attributes(specversion, out); !checked) return checked;
    return read_data(record, limits, scratch, out);
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
