#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// What the caller of a failed call should do. The kind is a promise of the SDK; code and text explain it.
enum class ErrorKind : std::uint8_t {
    invalid_argument,  ///< misuse or bad configuration: fix the code or the setting
    permanent,         ///< this event can never succeed (schema, size): drop, repair or dead-letter it
    retriable,         ///< nothing happened; the same call may succeed later
    unavailable,       ///< a dependency (broker, database, service) is down: wait; no attempt is spent
    conflict,          ///< another writer was first: reload and decide again; Error::revision is the current one
    indeterminate,     ///< may or may not have happened: publish the *same prepared record* again
    abortable,         ///< the transaction must be aborted and run again; `transact()` does so by itself
    fenced,            ///< a newer instance took over, or the transaction outlived its timeout
    fatal,             ///< this instance can no longer keep its promises: make a new one
    closed,            ///< the object was closed
};

/// "invalid_argument", "permanent", …: stable, for logs and metrics.
[[nodiscard]] EVENTSDK_API std::string_view to_string(ErrorKind kind) noexcept;

/// A failure as a value.
struct Error {
    ErrorKind kind = ErrorKind::fatal;
    /// Stable, dotted, lower case; `docs/errors.md` lists every one: "schema.required", "kafka.topic_unknown".
    std::string code{};
    /// One sentence naming the field, file, topic or option concerned. Never holds a secret.
    std::string message{};
    /// What to change, when the SDK knows it; else empty.
    std::string hint{};
    /// The code of the library below (librdkafka, SQLite, errno), or 0.
    int native_code = 0;
    /// With ErrorKind::conflict the aggregate's current revision, else -1.
    std::int64_t revision = -1;
    /// JSON Pointer (RFC 6901) to what is wrong, where the error is about a JSON document: "/items/3/price". Empty:
    /// the whole, or no document.
    std::string pointer{};

    /// "permanent schema.required: … (hint)": one line for a log.
    [[nodiscard]] EVENTSDK_API std::string to_string() const;
};

/// Thrown by Result::value() alone.
class EVENTSDK_API BadResult : public std::runtime_error {
public:
    explicit BadResult(Error error);
    [[nodiscard]] const Error& error() const noexcept { return error_; }

private:
    Error error_;
};

[[noreturn]] EVENTSDK_API void throw_bad_result(const Error& error);

EVENTSDK_END_NAMESPACE
