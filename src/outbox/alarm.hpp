#pragma once

#include <eventsdk/core/clock.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stop_token>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// Waiting that wake(), a stop request and news of the database end early.
class Alarm {
public:
    Alarm() noexcept : event_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() {
        if (event_ >= 0) ::close(event_);
    }

    void ring() noexcept { (void)::eventfd_write(event_, 1); }
    /// @param news a descriptor that becomes readable; -1: none
    void wait(Duration longest, const std::stop_token& stop, int news) {
        const std::stop_callback stopped{stop, [this] { ring(); }};
        std::array<pollfd, 2> watched{{{event_, POLLIN, 0}, {news, POLLIN, 0}}};
        (void)::poll(watched.data(), watched.size(), static_cast<int>(longest.count()));
        eventfd_t rung = 0;
        (void)::eventfd_read(event_, &rung);
    }

private:
    int event_;
};

}  // namespace outbox
EVENTSDK_END_NAMESPACE
