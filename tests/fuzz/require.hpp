#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the fuzz target when what must hold does not.
inline void require(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}
