#pragma once

#include <eventsdk/event/json.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// One struct with a member of every kind that an event may hold.
namespace support {

enum class Verdict { correct, wrong };
enum class Unnamed { here, there };

/// A type that knows nlohmann::json by itself.
struct Money {
    std::int64_t cents = 0;
    std::string currency{};
    friend bool operator==(const Money&, const Money&) = default;
};
inline void to_json(nlohmann::json& json, const Money& money) {
    json = nlohmann::json{{"cents", money.cents}, {"currency", money.currency}};
}
inline void from_json(const nlohmann::json& json, Money& money) {
    json.at("cents").get_to(money.cents);
    json.at("currency").get_to(money.currency);
}

struct Place {
    double latitude = 0;
    double longitude = 0;
    std::optional<std::string> name{};
    friend bool operator==(const Place&, const Place&) = default;
};

struct Node {
    std::string name{};
    std::vector<Node> children{};
    friend bool operator==(const Node&, const Node&) = default;
};

struct Everything {
    bool flag = false;
    std::int8_t i8 = 0;
    std::uint8_t u8 = 0;
    std::int16_t i16 = 0;
    std::uint16_t u16 = 0;
    std::int32_t i32 = 0;
    std::uint32_t u32 = 0;
    std::int64_t i64 = 0;
    std::uint64_t u64 = 0;
    float real32 = 0;
    double real64 = 0;
    std::string text{};
    Verdict verdict = Verdict::correct;
    eventsdk::Timestamp time{};
    std::chrono::sys_seconds seconds{};
    eventsdk::Uuid id{};
    std::optional<std::int32_t> maybe{};
    std::vector<std::string> list{};
    std::map<std::string, std::int64_t> counts{};
    Place place{};
    std::vector<Place> places{};
    std::vector<std::optional<int>> holes{};
    nlohmann::json anything{};
    Money money{};
    std::set<int> numbers{};
    friend bool operator==(const Everything&, const Everything&) = default;
};

}  // namespace support

template <>
struct eventsdk::EnumTraits<support::Verdict> {
    static constexpr std::array names{enum_name("correct", support::Verdict::correct),
                                      enum_name("wrong", support::Verdict::wrong)};
};

template <>
struct eventsdk::EventTraits<support::Place> {
    using T = support::Place;
    static constexpr auto fields =
        std::tuple{field("lat", &T::latitude), field("lon", &T::longitude), field("name", &T::name)};
};

template <>
struct eventsdk::EventTraits<support::Node> {
    using T = support::Node;
    static constexpr auto fields = std::tuple{field("name", &T::name), field("children", &T::children)};
};

template <>
struct eventsdk::EventTraits<support::Everything> {
    using T = support::Everything;
    static constexpr EventType type{"EverythingHappened", 1};
    static constexpr auto fields = std::tuple{field("flag", &T::flag),
                                              field("i8", &T::i8),
                                              field("u8", &T::u8),
                                              field("i16", &T::i16),
                                              field("u16", &T::u16),
                                              field("i32", &T::i32),
                                              field("u32", &T::u32),
                                              field("i64", &T::i64),
                                              field("u64", &T::u64),
                                              field("real32", &T::real32),
                                              field("real64", &T::real64),
                                              field("text", &T::text),
                                              field("verdict", &T::verdict),
                                              field("time", &T::time),
                                              field("seconds", &T::seconds),
                                              field("id", &T::id),
                                              field("maybe", &T::maybe),
                                              field("list", &T::list),
                                              field("counts", &T::counts),
                                              field("place", &T::place),
                                              field("places", &T::places),
                                              field("holes", &T::holes),
                                              field("anything", &T::anything),
                                              field("money", &T::money),
                                              field("numbers", &T::numbers)};
};
