set(module_libs eventsdk::prometheus)
