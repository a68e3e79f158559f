#pragma once
// Catch2 v3 where present, else v2 (Debian 12).
#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#  include <catch2/catch.hpp>
#endif

namespace eventsdk::test {
/// Runs the registered cases, as Catch2's own main would.
int run_catch(int argc, char** argv);
}  // namespace eventsdk::test
