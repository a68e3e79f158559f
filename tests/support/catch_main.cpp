#include "support/catch.hpp"

int main(int argc, char* argv[]) { return eventsdk::test::run_catch(argc, argv); }
