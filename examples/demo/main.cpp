// The main job as a short story: events are published, checked, stored and projected; a handler fails and is retried;
// a poison event ends in the dead-letter topic, is repaired and comes back. In memory, or with --brokers on Kafka.
#include "events.hpp"
#include "platform.hpp"

#include <eventsdk/eventsdk.hpp>

#include <iostream>
#include <map>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

using Points = std::map<std::string, int>;

void show(const Points& points) {
    std::cout << "   points:";
    for (const Student& student : students) {
        const auto found = points.find(std::string{student.id});
        std::cout << " " << student.name << " " << (found == points.end() ? 0 : found->second);
    }
    std::cout << "\n";
}

void publish_essays(Producer& producer, const std::string& topic) {
    std::cout << "1. Publish\n";
    for (int essay = 0; essay < 4; ++essay)
        for (const Student& student : students)
            producer.publish("essay-" + std::to_string(essay) + "-" + std::string{student.name}, essay_of(student))
                .value();
    std::cout << "   12 events AssignmentSubmitted v1 are stored in " << topic << "\n";

    AssignmentSubmitted wrong = essay_of(students[0]);
    wrong.student_id = "Ada";
    auto refused = producer.publish("essay-5-Ada", wrong);
    std::cout << "   one is refused before it is sent: " << refused.error().message << "\n";
}

/// A record that no checked producer would write: somebody else's program wrote it.
void write_poison(Producer& producer) {
    Record poison = producer.prepare("essay-6-Grace", essay_of(students[1])).value();
    const std::size_t at = poison.value->find("\"studentId\"");
    poison.value->replace(at, std::string_view{"\"studentId\""}.size(), "\"student__\"");
    producer.publish(poison).value();
    std::cout << "   another program writes an event without studentId past the SDK\n";
}

Projection points_projection(const std::string& group, Points& points, bool& mail_fails) {
    Projection projection{group};
    projection.on<AssignmentSubmitted>([&](const AssignmentSubmitted& event, const Delivery& delivery) -> Handled {
        if (mail_fails && delivery.envelope().aggregate_id == "essay-1-Linus") {
            mail_fails = false;
            std::cout << "   essay-1-Linus: attempt 1 failed, the mail server does not answer; retry in about 1 s\n";
            return retry("the mail server does not answer");
        }
        if (delivery.attempt() > 1) std::cout << "   essay-1-Linus: attempt " << delivery.attempt() << " succeeded\n";
        points[event.student_id] += 5;
        return done();
    });
    return projection;
}

void project(const Platform& platform, const Catalogue& catalogue, Points& points, bool mail_fails) {
    Projection projection = points_projection(platform.group("gamification-points-v1"), points, mail_fails);
    auto projector = Projector::create(platform.broker, catalogue, std::move(projection)).value();
    projector.run_until_caught_up().value();
    show(points);
}

/// Shows the dead letters, and sends them back with what was wrong put right.
void repair(const Platform& platform, const std::string& dead_letters) {
    for (const Record& letter : platform.read_all(dead_letters)) {
        const auto header = [&letter](std::string_view name) { return letter.header(name).value_or("-"); };
        std::cout << "   " << *letter.key << ", stage " << header(dead_letter_headers::stage) << ", attempts "
                  << header(dead_letter_headers::attempts) << ": " << header(dead_letter_headers::error_message)
                  << "\n";
    }
    std::cout << "4. Repair and deliver again\n";
    const auto put_right = [](Record& record) {
        constexpr std::string_view wrong{"\"student__\""};
        record.value->replace(record.value->find(wrong), wrong.size(), "\"studentId\"");
        std::cout << "   " << *record.key << " gets its studentId and goes back, for gamification-points-v1 alone\n";
    };
    const RedriveReport report = redrive_dead_letters(platform.broker, dead_letters, {.repair = put_right}).value();
    std::cout << "   " << report.redriven << " redriven of " << report.chosen << "\n";
}

void tell(const Platform& platform) {
    auto catalogue =
        Catalogue::load({.environment = platform.environment, .schemas = SCHEMAS}, event<AssignmentSubmitted>())
            .value();
    const std::string topic = catalogue.topics().front();
    const std::string dead_letters = dead_letter_topic(topic);
    ensure_topics(*platform.broker.port().admin().value(), topic_specs(catalogue, {.partitions = 3}), 30s).value();
    std::cout << "eventsdk on " << platform.name << "\n";

    auto producer = Producer::create(platform.broker, catalogue).value();
    publish_essays(producer, topic);
    write_poison(producer);

    Points points;
    std::cout << "2. Project: gamification-points-v1 counts five points for each\n";
    project(platform, catalogue, points, true);

    std::cout << "3. Look at " << dead_letters << "\n";
    repair(platform, dead_letters);
    project(platform, catalogue, points, false);
    platform.delete_topics({topic, dead_letters, parked_topic(topic)});
}

}  // namespace

int main(int argc, char** argv) {
    try {
        tell(Platform::connect(argc, argv).value());
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "demo: " << failed.error().to_string() << "\n";
        return failed.error().kind == ErrorKind::invalid_argument ? 2 : 3;
    }
}
