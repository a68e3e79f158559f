#include "broker/compact_copy.hpp"

#include <cstring>
#include <new>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE
namespace broker {
namespace {

/// The beginning of the memory: the headers follow, then all bytes.
struct Compact {
    std::size_t header_count = 0;

    [[nodiscard]] HeaderView* headers() noexcept { return reinterpret_cast<HeaderView*>(this + 1); }
    [[nodiscard]] const HeaderView* headers() const noexcept { return reinterpret_cast<const HeaderView*>(this + 1); }
};
static_assert(sizeof(Compact) % alignof(HeaderView) == 0 && std::is_trivially_destructible_v<HeaderView>);

const Compact& compact_of(const void* handle) noexcept { return *static_cast<const Compact*>(handle); }

constexpr RecordStorage storage{
    [](const void* handle) noexcept { return compact_of(handle).header_count; },
    [](const void* handle, std::size_t index) noexcept { return compact_of(handle).headers()[index]; },
    [](void* handle) noexcept { ::operator delete(handle); },
};

std::size_t size_of(const std::optional<std::string_view>& text) noexcept { return text ? text->size() : 0; }

std::size_t bytes_of(const ReceivedRecord& record) noexcept {
    std::size_t bytes = record.topic.size() + size_of(record.key) + size_of(record.value);
    for (std::size_t index = 0; index < record.header_count(); ++index) {
        const HeaderView header = record.header_at(index);
        bytes += header.name.size() + size_of(header.value);
    }
    return bytes;
}

/// Puts texts one behind the other.
class Keeper {
public:
    explicit Keeper(char* at) noexcept : at_{at} {}

    std::string_view keep(std::string_view text) noexcept {
        if (!text.empty()) std::memcpy(at_, text.data(), text.size());
        const std::string_view kept{at_, text.size()};
        at_ += text.size();
        return kept;
    }
    std::optional<std::string_view> keep(const std::optional<std::string_view>& text) noexcept {
        return text ? std::optional{keep(*text)} : std::nullopt;
    }

private:
    char* at_;
};

}  // namespace

ReceivedRecord compact_copy(const ReceivedRecord& record) {
    const std::size_t count = record.header_count();
    void* memory = ::operator new(sizeof(Compact) + count * sizeof(HeaderView) + bytes_of(record));
    auto* compact = new (memory) Compact{count};
    Keeper keeper{reinterpret_cast<char*>(compact->headers() + count)};
    ReceivedRecord copy{storage, compact};
    for (std::size_t index = 0; index < count; ++index) {
        const HeaderView header = record.header_at(index);
        new (compact->headers() + index) HeaderView{keeper.keep(header.name), keeper.keep(header.value)};
    }
    copy.topic = keeper.keep(record.topic);
    copy.partition = record.partition;
    copy.offset = record.offset;
    copy.timestamp = record.timestamp;
    copy.log_append_time = record.log_append_time;
    copy.key = keeper.keep(record.key);
    copy.value = keeper.keep(record.value);
    copy.assignment = record.assignment;
    return copy;
}

}  // namespace broker
EVENTSDK_END_NAMESPACE
