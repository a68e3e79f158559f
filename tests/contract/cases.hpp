#pragma once

#include <eventsdk/conformance/run.hpp>

/// The cases of the contract: written against the ports alone, part of the library eventsdk::conformance, and run by the
/// programs contract_* for each adapter of the SDK.
namespace contract {

/// Puts a case on the list. Its first tag says what it is about: [broker], [effects], [outbox] or [index].
class Registered {
public:
    Registered(void (*body)(), const char* name, const char* tags);
};

/// What this run is about.
const eventsdk::conformance::Subjects& subjects();

/// A name that no earlier case and no earlier run used.
std::string fresh_name(std::string_view what);

}  // namespace contract

#define CONTRACT_JOINED_(left, right) left##right
#define CONTRACT_JOINED(left, right) CONTRACT_JOINED_(left, right)

#define CONTRACT_CASE(name, tags)                                                    \
  static void CONTRACT_JOINED(contract_case_, __LINE__)();                           \
  static const contract::Registered CONTRACT_JOINED(contract_registered_, __LINE__){ \
      &CONTRACT_JOINED(contract_case_, __LINE__), name, tags};                       \
  static void CONTRACT_JOINED(contract_case_, __LINE__)()

/// Once in every file of cases, with the file's name: makes the linker take the file out of the library.
#define CONTRACT_CASES(file) \
  namespace contract {       \
  void cases_of_##file() {}  \
  }
