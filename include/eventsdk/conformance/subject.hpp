#pragma once

#include <eventsdk/core/time.hpp>

#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace conformance {

/// A case that a subject cannot show, by its name, and why. It is not run, and stands in the report's last table.
struct LeftOut {
    std::string name{};
    std::string reason{};
};

/// What every subject of the suite has: a name, and how time passes for it. The defaults suit a server.
///
/// **Thread safety**: the suite calls its members from one thread.
class EVENTSDK_API Subject {
public:
    virtual ~Subject() = default;
    /// For the report.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Cases to leave out. A name that no case has ends the run with status 2.
    [[nodiscard]] virtual std::vector<LeftOut> left_out() const { return {}; }
    /// How long something that must happen may take. By default 20 s.
    [[nodiscard]] virtual Duration patience() const { return Duration{20'000}; }
    /// Lets time pass: moves the clock where it can be moved; by default waits.
    virtual void pass(Duration time);
};

}  // namespace conformance
EVENTSDK_END_NAMESPACE
