#include <eventsdk/catalogue/cause.hpp>

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace {

// Of this use alone, so that no other UUID v5 of the same text is equal.
constexpr Uuid space{{0x6b, 0x1f, 0x5c, 0x0e, 0x1d, 0x2a, 0x4a, 0x7e, 0x9b, 0x35, 0x0f, 0x6d, 0xc4, 0x8e, 0x21, 0x57}};

}  // namespace

Uuid derived_event_id(const Cause& cause, std::string_view role) {
    std::string name{cause.event_id};
    name.push_back('\0');  // no id holds it: "a" + "bc" and "ab" + "c" stay apart
    name.append(role);
    return Uuid::v5(space, name);
}

EVENTSDK_END_NAMESPACE
