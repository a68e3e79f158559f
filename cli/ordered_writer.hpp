#pragma once

#include <eventsdk/broker/broker.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace cli {

/// Writes records in the background and answers for each in the order in which they were given.
class OrderedWriter final : private eventsdk::WriteSink {
public:
    /// What became of one line: a place in the log, or an error.
    struct Answer {
        std::size_t line = 0;
        std::string event_id{};
        bool done = false;
        eventsdk::Receipt receipt{};
        std::optional<eventsdk::Error> error{};
    };
    using Take = std::function<void(const Answer&)>;

    OrderedWriter(const eventsdk::Broker& broker, eventsdk::Duration timeout, Take take);
    ~OrderedWriter() override;

    /// Takes a record; waits while too many are under way.
    void write(std::size_t line, const eventsdk::Record& record);
    /// A line that gives no record still has its place in the order.
    void refuse(std::size_t line, eventsdk::Error error);
    /// Waits for everything under way and answers it.
    void settle();

private:
    void written(std::span<const eventsdk::WriteOutcome> outcomes) noexcept override;
    void give_out();

    eventsdk::Duration timeout_;
    Take take_;
    std::mutex mutex_;
    std::deque<Answer> answers_;  // the first one has tag first_
    std::uint64_t first_ = 0;
    std::unique_ptr<eventsdk::Writer> writer_;
};

}  // namespace cli
