#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE

/// Chooses the partition of a record from its key. All producers of a topic must use the same one, or events of
/// one key end in different partitions and lose their order.
class EVENTSDK_API Partitioner {
public:
    enum class Kind : std::uint8_t { murmur2_random, fnv1a_random, crc32_random, custom };
    /// @param key null when the record has none
    /// @param partitions at least 1
    using Function = std::function<std::int32_t(std::optional<std::string_view> key, std::int32_t partitions)>;

    /// As the Java client, kafkajs, franz-go and Spring: murmur2 of the key; a record without key goes anywhere.
    [[nodiscard]] static Partitioner murmur2_random() { return Partitioner{Kind::murmur2_random}; }
    /// As Sarama, and so Dapr.
    [[nodiscard]] static Partitioner fnv1a_random() { return Partitioner{Kind::fnv1a_random}; }
    /// As librdkafka's and confluent-kafka's default; an empty key goes anywhere too.
    [[nodiscard]] static Partitioner crc32_random() { return Partitioner{Kind::crc32_random}; }
    /// @param function called from any thread; must not throw; a result out of range fails the write
    [[nodiscard]] static Partitioner custom(Function function) {
        Partitioner made{Kind::custom};
        made.function_ = std::move(function);
        return made;
    }

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const Function& function() const noexcept { return function_; }

    /// The partition of `key`, or nothing where any will do.
    /// @param partitions at least 1
    [[nodiscard]] std::optional<std::int32_t> partition(std::optional<std::string_view> key,
                                                        std::int32_t partitions) const;

private:
    explicit Partitioner(Kind kind) : kind_{kind} {}

    Kind kind_;
    Function function_;
};

/// The hashes themselves. **Source**: Apache Kafka Utils.murmur2; FNV-1a 32 bit; CRC-32 (IEEE).
[[nodiscard]] EVENTSDK_API std::uint32_t murmur2(std::string_view bytes) noexcept;
[[nodiscard]] EVENTSDK_API std::uint32_t fnv1a(std::string_view bytes) noexcept;
[[nodiscard]] EVENTSDK_API std::uint32_t crc32(std::string_view bytes) noexcept;

EVENTSDK_END_NAMESPACE
