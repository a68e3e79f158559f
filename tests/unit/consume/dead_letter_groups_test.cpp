#include "world.hpp"

#include "support/passing_port.hpp"

#include <atomic>

using namespace world;
using namespace std::chrono_literals;

namespace {

/// Counts how often a writer is told to hurry: on Kafka each is a request.
class CountingPort final : public test::PassingPort {
public:
    CountingPort(std::shared_ptr<BrokerPort> port, std::atomic<int>& hurries)
        : PassingPort{std::move(port)}, hurries_{hurries} {}

    Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) override {
        auto made = PassingPort::writer(options, sink);
        if (!made) return made;
        return std::unique_ptr<Writer>{std::make_unique<CountingWriter>(std::move(*made), hurries_)};
    }

private:
    class CountingWriter final : public Writer {
    public:
        CountingWriter(std::unique_ptr<Writer> writer, std::atomic<int>& hurries)
            : writer_{std::move(writer)}, hurries_{hurries} {}
        Result<void> write(const Record& record, std::uint64_t tag) override { return writer_->write(record, tag); }
        void hurry() noexcept override {
            ++hurries_;
            writer_->hurry();
        }
        Result<void> flush(Duration timeout) override { return writer_->flush(timeout); }
        [[nodiscard]] std::size_t pending() const noexcept override { return writer_->pending(); }
        void close(Duration timeout) noexcept override { writer_->close(timeout); }

    private:
        std::unique_ptr<Writer> writer_;
        std::atomic<int>& hurries_;
    };

    std::atomic<int>& hurries_;
};

struct Buried {
    int letters = 0;
    int groups = 0;
    std::chrono::steady_clock::duration took{};
};

/// `events` of `keys` keys, of which every `nth` cannot be handled.
Buried bury(int events, int keys, int nth) {
    World world;
    for (int points = 0; points < events; ++points) (void)world.publish("s" + std::to_string(points % keys), points);
    std::atomic<int> hurries{0};
    world.broker.decorate(std::make_shared<CountingPort>(world.broker.shared_port(), hurries));
    Projection refusing{"refusing"};
    refusing.on<Scored>(
        [nth](const Scored& event) -> Handled { return event.points % nth == 0 ? dead_letter("not today") : done(); });
    Projector projector = world.projector(std::move(refusing), {.workers = 2, .buffered_records = 200});
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    return {static_cast<int>(world.dead().size()), hurries, std::chrono::steady_clock::now() - began};
}

}  // namespace

TEST_CASE("dead letters of many keys are written in groups", "[consume][unit]") {
    const Buried buried = bury(20'000, 500, 11);
    REQUIRE(buried.letters == 1'819);
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(buried.took).count();
    INFO(buried.groups << " groups in " << milliseconds << " ms");
    REQUIRE(buried.groups <= milliseconds / 10 + 15);  // the first ones are small and gather for less
}

TEST_CASE("dead letters of one key, each of which the next event waits for, follow each other at once",
          "[consume][unit]") {
    const Buried buried = bury(200, 1, 1);
    REQUIRE(buried.letters == 200);
    REQUIRE(buried.groups == 200);
    REQUIRE(buried.took < 5s);
}
