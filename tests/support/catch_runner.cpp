#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_session.hpp>
#else
#  define CATCH_CONFIG_RUNNER
#  include <catch2/catch.hpp>
#endif

namespace eventsdk::test {

int run_catch(int argc, char** argv) { return Catch::Session().run(argc, argv); }

}  // namespace eventsdk::test
