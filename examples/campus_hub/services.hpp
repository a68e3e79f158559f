#pragma once

#include "catalogue.hpp"
#include "database.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>

#include <string>

namespace campus_hub {

/// The command side: the table of assignments and their events, changed in one transaction.
class Assignments {
public:
    static eventsdk::Result<Assignments> open(const std::string& place, eventsdk::Catalogue catalogue);
    /// @param revision the assignment's as the caller saw it, 0 for a new one
    /// @return the revision after it; `conflict` when somebody else was first: nothing is written
    eventsdk::Result<std::int64_t> submit(const std::string& assignment, const AssignmentSubmitted& event,
                                          std::int64_t revision);

private:
    Assignments(sql::Database database, eventsdk::Catalogue catalogue)
        : database_{std::move(database)}, outbox_{std::move(catalogue)} {}

    sql::Database database_;
    sql::Outbox outbox_;
};

/// The read side's database, with its tables and those of exactly-once effects.
eventsdk::Result<sql::Database> open_read_side(const std::string& place);

/// Five points for every submission, exactly once: the points, the event's id and the position are one transaction.
/// @param name consumer group; with another name and table it builds the read model anew beside the live one
eventsdk::Projection make_points(const sql::Database& database, const std::string& name,
                                 const std::string& table = "points");

/// A badge for whoever has ten points; its event has an id made of its cause's, so a repetition is the same badge.
eventsdk::Projection make_badges(const sql::Database& database, eventsdk::Producer& producer, const std::string& name);

/// The rows of a question to the read side.
std::vector<std::vector<std::string>> ask(sql::Database& database, const std::string& sql);

}  // namespace campus_hub
