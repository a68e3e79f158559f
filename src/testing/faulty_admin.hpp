#pragma once

#include "broker/deadline.hpp"
#include "testing/fault_state.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// An admin whose calls may fail, be late, or find no broker.
class FaultyAdmin final : public Admin {
public:
    FaultyAdmin(std::shared_ptr<FaultState> state, std::unique_ptr<Admin> inner)
        : state_{std::move(state)}, inner_{std::move(inner)} {}

    [[nodiscard]] Result<void> create_topic(const TopicSpec& spec, Duration timeout) override {
        return judged(timeout, [&] { return inner_->create_topic(spec, timeout); });
    }
    [[nodiscard]] Result<void> delete_topic(const std::string& topic, Duration timeout) override {
        return judged(timeout, [&] { return inner_->delete_topic(topic, timeout); });
    }
    [[nodiscard]] Result<std::vector<TopicDescription>> list_topics(Duration timeout) override {
        return judged(timeout, [&] { return inner_->list_topics(timeout); });
    }
    [[nodiscard]] Result<TopicDescription> describe_topic(const std::string& topic, Duration timeout) override {
        return judged(timeout, [&] { return inner_->describe_topic(topic, timeout); });
    }
    [[nodiscard]] Result<Watermarks> watermarks(const TopicPartition& partition, Duration timeout) override {
        return judged(timeout, [&] { return inner_->watermarks(partition, timeout); });
    }
    [[nodiscard]] Result<std::int64_t> offset_for_time(const TopicPartition& partition, Timestamp time,
                                                       Duration timeout) override {
        return judged(timeout, [&] { return inner_->offset_for_time(partition, time, timeout); });
    }
    [[nodiscard]] Result<void> delete_records_before(const TopicPartition& partition, std::int64_t offset,
                                                     Duration timeout) override {
        return judged(timeout, [&] { return inner_->delete_records_before(partition, offset, timeout); });
    }
    [[nodiscard]] Result<std::vector<PartitionOffset>> group_offsets(const std::string& group,
                                                                     Duration timeout) override {
        return judged(timeout, [&] { return inner_->group_offsets(group, timeout); });
    }
    [[nodiscard]] Result<std::vector<GroupDescription>> list_groups(Duration timeout) override {
        return judged(timeout, [&] { return inner_->list_groups(timeout); });
    }

private:
    template <class Ask>
    auto judged(Duration timeout, Ask&& ask) -> decltype(ask()) {
        const Verdict verdict = state_->judge(Operation::admin);
        if (verdict.error) return *verdict.error;
        if (!state_->wait_until_due(verdict.due, deadline_after(timeout))) return verdict.down ? nobody() : late();
        auto answer = ask();
        if (answer && verdict.unacknowledged) return late();
        return answer;
    }

    const std::shared_ptr<FaultState> state_;
    const std::unique_ptr<Admin> inner_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
