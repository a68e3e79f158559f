set(module_libs eventsdk::sqlite SQLite::SQLite3)
