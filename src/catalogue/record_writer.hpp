#pragma once

#include "event/codec.hpp"

#include <eventsdk/broker/record.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

/// Writes into a record whose memory is used again.
class RecordWriter final : public codec::RecordSink {
public:
    explicit RecordWriter(Record& record) : record_{record} {}

    void key(std::string_view text) override {
        assign(record_.key, text);
        has_key_ = true;
    }
    void header(std::string_view name, std::string_view value) override {
        if (headers_ == record_.headers.size()) record_.headers.emplace_back();
        Header& header = record_.headers[headers_++];
        header.name.assign(name);
        assign(header.value, value);
    }
    [[nodiscard]] std::string& value() override {
        has_value_ = true;
        assign(record_.value, {});
        return *record_.value;
    }
    void header(const Header& given) {
        header(given.name, {});
        record_.headers[headers_ - 1].value = given.value;
    }
    /// Removes what the record held before and was not written again.
    void finish() {
        record_.headers.resize(headers_);
        if (!has_key_) record_.key.reset();
        if (!has_value_) record_.value.reset();
    }

private:
    static void assign(std::optional<std::string>& to, std::string_view text) {
        if (!to) to.emplace();
        to->assign(text);
    }

    Record& record_;
    std::size_t headers_ = 0;
    bool has_key_ = false;
    bool has_value_ = false;
};

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
