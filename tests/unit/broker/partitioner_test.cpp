#include "support/catch.hpp"

#include <eventsdk/broker/partitioner.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

using namespace eventsdk;

namespace {

nlohmann::json vectors() {
    std::ifstream file{EVENTSDK_TEST_SOURCE_DIR "/vectors/partitioner.json"};
    return nlohmann::json::parse(file);
}

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

std::uint32_t absolute(std::uint32_t hash) {
    return static_cast<std::uint32_t>(std::abs(std::int64_t{static_cast<std::int32_t>(hash)}));
}

}  // namespace

TEST_CASE("the hashes agree with the published vectors", "[broker][unit]") {
    const auto document = vectors();
    REQUIRE(document["cases"].size() == 22);
    for (const auto& vector : document["cases"]) {
        const std::string key = from_hex(vector["key_hex"]);
        CAPTURE(vector["key_hex"].dump());
        CHECK(murmur2(key) == std::stoul(vector["murmur2_u32_hex"].get<std::string>(), nullptr, 16));
        CHECK(crc32(key) == vector["crc32_u32"].get<std::uint32_t>());
        CHECK(absolute(fnv1a(key)) == vector["fnv1a_abs_u32"].get<std::uint32_t>());
    }
}

TEST_CASE("each partitioner agrees with the published partitions for every count", "[broker][unit]") {
    const auto check = [](const Partitioner& partitioner, const std::string& key, const nlohmann::json& wanted) {
        for (const auto& [count, partition] : wanted.items()) {
            CAPTURE(count, key);
            CHECK(partitioner.partition(key, std::stoi(count)) == partition.get<std::int32_t>());
        }
    };
    const auto document = vectors();
    for (const auto& vector : document["cases"]) {
        const std::string key = from_hex(vector["key_hex"]);
        check(Partitioner::murmur2_random(), key, vector["partition_murmur2"]);
        check(Partitioner::fnv1a_random(), key, vector["partition_fnv1a"]);
        if (!key.empty()) check(Partitioner::crc32_random(), key, vector["partition_crc32"]);
    }
}

TEST_CASE("a record without a key may go anywhere, an empty key only with CRC-32", "[broker][unit]") {
    for (const auto& partitioner :
         {Partitioner::murmur2_random(), Partitioner::fnv1a_random(), Partitioner::crc32_random()}) {
        CHECK_FALSE(partitioner.partition(std::nullopt, 12));
    }
    CHECK(Partitioner::murmur2_random().partition("", 12) == 9);
    CHECK(Partitioner::fnv1a_random().partition("", 12) == 3);
    CHECK_FALSE(Partitioner::crc32_random().partition("", 12));
}

TEST_CASE("every key has a partition in range, whatever the sign of its hash", "[broker][unit]") {
    for (int i = 0; i < 20'000; ++i) {
        const std::string key = "key-" + std::to_string(i);
        for (const auto& partitioner :
             {Partitioner::murmur2_random(), Partitioner::fnv1a_random(), Partitioner::crc32_random()}) {
            const auto partition = partitioner.partition(key, 7);
            REQUIRE(partition);
            REQUIRE(*partition >= 0);
            REQUIRE(*partition < 7);
        }
    }
}

TEST_CASE("a custom partitioner is asked with the key and the count", "[broker][unit]") {
    const auto by_length = Partitioner::custom([](std::optional<std::string_view> key, std::int32_t partitions) {
        return key ? static_cast<std::int32_t>(key->size()) % partitions : 0;
    });
    CHECK(by_length.kind() == Partitioner::Kind::custom);
    CHECK(by_length.partition("abcd", 3) == 1);
    CHECK(by_length.partition(std::nullopt, 3) == 0);
}
