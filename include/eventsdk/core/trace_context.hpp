#pragma once

#include <eventsdk/core/config.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// A W3C trace context: which trace an event belongs to and which span caused it.
/// **Source**: W3C Trace Context Level 1 (flags and keys of Level 2 are accepted).
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> parent_id{};
    std::uint8_t flags = 0;
    /// `tracestate` as received when valid, else empty; written back unchanged.
    std::string state{};

    /// From the header pair. A bad `traceparent` gives nothing (and `tracestate` is not read); a bad `tracestate`
    /// never spoils a good `traceparent`.
    [[nodiscard]] static EVENTSDK_API std::optional<TraceContext> parse(std::string_view traceparent,
                                                                        std::string_view tracestate = {});
    /// A new trace with random ids, sampled.
    [[nodiscard]] static EVENTSDK_API TraceContext make();
    /// Same trace, new span: what a publisher writes into the events it causes.
    [[nodiscard]] EVENTSDK_API TraceContext child() const;

    [[nodiscard]] bool sampled() const noexcept { return (flags & 1U) != 0; }
    /// "00-<32 hex>-<16 hex>-<2 hex>", 55 bytes.
    [[nodiscard]] EVENTSDK_API std::string traceparent() const;
};

/// True when `text` is a valid `traceparent` / `tracestate` value; never allocates.
[[nodiscard]] EVENTSDK_API bool is_traceparent(std::string_view text) noexcept;
[[nodiscard]] EVENTSDK_API bool is_tracestate(std::string_view text) noexcept;

EVENTSDK_END_NAMESPACE
