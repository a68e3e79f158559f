// Tests a projection with no broker, no threads and no waiting: the fixture moves the clock itself.
// Any test framework will do; this file needs none.
#include "points.hpp"

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/testing/projection_fixture.hpp>

#include <iostream>

using namespace eventsdk;

namespace {

const std::string ada = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

struct ScoresInMemory final : Scores {
    std::map<std::string, int> points{};
    int outages = 0;  // how often add() fails before it works

    bool add(const std::string& student, int more) override {
        if (outages > 0) return --outages, false;
        points[student] += more;
        return true;
    }
};

AssignmentSubmitted submitted_by(const std::string& student) {
    return {"919108f7-52d1-4320-9bac-f847db4148a8", student, "https://files.example.com/essay.pdf"};
}

Catalogue catalogue() {
    return Catalogue::load({.environment = "test", .schemas = SCHEMAS}, event<AssignmentSubmitted>()).value();
}

void check(bool holds, const std::string& sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

}  // namespace

int main() {
    // [test]
    {
        ScoresInMemory scores;
        testing::ProjectionFixture fixture{make_points_projection(scores), catalogue()};
        fixture.given(submitted_by(ada), submitted_by(ada));
        fixture.run();
        check(scores.points[ada] == 10, "a submission is worth five points");
        check(fixture.dead_letters().empty(), "nothing is dead-lettered");
    }
    // [test]
    {
        ScoresInMemory scores;
        scores.outages = 5;
        testing::ProjectionFixture fixture{make_points_projection(scores), catalogue()};
        fixture.given(submitted_by(ada));
        fixture.run();
        check(scores.points[ada] == 5 && fixture.dead_letters().empty(), "an outage of the database loses no points");
    }
    {
        ScoresInMemory scores;
        testing::ProjectionFixture fixture{make_points_projection(scores), catalogue()};
        Record broken = catalogue().prepare(fixture.broker().runtime(), "a-1", submitted_by(ada)).value();
        broken.value = "{}";
        fixture.given(broken);
        fixture.run();
        check(fixture.dead_letters().size() == 1, "a broken record ends in the dead-letter topic");
    }
}
