#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <random>
#include <string>

/// Random draft-07 schemas, and values that meet them half-way; the same ones for the same seed.
class RandomSchemas {
public:
    explicit RandomSchemas(std::uint64_t seed) : random_{seed} {}

    /// A schema with two definitions, which it may refer to.
    nlohmann::json schema();
    nlohmann::json value(int depth = 3);

private:
    using Json = nlohmann::json;
    using AddRules = void (RandomSchemas::*)(Json& out, int depth);

    std::size_t below(std::size_t count) { return random_() % count; }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <class List>
    auto pick(const List& list) {
        return *(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list))));
    }

    Json subschema(int depth);
    Json number();
    Json name_list();
    void type_rules(Json& out, int depth);
    void value_rules(Json& out, int depth);
    void number_rules(Json& out, int depth);
    void string_rules(Json& out, int depth);
    void array_rules(Json& out, int depth);
    void object_rules(Json& out, int depth);
    void combinations(Json& out, int depth);

    std::mt19937_64 random_;
};
