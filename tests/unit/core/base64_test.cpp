#include "core/base64.hpp"
#include "support/catch.hpp"

using namespace eventsdk;

TEST_CASE("base64 agrees with the examples of RFC 4648 both ways", "[core][base64]") {
    const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : cases) {
        CHECK(base64::encode(bytes) == text);
        CHECK(base64::decode(text) == bytes);
    }
}

TEST_CASE("base64 decoding refuses what encoding never writes", "[core][base64]") {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "Zm 9", "Zm9v\n", "Zg==Zg==", "Z-_v", "===="}) {
        CAPTURE(text);
        CHECK_FALSE(base64::decode(text).has_value());
    }
}
