#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/core/result.hpp>
#include <eventsdk/event.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// Memory that Catalogue::open() reuses from record to record: parser, buffers, upcast document. One per thread.
class EVENTSDK_API OpenScratch {
public:
    OpenScratch();
    ~OpenScratch();
    OpenScratch(OpenScratch&&) noexcept;
    OpenScratch& operator=(OpenScratch&&) noexcept;

    class Impl;  ///< private
    [[nodiscard]] Impl& impl() noexcept { return *impl_; }
    [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// A decoded record. Views live until the record or the scratch is used for another.
class EVENTSDK_API Opened {
public:
    EnvelopeView envelope{};
    /// The schema version that the payload has now (after upcasting); envelope.schema_version is the written one.
    std::int32_t payload_version = 1;
    bool known = false;         ///< the type is registered for the topic (or at all, when the topic is of no type)
    bool tombstone = false;     ///< null value: only the key (envelope.aggregate_id) is set
    std::string_view format{};  ///< name of the format found: "native", "cloudevents-structured", …
    const OpenScratch* scratch = nullptr;

    /// Fills `event`, an object of the descriptor's struct, from the payload.
    /// @return `permanent` "event.*" naming the JSON pointer
    [[nodiscard]] Result<void> fill(const EventDescriptor& descriptor, void* event) const;
    template <Event T>
    [[nodiscard]] Result<T> as() const {
        T made{};
        if (auto filled = fill(describe_event<T>(), &made); !filled) return std::move(filled).error();
        return made;
    }
    /// The payload as JSON text (after upcasting); valid as long as the views.
    [[nodiscard]] std::string_view payload_text() const;
    /// The envelope with its extension attributes.
    [[nodiscard]] Envelope owned_envelope() const;
};

/// The dead-letter stage of an open() error: "parse", "schema", "upcast".
[[nodiscard]] EVENTSDK_API std::string_view open_stage(const Error& error) noexcept;

EVENTSDK_END_NAMESPACE
