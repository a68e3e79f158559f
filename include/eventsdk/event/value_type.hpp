#pragma once

#include <eventsdk/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// How a C++ value appears in JSON.
enum class ValueKind : std::uint8_t {
    boolean,
    signed_integer,
    unsigned_integer,
    floating,
    string,
    uuid,         ///< eventsdk::Uuid: text in JSON; no load and store
    timestamp,    ///< a time point: RFC 3339 text in JSON, microseconds in Scalar::signed_integer
    enumeration,  ///< by name
    object,       ///< a described struct
    optional,     ///< absent or null when empty
    list,
    map,      ///< string keys
    json,     ///< nlohmann::json as it is
    foreign,  ///< a type with nlohmann to_json / from_json
};

/// A scalar on its way between a C++ object and JSON; which member counts is said by the ValueKind
/// (`string` for enumerations).
struct Scalar {
    std::int64_t signed_integer = 0;
    std::uint64_t unsigned_integer = 0;
    double floating = 0;
    bool boolean = false;
    std::string_view string{};
};

struct ValueType;

/// One described member of a struct.
struct FieldDescriptor {
    std::string_view name;   ///< in JSON
    std::string_view token;  ///< as it is written: `,"name":`
    const ValueType* type = nullptr;
    const void* (*get)(const void* object) noexcept = nullptr;
    void* (*get_mutable)(void* object) noexcept = nullptr;
};

/// How compiled code reads and writes values of one C++ type without knowing it: a constant made at compile time
/// from the type and, for structs and enums, its EventTraits / EnumTraits. Only the functions of its kind are set.
///
/// Users never call this; it is public because templates in user code fill it.
struct ValueType {
    ValueKind kind = ValueKind::object;
    /// Scalars: reads the object; and writes it, false when the value does not fit (out of range, unknown name).
    void (*load)(const void* object, Scalar& out) = nullptr;
    bool (*store)(void* object, const Scalar& in) = nullptr;
    /// Bounds of integers, for range checks and the drift check of schemas.
    std::int64_t least = 0;
    std::uint64_t greatest = 0;
    /// Names of an enumeration.
    std::span<const std::string_view> names{};
    /// The C++ type of a floating value is float: written with the digits that a float has.
    bool single_precision = false;
    /// Members of a struct.
    std::span<const FieldDescriptor> fields{};
    /// Element of optional, list and map.
    const ValueType* element = nullptr;
    /// optional: null when empty; list: element at index (read); map: unused.
    const void* (*at)(const void* object, std::size_t index) = nullptr;
    /// optional: makes and gives its value; list: appends an element and gives it.
    void* (*append)(void* object) = nullptr;
    /// map: makes (or finds) the element under a key.
    void* (*insert)(void* object, std::string_view key) = nullptr;
    /// list, map: number of elements; optional: 0 or 1.
    std::size_t (*size)(const void* object) = nullptr;
    /// optional, list, map: makes it empty.
    void (*clear)(void* object) = nullptr;
    /// map: calls `visit(context, key, element)` in key order until it returns false.
    void (*each)(const void* object, void* context,
                 bool (*visit)(void* context, std::string_view key, const void* element)) = nullptr;
    /// foreign: through `nlohmann::json` (declared opaque here).
    Result<void> (*to_json)(const void* object, void* json) = nullptr;
    Result<void> (*from_json)(void* object, const void* json) = nullptr;
};

EVENTSDK_END_NAMESPACE
