#include "json/writer.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace eventsdk;

namespace {

std::string written(const std::string& text) {
    std::string out;
    {
        json::Writer writer{out};
        if (!writer.string(text)) out = "not UTF-8";
    }
    return out;
}

}  // namespace

TEST_CASE("text is escaped wherever its special characters stand", "[json][writer]") {
    for (const std::string special : {"\"", "\\", "\n", "\x01", "\x1f", "\x7f", "\xc3\xa9", "\xf0\x9f\x98\x80"}) {
        for (std::size_t size = 0; size <= 70; ++size) {
            for (std::size_t at = 0; at <= size; ++at) {
                std::string text(size, 'x');
                text.insert(at, special);
                CAPTURE(size, at);
                REQUIRE(written(text) == nlohmann::json(text).dump());
            }
        }
    }
}

TEST_CASE("text that is not UTF-8 is refused wherever the fault stands", "[json][writer]") {
    for (std::size_t at = 0; at <= 70; ++at) {
        std::string text(70, 'x');
        text.insert(at, "\x80");
        CAPTURE(at);
        std::string out;
        json::Writer writer{out};
        REQUIRE_FALSE(writer.string(text));
    }
}
