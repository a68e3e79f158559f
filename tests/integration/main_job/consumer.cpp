// The service of the main job: notes every handled event in a journal, one line each. Ends when it has caught up.
//   main_job_consumer GROUP TOPIC JOURNAL
#include "events.hpp"

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cstdio>
#include <stdexcept>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

/// A line written with one write() survives SIGKILL.
class Journal {
public:
    explicit Journal(const char* path) : file_{::open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)} {}
    ~Journal() { ::close(file_); }
    void note(const ExerciseSolved& event) const {
        const std::string line = event.student_id + " " + std::to_string(event.number) + "\n";
        if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            throw std::runtime_error{"cannot write the journal"};
    }

private:
    int file_;
};

Result<StopReason> serve(const std::string& group, const std::string& topic, const char* journal_path) {
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    auto broker = kafka::connect(*options);
    if (!broker) return broker.error();
    auto catalogue = main_job_catalogue(topic);
    if (!catalogue) return catalogue.error();

    const Journal journal{journal_path};
    Projection solved{group};
    solved.on<ExerciseSolved>([&](const ExerciseSolved& event) {
        if (event.verdict == "unreadable") throw std::runtime_error{"no such verdict: " + event.verdict};
        std::this_thread::sleep_for(200us);  // a handler that does something: time to be killed in
        journal.note(event);
    });
    ProjectorOptions settings{.workers = 4, .topics = {topic}};
    settings.session_timeout = 6s;
    settings.commit_interval = 200ms;
    auto projector = Projector::create(*broker, *catalogue, std::move(solved), settings);
    if (!projector) return projector.error();
    return projector->run_until_caught_up();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto end = serve(argv[1], argv[2], argv[3]);
    if (end) return 0;
    std::fprintf(stderr, "%s\n", end.error().to_string().c_str());
    return 1;
}
