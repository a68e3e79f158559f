#include <eventsdk/service/stop_on_signals.hpp>

#include <cerrno>
#include <csignal>
#include <thread>

#include <unistd.h>

EVENTSDK_BEGIN_NAMESPACE
namespace {

int pipe_ends[2] = {-1, -1};

extern "C" void eventsdk_on_stop_signal(int) {
    const int kept = errno;
    const char byte = 1;
    (void)!::write(pipe_ends[1], &byte, 1);
    errno = kept;
}

// Never destroyed: its thread and a late signal may outlive main().
std::stop_source& watched_signals() {
    static std::stop_source& source = *new std::stop_source{[] {
        std::stop_source made;
        if (::pipe(pipe_ends) != 0) return made;
        std::thread{[made]() mutable {
            char byte = 0;
            while (::read(pipe_ends[0], &byte, 1) < 0 && errno == EINTR) continue;
            made.request_stop();
        }}.detach();
        struct sigaction action {};
        action.sa_handler = eventsdk_on_stop_signal;
        action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
        sigemptyset(&action.sa_mask);
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
        return made;
    }()};
    return source;
}

}  // namespace

std::stop_token stop_on_signals() { return watched_signals().get_token(); }

EVENTSDK_END_NAMESPACE
