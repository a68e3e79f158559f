#include <eventsdk/service/service.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr Duration admin_timeout{30'000};

/// Threads that run loops until one of them ends or all are stopped.
class RunningLoops {
public:
    explicit RunningLoops(const std::vector<std::function<Result<void>(std::stop_token)>>& loops) {
        threads_.reserve(loops.size());
        for (const auto& loop : loops) threads_.emplace_back([this, loop] { ended(loop(stop_.get_token())); });
    }
    void stop() { stop_.request_stop(); }
    /// Until one has ended or `stop` is requested.
    void wait_for_first(const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, stop, [this] { return ended_ > 0; });
    }
    Result<void> join() {
        for (std::jthread& thread : threads_)
            if (thread.joinable()) thread.join();
        return error_ ? Result<void>{*error_} : Result<void>{};
    }

private:
    void ended(Result<void> result) {
        const std::lock_guard lock{mutex_};
        if (!result && !error_) error_ = std::move(result).error();
        ++ended_;
        changed_.notify_all();
        stop_.request_stop();
    }

    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t ended_ = 0;
    std::optional<Error> error_;
    std::vector<std::jthread> threads_;
};

}  // namespace

class Service::Impl {
public:
    Impl(Broker broker, Catalogue catalogue) : broker_{std::move(broker)}, catalogue_{std::move(catalogue)} {}
    ~Impl() { (void)stop(); }

    Result<void> add(Projection projection, ProjectorOptions options) {
        auto made = Projector::create(broker_, catalogue_, std::move(projection), std::move(options));
        if (!made) return std::move(made).error();
        auto projector = std::make_shared<Projector>(std::move(*made));
        projectors_.push_back(projector);
        loops_.push_back([projector](std::stop_token stop) -> Result<void> {
            auto reason = projector->run(std::move(stop));
            return reason ? Result<void>{} : Result<void>{std::move(reason).error()};
        });
        return {};
    }
    void add_loop(Loop loop) { loops_.push_back(std::move(loop)); }

    Result<void> run(const std::stop_token& stop) {
        start();
        running_->wait_for_first(stop);
        return this->stop();
    }
    void start() {
        if (!running_) running_ = std::make_unique<RunningLoops>(loops_);
    }
    Result<void> stop() {
        if (!running_) return {};
        running_->stop();
        Result<void> ended = running_->join();
        running_.reset();
        return ended;
    }

    Result<void> run_until_caught_up(const std::stop_token& stop) {
        auto before = written();
        while (before) {
            if (auto done = catch_up_once(stop); !done || stop.stop_requested()) return done;
            auto after = written();
            if (after && *after == *before) return {};
            before = std::move(after);
        }
        return std::move(before).error();
    }

private:
    Result<void> catch_up_once(const std::stop_token& stop) {
        std::vector<Result<StopReason>> reasons(projectors_.size(), StopReason::requested);
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < projectors_.size(); ++i)
                threads.emplace_back([&, i] { reasons[i] = projectors_[i]->run_until_caught_up(stop); });
        }
        for (Result<StopReason>& reason : reasons)
            if (!reason) return std::move(reason).error();
        return {};
    }
    /// Records ever written to the catalogue's topics.
    Result<std::int64_t> written() {
        auto admin = broker_.port().admin();
        if (!admin) return std::move(admin).error();
        std::int64_t sum = 0;
        for (const std::string& topic : catalogue_.topics()) {
            auto described = (*admin)->describe_topic(topic, admin_timeout);
            if (!described) return std::move(described).error();
            for (std::int32_t partition = 0; partition < described->partitions; ++partition) {
                auto marks = (*admin)->watermarks({topic, partition}, admin_timeout);
                if (!marks) return std::move(marks).error();
                sum += marks->high;
            }
        }
        return sum;
    }

    Broker broker_;
    Catalogue catalogue_;
    std::vector<std::shared_ptr<Projector>> projectors_;
    std::vector<Loop> loops_;
    std::unique_ptr<RunningLoops> running_;
};

Service::Service(Broker broker, Catalogue catalogue)
    : impl_{std::make_unique<Impl>(std::move(broker), std::move(catalogue))} {}
Service::Service(Service&&) noexcept = default;
Service& Service::operator=(Service&&) noexcept = default;
Service::~Service() = default;

Result<void> Service::add(Projection projection, ProjectorOptions options) {
    return impl_->add(std::move(projection), std::move(options));
}
void Service::add_loop(Loop loop) { impl_->add_loop(std::move(loop)); }
Result<void> Service::run(std::stop_token stop) { return impl_->run(stop); }
Result<void> Service::run_until_caught_up(std::stop_token stop) { return impl_->run_until_caught_up(stop); }
void Service::start() { impl_->start(); }
Result<void> Service::stop() { return impl_->stop(); }

EVENTSDK_END_NAMESPACE
