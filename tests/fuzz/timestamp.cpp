// Any text is a date-time or none; one that is comes back from its printed form.
#include <eventsdk/core/time.hpp>
#include <eventsdk/core/trace_context.hpp>
#include <eventsdk/core/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace eventsdk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = parse_date_time(text);
    if (parsed.has_value() != is_date_time(text)) std::abort();
    if (parsed) {
        const Timestamp least = parse_date_time("0000-01-01T00:00:00Z").value().utc;
        const Timestamp most = parse_date_time("9999-12-31T23:59:59.999Z").value().utc;
        const auto again = parse_date_time(format_timestamp(parsed->utc));
        const Timestamp whole = std::chrono::floor<std::chrono::milliseconds>(parsed->utc);
        if (!again || (parsed->utc >= least && parsed->utc <= most && again->utc != whole)) std::abort();
    }
    if (const auto uuid = Uuid::parse(text); uuid && Uuid::parse(uuid->to_string()) != uuid) std::abort();
    if (const auto trace = TraceContext::parse(text, text); trace && !is_traceparent(trace->traceparent()))
        std::abort();
    return 0;
}
