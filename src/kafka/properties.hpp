#pragma once

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/core/result.hpp>
#include <eventsdk/kafka/options.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// The error of an option that cannot be taken.
[[nodiscard]] inline Error invalid(std::string message, std::string hint = {}) {
    return {.kind = ErrorKind::invalid_argument,
            .code = std::string{codes::options_invalid},
            .message = std::move(message),
            .hint = std::move(hint)};
}

/// Which client a pass-through property is for; librdkafka warns about one given to the other.
enum class PropertyScope : std::uint8_t { both, reader, writer };

struct AllowedProperty {
    std::string_view name;
    PropertyScope scope;
};

/// The allow-list of `docs/configuration.md`: what may pass to librdkafka untouched. Nothing that loads code, runs
/// commands, switches a check off or breaks a promise of the SDK.
[[nodiscard]] const AllowedProperty* find_allowed_property(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> allowed_properties();

/// Does librdkafka take this value for this property? `invalid_argument` naming both if not.
[[nodiscard]] Result<void> check_property(std::string_view name, const std::string& value);

/// True when every server of "host:port,host:port" is on this machine; `invalid_argument` naming one that is no server.
[[nodiscard]] Result<bool> only_this_machine(std::string_view servers);

[[nodiscard]] std::string_view wire_name(SecurityProtocol protocol) noexcept;
[[nodiscard]] std::string_view wire_name(SaslMechanism mechanism) noexcept;

}  // namespace kafka
EVENTSDK_END_NAMESPACE
