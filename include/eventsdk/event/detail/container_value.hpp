#pragma once

// Makes the constant ValueType of optionals, lists, maps and described structs. Nothing here is for users to call.

#include <eventsdk/event/event_traits.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;
template <class T>
inline constexpr bool is_string_map = false;
template <class T, class C, class A>
inline constexpr bool is_string_map<std::map<std::string, T, C, A>> = true;
template <class T>
concept DescribedStruct = requires {
    EventTraits<T>::fields;
};

template <class T>
constexpr ValueType make_value_type();
template <class T>
inline constexpr ValueType value_type_of = make_value_type<T>();

template <class T>
constexpr ValueType make_optional() {
    using E = typename T::value_type;
    static_assert(!is_optional<E>, "JSON cannot tell an empty optional in an optional from an empty one");
    ValueType made;
    made.kind = ValueKind::optional;
    made.element = &value_type_of<E>;
    made.size = [](const void* object) -> std::size_t { return static_cast<const T*>(object)->has_value() ? 1 : 0; };
    made.at = [](const void* object, std::size_t) -> const void* {
        const T& value = *static_cast<const T*>(object);
        return value ? &*value : nullptr;
    };
    made.append = [](void* object) -> void* {
        T& value = *static_cast<T*>(object);
        return value ? &*value : &value.emplace();
    };
    made.clear = [](void* object) { static_cast<T*>(object)->reset(); };
    return made;
}

template <class T>
constexpr ValueType make_vector() {
    using E = typename T::value_type;
    static_assert(!std::is_same_v<E, bool>,
                  "std::vector<bool> has no elements to point at: use std::vector<char> or "
                  "a vector of a described enum");
    ValueType made;
    made.kind = ValueKind::list;
    made.element = &value_type_of<E>;
    made.size = [](const void* object) -> std::size_t { return static_cast<const T*>(object)->size(); };
    made.at = [](const void* object, std::size_t i) -> const void* { return &(*static_cast<const T*>(object))[i]; };
    made.append = [](void* object) -> void* { return &static_cast<T*>(object)->emplace_back(); };
    made.clear = [](void* object) { static_cast<T*>(object)->clear(); };
    return made;
}

template <class T>
constexpr ValueType make_map() {
    ValueType made;
    made.kind = ValueKind::map;
    made.element = &value_type_of<typename T::mapped_type>;
    made.size = [](const void* object) -> std::size_t { return static_cast<const T*>(object)->size(); };
    made.insert = [](void* object, std::string_view key) -> void* {
        return &static_cast<T*>(object)->try_emplace(std::string{key}).first->second;
    };
    made.each = [](const void* object, void* context, bool (*visit)(void*, std::string_view, const void*)) {
        for (const auto& [key, value] : *static_cast<const T*>(object))
            if (!visit(context, key, &value)) return;
    };
    made.clear = [](void* object) { static_cast<T*>(object)->clear(); };
    return made;
}

constexpr bool is_plain_name(std::string_view name) {
    for (const char c : name)
        if (c == '"' || c == '\\' || (c >= 0 && c < ' ')) return false;
    return !name.empty();
}

template <class Tuple>
constexpr bool has_distinct_names(const Tuple& fields) {
    return std::apply(
        [](const auto&... each) {
            const std::array<std::string_view, sizeof...(each)> names{each.name...};
            for (std::size_t i = 0; i < names.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (names[i] == names[j]) return false;
            return true;
        },
        fields);
}

/// Where the fields of T stand: `fields` or `attributes` of its EventTraits.
template <class T>
struct PayloadFields {
    static constexpr const auto& tuple = EventTraits<T>::fields;
};
template <class T>
struct AttributeFields {
    static constexpr const auto& tuple = EventTraits<T>::attributes;
};

/// `,"name":` of one field.
template <class Source, std::size_t I>
inline constexpr auto field_token = [] {
    constexpr std::string_view name = std::get<I>(Source::tuple).name;
    static_assert(is_plain_name(name),
                  "field(\"name\", …) must not be empty or hold quotes, backslashes, control characters");
    std::array<char, name.size() + 4> token{};
    token[0] = ',';
    token[1] = '"';
    for (std::size_t i = 0; i < name.size(); ++i) token[2 + i] = name[i];
    token[name.size() + 2] = '"';
    token[name.size() + 3] = ':';
    return token;
}();

template <class T, class Source, std::size_t I>
constexpr FieldDescriptor make_field() {
    using Entry = std::remove_cvref_t<decltype(std::get<I>(Source::tuple))>;
    static_assert(std::is_base_of_v<typename Entry::Struct, T>, "fields must name members of the described struct");
    return {std::get<I>(Source::tuple).name,
            {field_token<Source, I>.data(), field_token<Source, I>.size()},
            &value_type_of<typename Entry::Member>,
            [](const void* object) noexcept -> const void* {
                return &(static_cast<const T*>(object)->*(std::get<I>(Source::tuple).member));
            },
            [](void* object) noexcept -> void* {
                return &(static_cast<T*>(object)->*(std::get<I>(Source::tuple).member));
            }};
}

template <class T, class Source>
constexpr auto make_field_table() {
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<decltype(Source::tuple)>>;
    static_assert(count <= 128, "a struct of more than 128 described members must be split into nested structs");
    static_assert(has_distinct_names(Source::tuple), "two entries of EventTraits<T>::fields have the same JSON name");
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<FieldDescriptor, sizeof...(I)>{make_field<T, Source, I>()...};
    }
    (std::make_index_sequence<count>{});
}

template <class T>
inline constexpr auto field_table = make_field_table<T, PayloadFields<T>>();
template <class T>
inline constexpr auto attribute_table = make_field_table<T, AttributeFields<T>>();

}  // namespace detail
EVENTSDK_END_NAMESPACE
