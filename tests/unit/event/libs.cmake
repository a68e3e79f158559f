set(module_libs simdjson::simdjson fmt::fmt)
