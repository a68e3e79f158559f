#pragma once

/// @file
/// Lets events hold types that have nlohmann `to_json` and `from_json`, and `nlohmann::json` itself. Slower than
/// described members, and it makes the including file compile nlohmann/json: include it only where it is needed.

#include <eventsdk/event.hpp>

#include <nlohmann/json.hpp>

#include <exception>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE

namespace detail {

template <class T>
concept NlohmannConvertible =
    !DescribedStruct<T> && !DescribedEnum<T> && std::is_constructible_v<nlohmann::json, const T&> &&
    requires(const nlohmann::json& json, T& value) {
    json.get_to(value);
};

template <class Work>
Result<void> guarded(Work&& work) {
    try {
        work();
        return {};
    } catch (const std::exception& thrown) {
        return Error{.kind = ErrorKind::permanent, .code = "event.foreign", .message = thrown.what()};
    }
}

}  // namespace detail

/// Takes a type with nlohmann `to_json` and `from_json` for a value of events.
template <class T>
requires detail::NlohmannConvertible<T>
struct ForeignValue<T> {
    static constexpr bool available = true;
    static constexpr ValueType value_type() {
        ValueType made;
        made.kind = ValueKind::foreign;
        made.to_json = [](const void* object, void* json) {
            return detail::guarded([&] { *static_cast<nlohmann::json*>(json) = *static_cast<const T*>(object); });
        };
        made.from_json = [](void* object, const void* json) {
            return detail::guarded([&] { static_cast<const nlohmann::json*>(json)->get_to(*static_cast<T*>(object)); });
        };
        return made;
    }
};

EVENTSDK_END_NAMESPACE
