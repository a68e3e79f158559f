#pragma once

#include "kafka/producer_core.hpp"
#include "kafka/salvage.hpp"

#include <condition_variable>
#include <deque>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// The plain writer: one client handle, replaced by a new one when an idempotence error has ended it for good, or when the
/// time of records that may be stored is over: it would go on with new sequence numbers.
///
/// Of the failed handle's records, those certainly not stored are written again by the new one, in order. One that may be
/// stored ends `indeterminate`, and later ones of its key wait until its publisher writes the same bytes again, or until
/// the delivery time-out is over: then they end `retriable`.
class KafkaWriter final : public Writer, private WriteSink {
public:
    using MakeCore = std::function<Result<std::unique_ptr<ProducerCore>>(WriteSink&)>;
    struct Bounds {
        Duration answers{30'000};  ///< of the wait for the failed handle's last answers
        Duration hold{120'000};    ///< of the wait for the publisher of a record that may be stored
        std::size_t records = 10'000;
    };

    [[nodiscard]] static Result<std::unique_ptr<Writer>> create(MakeCore make, const Runtime& runtime, Bounds bounds,
                                                                WriteSink& sink);
    ~KafkaWriter() override { close(Duration{0}); }

    Result<void> write(const Record& record, std::uint64_t tag) override;
    void hurry() noexcept override { core_.load()->hurry(); }
    Result<void> flush(Duration timeout) override;
    [[nodiscard]] std::size_t pending() const noexcept override;
    void close(Duration timeout) noexcept override;

private:
    using Lock = std::unique_lock<std::mutex>;
    static constexpr std::uint64_t late_order = std::uint64_t{1} << 62;  // behind all that a handle was given
    enum class State : std::uint8_t {
        sound,
        healing,  ///< a new handle is being made; records wait
        holding,  ///< keys are held
        broken    ///< too many failures: the last handle's errors are the answer
    };

    KafkaWriter(MakeCore make, const Runtime& runtime, Bounds bounds, WriteSink& sink)
        : make_{std::move(make)}, runtime_{runtime}, bounds_{bounds}, sink_{sink} {}
    [[nodiscard]] Result<std::unique_ptr<ProducerCore>> make_core();
    [[nodiscard]] Result<void> write_beside_healing(const Record& record, std::uint64_t tag);
    void written(std::span<const WriteOutcome> outcomes) noexcept override;
    void begin_healing();
    bool take_over(const rd_kafka_message_t& message, const Ticket& ticket);
    void heal() noexcept;
    void replace(Lock& lock);
    void settle(ProducerCore& old);
    void resend_salvaged(Lock& lock, ProducerCore& core);
    void resend(Lock& lock, ProducerCore& core, std::vector<Salvaged> salvaged);
    void tell(Lock& lock, const std::vector<Salvaged>& salvaged, const Error& error);
    [[nodiscard]] std::size_t set_aside() const { return salvaged_.size() + held_.records() + told_; }

    const MakeCore make_;
    const Runtime runtime_;
    const Bounds bounds_;
    WriteSink& sink_;
    std::mutex sink_mutex_;  // one call of the sink at a time, whichever handle it comes from

    std::atomic<State> state_{State::sound};
    std::atomic<ProducerCore*> core_{nullptr};
    mutable std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::vector<std::unique_ptr<ProducerCore>> cores_;  // the last one is core_; the others are closed
    std::vector<Salvaged> salvaged_;
    HeldKeys held_;
    std::size_t told_ = 0;  // records whose end is being told
    std::uint64_t late_orders_ = 0;
    std::deque<std::chrono::steady_clock::time_point> healed_;
    bool closing_ = false;
    bool healing_runs_ = false;
    std::thread healer_;
    std::mutex close_mutex_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
