#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/consume/projection.hpp>
#include <eventsdk/consume/projector.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The handlers of a projection by type name; immutable, shared by all workers.
class HandlerTable {
public:
    struct Handler {
        const Projection::Entry* entry = nullptr;
        std::size_t index = 0;  ///< of the scratch event among those of the typed handlers
    };

    /// @return `invalid_argument` naming the type that two handlers take, or that the catalogue does not know
    [[nodiscard]] static Result<HandlerTable> create(const Projection& projection, const Catalogue& catalogue);

    /// The handler of a type, else that of otherwise(), else null.
    [[nodiscard]] const Handler* find(std::string_view type) const {
        const auto found = by_type_.find(type);
        return found != by_type_.end() ? &found->second : otherwise_.entry != nullptr ? &otherwise_ : nullptr;
    }
    [[nodiscard]] const std::vector<const EventDescriptor*>& descriptors() const { return descriptors_; }
    /// Records that a worker takes at once, so that batch handlers get many; 1 when there is none.
    [[nodiscard]] std::size_t largest_batch() const { return largest_batch_; }
    [[nodiscard]] std::span<const Middleware> middleware() const { return middleware_; }

private:
    Result<void> add(std::string_view type, const Handler& handler);

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, Handler, Hash, std::equal_to<>> by_type_;
    Handler otherwise_{};
    std::vector<const EventDescriptor*> descriptors_;
    std::size_t largest_batch_ = 1;
    std::span<const Middleware> middleware_;
};

/// Topics of the handlers' types, without repetition.
[[nodiscard]] Result<std::vector<std::string>> topics_of(const Projection& projection, const Catalogue& catalogue);

}  // namespace consume
EVENTSDK_END_NAMESPACE
