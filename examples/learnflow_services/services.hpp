#pragma once

#include "events.hpp"

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/producer.hpp>

#include <functional>
#include <map>
#include <mutex>

namespace learnflow_services {

/// Where students come in. Every request begins a trace.
class Gateway {
public:
    explicit Gateway(eventsdk::Producer& producer) : producer_{&producer} {}
    eventsdk::Result<eventsdk::Receipt> ask(const std::string& user, const std::string& question);
    eventsdk::Result<eventsdk::Receipt> submit(const std::string& user, const std::string& exercise,
                                               const std::string& code);

private:
    eventsdk::Producer* producer_;
};

/// Services with a consumer group each. What they publish carries the trace on, and an id made of the id of its cause:
/// an event that is delivered twice has one answer.
eventsdk::Projection make_triage(eventsdk::Producer& producer);    // a question is about a concept or about code
eventsdk::Projection make_concepts(eventsdk::Producer& producer);  // explains concepts
/// What writes the exercises, a language model perhaps: slow, and now and then `unavailable`.
using Author = std::function<eventsdk::Result<std::string>(const std::string& subject)>;
/// After each concept, and for who struggles.
eventsdk::Projection make_exercises(eventsdk::Producer& producer, Author author);
eventsdk::Projection make_exercises(eventsdk::Producer& producer);    // by a quick author
eventsdk::Projection make_debugger(eventsdk::Producer& producer);     // explains errors
eventsdk::Projection make_code_review(eventsdk::Producer& producer);  // progress, or a struggle

/// What the students see: answers by event id, so that a second delivery changes nothing.
class Inbox {
public:
    void put(std::string_view event_id, const std::string& user, const std::string& text);
    [[nodiscard]] std::vector<std::string> of(const std::string& user) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::pair<std::string, std::string>, std::less<>> by_event_;
};
eventsdk::Projection make_inbox(Inbox& inbox);

/// How far each student is: mastery by subject. Setting a value twice sets it.
class Mastery {
public:
    void set(const std::string& user, const std::string& subject, double value);
    [[nodiscard]] double of(const std::string& user, const std::string& subject) const;

private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, double> values_;
};
eventsdk::Projection make_progress(Mastery& mastery);

}  // namespace learnflow_services
