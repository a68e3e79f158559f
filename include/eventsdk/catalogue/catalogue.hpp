#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/catalogue/opened.hpp>
#include <eventsdk/catalogue/publish_options.hpp>
#include <eventsdk/catalogue/registration.hpp>
#include <eventsdk/core/runtime.hpp>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Where the schemas are, and what is checked.
struct CatalogueOptions {
    /// First part of every topic name that is made from an AggregateType: "prod", "dev". Required for those.
    std::string environment{};
    /// Directory of `*.schema.json` files (`<context>/<EventType>.v<N>.schema.json`). Required where there are types.
    std::filesystem::path schemas{};
    /// Bounds of every record written and read.
    std::size_t max_value_bytes = 1'000'000;
    std::size_t max_depth = 64;        ///< nesting of objects and arrays
    std::size_t max_members = 10'000;  ///< of one object
    /// Unknown keywords in schema files are refused; else they are listed by SchemaSet.
    bool strict_schemas = true;
    /// Check the payload against its schema when reading. Off only for topics written by checked producers alone.
    bool validate_on_read = true;
    /// Which engine checks: the compiled one, or valijson as reference (slow).
    bool reference_engine = false;
    /// Begin a W3C trace for an event whose publisher gives none and nothing known caused it. Off: such an event has no
    /// `traceparent`.
    bool start_traces = true;
    /// Recognise native envelopes and CloudEvents in a topic of another format, also without a content-type header.
    bool detect_formats = true;
    /// What a reader does with a schema version newer than it knows. Off: a dead letter of the stage `schema`. On: it is
    /// read as the newest version known when its payload satisfies that version's schema, as it does where only optional
    /// members were added; else it is a dead letter.
    bool read_newer_versions = false;
};

/// The only place that says which event types exist, with their topic, format, schema and upcasters. Immutable and
/// cheap to copy; one per service.
///
/// **Thread safety**: all members may be called from any thread at once.
class EVENTSDK_API Catalogue {
public:
    /// Loads the schemas and refuses what cannot work: a type without a schema, a description that contradicts its
    /// schema, two structs on one type, a gap between upcasters, a bad topic name, names that collide on one broker.
    /// @return `invalid_argument` naming type, file and pointer; `catalogue.*`, `schema.load.*`, `topic.*`.
    template <class... Registrations>
    [[nodiscard]] static Result<Catalogue> load(CatalogueOptions options, Registrations... registrations) {
        std::vector<EventRegistration> all;
        all.reserve(sizeof...(registrations));
        (detail::append(all, std::move(registrations)), ...);
        return load(std::move(options), std::move(all));
    }
    [[nodiscard]] static Result<Catalogue> load(CatalogueOptions options, std::vector<EventRegistration> registrations);

    /// Makes a finished record of an event: id, envelope, bytes, schema check.
    /// @param aggregate_id 1…255 bytes; becomes the record key
    /// @return `permanent` with the schema's code and pointer; "event.*" for values that JSON cannot hold;
    ///   `invalid_argument` "catalogue.unknown_type", "envelope.aggregate_id".
    /// **Blocking**: never. The work is linear in the event's size.
    template <Event T>
    [[nodiscard]] Result<Record> prepare(const Runtime& runtime, std::string_view aggregate_id, const T& event,
                                         const PublishOptions& options = {}) const {
        Record record;
        if (auto done = prepare_into(record, runtime, aggregate_id, describe_event<T>(), &event, options); !done)
            return std::move(done).error();
        return record;
    }
    /// An event without a C++ type: `payload` is the JSON text of its payload.
    [[nodiscard]] Result<Record> prepare_json(const Runtime& runtime, std::string_view aggregate_id,
                                              std::string_view type, std::int32_t version, std::string_view payload,
                                              const PublishOptions& options = {}) const;
    /// A whole envelope with a given payload text, as the command line and relays have it.
    [[nodiscard]] Result<Record> prepare_envelope(const Envelope& envelope, std::string_view payload) const;
    /// A deletion marker for a compacted topic: key and null value.
    [[nodiscard]] Result<Record> prepare_tombstone(std::string_view topic, std::string_view aggregate_id) const;

    /// Type-erased prepare() into a record whose memory is reused; what producers call.
    [[nodiscard]] Result<void> prepare_into(Record& out, const Runtime& runtime, std::string_view aggregate_id,
                                            const EventDescriptor& descriptor, const void* event,
                                            const PublishOptions& options) const;

    /// Decodes a record: bounded parse, envelope, schema check, upcasters.
    /// @param scratch reused between calls; `out`'s views point into it and into `record`
    /// @return `permanent`; the code's first word is the stage ("parse", "schema", "upcast") via open_stage().
    [[nodiscard]] Result<void> open(const ReceivedRecord& record, OpenScratch& scratch, Opened& out) const;

    /// Topics of the given types, or of all types, without repetition.
    [[nodiscard]] std::vector<std::string> topics() const;
    [[nodiscard]] Result<std::string> topic_of(std::string_view type) const;
    [[nodiscard]] Result<std::string> topic_of(const AggregateType& aggregate) const;
    /// True when the type (any version) is registered for this topic.
    [[nodiscard]] bool knows(std::string_view topic, std::string_view type) const noexcept;
    /// What is unusual but works: names of event types against the conventions. One sentence each.
    [[nodiscard]] std::span<const std::string> warnings() const noexcept;
    [[nodiscard]] const CatalogueOptions& options() const noexcept;

private:
    class Impl;
    explicit Catalogue(std::shared_ptr<const Impl> impl) : impl_{std::move(impl)} {}
    std::shared_ptr<const Impl> impl_;
};

EVENTSDK_END_NAMESPACE
