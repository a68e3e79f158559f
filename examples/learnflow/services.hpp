#pragma once

#include "events.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>

#include <functional>
#include <map>
#include <mutex>

namespace learnflow {

/// Runs a student's program; an error says that it could not, not that the program is wrong.
using Sandbox = std::function<eventsdk::Result<bool>(const CodeSubmitted&)>;
using Grade = std::function<void(const std::string& user, const std::string& exercise, bool passed)>;

/// Group learnflow-grader: grades what is submitted. A sandbox that fails is asked again after 1, 2 and 4 s; then the
/// submission is a dead letter, to be sent back once the sandbox is repaired.
eventsdk::Projection make_grader(Sandbox sandbox, Grade grade);

/// Group learnflow-tutor: who asks for help on an exercise twice, or needs many attempts, struggles with it.
class Struggles {
public:
    /// @return true when this request for help is not the first of the user on the exercise
    bool asked_again(const std::string& user, const std::string& exercise, std::string_view event_id);

private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::string> first_;  // the first request's event id
};
eventsdk::Projection make_tutor(Struggles& struggles, eventsdk::Producer& producer);

}  // namespace learnflow
