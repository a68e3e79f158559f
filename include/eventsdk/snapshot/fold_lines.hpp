#pragma once

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <iosfwd>
#include <map>

EVENTSDK_BEGIN_NAMESPACE

namespace detail {
[[nodiscard]] EVENTSDK_API Result<void> fold_lines(const AggregateDescriptor& aggregate, void* state,
                                                   const Catalogue& catalogue, std::istream& in, std::ostream& out,
                                                   const std::map<std::int32_t, Upcaster>& upcasters);
}

/// The whole of a program that folds T for `eventsdk aggregate … --fold PROGRAM`, which knows no C++ type:
///
///     int main() { return eventsdk::fold_lines<Basket>(catalogue, std::cin, std::cout) ? 0 : 1; }
///
/// A line of JSON in: `{"snapshot":null}`, or `{"snapshot":{"schemaVersion":1,"revision":100,"state":{…}}}`; then one for
/// each event, `{"revision":101,"envelope":{…},"record":{…}}`, of which this function uses the record. At the end of the
/// input a line out: `{"schemaVersion":1,"state":{…}}`.
///
/// @param upcasters as SnapshotOptions::upcasters
/// @return `permanent` "fold.line" for a line that is none of these, "snapshot.state_version" and the like for the
///   snapshot, what Catalogue::open() says of a record, "aggregate.apply"; `unavailable` "fold.output"
template <Aggregate T>
[[nodiscard]] Result<void> fold_lines(const Catalogue& catalogue, std::istream& in, std::ostream& out,
                                      const std::map<std::int32_t, Upcaster>& upcasters = {}) {
    static_assert(describe_aggregate<T>().state != nullptr,
                  "the state cannot be written: give AggregateTraits<T> `fields`, or the state nlohmann "
                  "to_json/from_json and include <eventsdk/event/json.hpp>");
    T state{};
    return detail::fold_lines(describe_aggregate<T>(), &state, catalogue, in, out, upcasters);
}

EVENTSDK_END_NAMESPACE
