#pragma once

/// @file
/// Version, symbol visibility and namespace of eventsdk. Nothing here changes the meaning of a class.

#define EVENTSDK_VERSION_MAJOR 0
#define EVENTSDK_VERSION_MINOR 1
#define EVENTSDK_VERSION_PATCH 0

/// Marks what a shared eventsdk exports; everything else is hidden.
#if defined(_WIN32)
#  error "eventsdk supports Linux and other POSIX systems"
#else
#  define EVENTSDK_API __attribute__((visibility("default")))
#endif

/// Every public name lives in the inline namespace of its ABI version.
#define EVENTSDK_BEGIN_NAMESPACE \
  namespace eventsdk {           \
  inline namespace v0 {
#define EVENTSDK_END_NAMESPACE \
  }                            \
  }
