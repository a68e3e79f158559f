#pragma once

// Planted faults. Only binaries that test a test suite are compiled with EVENTSDK_MUTATIONS; there the
// fault numbered n is live when EVENTSDK_MUTATION=n stands in the environment. Elsewhere this is the constant false.
#ifdef EVENTSDK_MUTATIONS
#  include <cstdlib>
namespace eventsdk_mutation {
inline int active() {
    static const int number = std::getenv("EVENTSDK_MUTATION") != nullptr
                                  ? static_cast<int>(std::strtol(std::getenv("EVENTSDK_MUTATION"), nullptr, 10))
                                  : 0;
    return number;
}
}  // namespace eventsdk_mutation
#  define EVENTSDK_MUTATED(number) (eventsdk_mutation::active() == (number))
#else
#  define EVENTSDK_MUTATED(number) false
#endif
