#pragma once

#include "database.hpp"

#include <algorithm>
#include <filesystem>

namespace campus_hub {

/// A place for a story's tables, gone with it: a folder, or a schema of the database that DATABASE_URL names.
class Scratch {
public:
#ifdef CAMPUS_HUB_POSTGRES
    explicit Scratch(std::string run) : name_{"campus_hub_" + run} {
        std::replace(name_.begin(), name_.end(), '-', '_');
        execute("CREATE SCHEMA " + name_).value();
    }
    ~Scratch() { (void)execute("DROP SCHEMA " + name_ + " CASCADE"); }
    [[nodiscard]] std::string place_of(const std::string& side) const {
        return campus_hub::place_of(side) + "?options=-csearch_path%3D" + name_;
    }

private:
    static eventsdk::Result<void> execute(const std::string& statement) {
        auto database = sql::Database::open(campus_hub::place_of(""));
        if (!database) return database.error();
        const auto work = [&statement](sql::Transaction& db) -> eventsdk::Result<void> {
            auto done = db.execute(statement);
            return done ? eventsdk::Result<void>{} : eventsdk::Result<void>{done.error()};
        };
        return database->transact(work);
    }
#else
    explicit Scratch(const std::string& run)
        : name_{(std::filesystem::temp_directory_path() / ("campus-hub-" + run)).string()} {
        std::filesystem::create_directories(name_);
    }
    ~Scratch() { std::filesystem::remove_all(name_); }
    [[nodiscard]] std::string place_of(const std::string& side) const { return name_ + "/" + side + ".db"; }

private:
#endif
    std::string name_;

public:
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
};

}  // namespace campus_hub
