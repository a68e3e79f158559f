#include "schema/equal.hpp"

#include "json/text.hpp"
#include "json/values.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <bit>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using simdjson::dom::element_type;

using json::array_of;
using json::object_of;
using json::string_of;

using Member = std::pair<std::string_view, json::Value>;

std::vector<Member> sorted_members(const simdjson::dom::object& object) {
    std::vector<Member> members;
    members.reserve(object.size());
    for (const auto member : object) members.emplace_back(member.key, member.value);
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.first < b.first; });
    return members;
}

// Of few members: each is looked for, without memory.
bool equal_small_objects(const simdjson::dom::object& a, const simdjson::dom::object& b) {
    for (const auto member : a) {
        const auto other = b.at_key(member.key);
        if (other.error() != simdjson::SUCCESS || !equal(member.value, other.value_unsafe())) return false;
    }
    return true;
}

bool equal_objects(const simdjson::dom::object& a, const simdjson::dom::object& b) {
    constexpr std::size_t few = 16;
    if (a.size() != b.size()) return false;
    if (a.size() <= few) return equal_small_objects(a, b);
    const auto left = sorted_members(a);
    const auto right = sorted_members(b);
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const Member& x, const Member& y) { return x.first == y.first && equal(x.second, y.second); });
}

bool equal_arrays(const simdjson::dom::array& a, const simdjson::dom::array& b) {
    auto left = a.begin();
    auto right = b.begin();
    for (; left != a.end() && right != b.end(); ++left, ++right)
        if (!equal(*left, *right)) return false;
    return !(left != a.end()) && !(right != b.end());
}

std::uint64_t combine(std::uint64_t hash, std::uint64_t next) noexcept {
    return (std::rotl(hash, 5) ^ next) * 0x9fb21c651e98df25ULL;
}

std::size_t find_repeated_of_few(const simdjson::dom::array& array) {
    std::size_t index = 0;
    for (auto later = array.begin(); later != array.end(); ++later, ++index)
        for (auto earlier = array.begin(); earlier != later; ++earlier)
            if (equal(*earlier, *later)) return index;
    return no_index;
}

}  // namespace

bool equal(const json::Value& a, const json::Value& b) {
    if (a.is_number()) return b.is_number() && Number{a} == Number{b};
    if (a.type() != b.type()) return false;
    switch (a.type()) {
        case element_type::NULL_VALUE: return true;
        case element_type::BOOL: return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
        case element_type::STRING: return string_of(a) == string_of(b);
        case element_type::ARRAY: return equal_arrays(array_of(a), array_of(b));
        default: return equal_objects(object_of(a), object_of(b));
    }
}

std::uint64_t hash(const json::Value& value) noexcept {
    switch (value.type()) {
        case element_type::NULL_VALUE: return 1;
        case element_type::BOOL: return value.get_bool().value_unsafe() ? 2 : 3;
        case element_type::STRING: return json::keyed_hash(string_of(value));
        case element_type::ARRAY: {
            std::uint64_t result = 4;
            for (const auto element : array_of(value)) result = combine(result, hash(element));
            return result;
        }
        case element_type::OBJECT: {
            std::uint64_t result = 5;
            for (const auto member : object_of(value))
                result += combine(json::keyed_hash(member.key), hash(member.value));
            return result;
        }
        default: return Number{value}.hash();
    }
}

std::size_t find_repeated(const simdjson::dom::array& array) {
    constexpr std::size_t few = 8;
    constexpr std::size_t kept = 4096;  // slots that stay with the thread
    if (array.size() <= few) return find_repeated_of_few(array);
    const auto count = static_cast<std::size_t>(std::distance(array.begin(), array.end()));
    const auto mask = std::bit_ceil(count * 2) - 1;
    using Slots = std::vector<std::pair<std::uint64_t, json::Value>>;
    thread_local Slots of_thread;
    Slots own;
    Slots& slots = mask < kept ? of_thread : own;
    slots.assign(mask + 1, {});
    std::size_t index = 0;
    for (const auto element : array) {
        const auto key = hash(element) | 1;  // 0 marks an empty slot
        auto slot = static_cast<std::size_t>(key >> 1) & mask;
        for (; slots[slot].first != 0; slot = (slot + 1) & mask)
            if (slots[slot].first == key && equal(slots[slot].second, element)) return index;
        slots[slot] = {key, element};
        ++index;
    }
    return no_index;
}

Constant::Constant(const json::Value& value) : type_{value.type()} {
    switch (type_) {
        case element_type::NULL_VALUE: break;
        case element_type::BOOL: boolean_ = value.get_bool().value_unsafe(); break;
        case element_type::STRING: string_ = string_of(value); break;
        case element_type::ARRAY:
            for (const auto element : array_of(value)) elements_.emplace_back(element);
            break;
        case element_type::OBJECT:
            for (const auto& [name, member] : sorted_members(object_of(value)))
                members_.emplace_back(name, Constant{member});
            break;
        default: number_ = Number{value}; type_ = element_type::DOUBLE;
    }
}

std::string Constant::text() const {
    std::string text;
    json::Writer writer{text};
    write(writer);
    writer.finish();
    return text;
}

void Constant::write(json::Writer& out) const {
    bool first = true;
    switch (type_) {
        case element_type::NULL_VALUE: return out.null();
        case element_type::BOOL: return out.boolean(boolean_);
        case element_type::STRING: static_cast<void>(out.string(string_)); return;
        case element_type::ARRAY:
            out.put('[');
            for (const Constant& element : elements_) {
                if (!std::exchange(first, false)) out.put(',');
                element.write(out);
            }
            return out.put(']');
        case element_type::OBJECT:
            out.put('{');
            for (const auto& [name, member] : members_) {
                if (!std::exchange(first, false)) out.put(',');
                static_cast<void>(out.string(name));
                out.put(':');
                member.write(out);
            }
            return out.put('}');
        default: out.raw(number_.to_string());
    }
}

bool Constant::equals(const json::Value& value) const {
    if (type_ == element_type::DOUBLE) return value.is_number() && Number{value} == number_;
    if (value.type() != type_) return false;
    switch (type_) {
        case element_type::NULL_VALUE: return true;
        case element_type::BOOL: return value.get_bool().value_unsafe() == boolean_;
        case element_type::STRING: return string_of(value) == string_;
        case element_type::ARRAY: {
            auto expected = elements_.begin();
            for (const auto element : array_of(value))
                if (expected == elements_.end() || !(expected++)->equals(element)) return false;
            return expected == elements_.end();
        }
        default: return equals_object(object_of(value));
    }
}

bool Constant::equals_object(const simdjson::dom::object& object) const {
    if (object.size() != members_.size()) return false;
    for (const auto member : object) {
        const auto at = std::lower_bound(members_.begin(), members_.end(), member.key,
                                         [](const auto& known, std::string_view name) { return known.first < name; });
        if (at == members_.end() || at->first != member.key || !at->second.equals(member.value)) return false;
    }
    return true;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
