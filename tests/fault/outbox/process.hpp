#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace eventsdk::test {

/// Another program that runs until it ends or is killed.
class Process {
public:
    Process() = default;
    explicit Process(const std::vector<std::string>& command) : id_{::fork()} {
        if (id_ != 0) return;
        std::vector<char*> arguments;
        for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    Process(Process&& other) noexcept : id_{std::exchange(other.id_, -1)} {}
    Process& operator=(Process&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Process() { kill(); }

    void signal(int number) const {
        if (id_ > 0) ::kill(id_, number);
    }
    void kill() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(std::exchange(id_, -1), nullptr, 0);
    }
    /// Exit status of a program that ends by itself; -1 when a signal ended it.
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(id_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    enum class State { running, stopped, ended };
    [[nodiscard]] State state() {
        int status = 0;
        if (id_ <= 0) return State::ended;
        if (::waitpid(id_, &status, WNOHANG | WUNTRACED) <= 0) return stopped_ ? State::stopped : State::running;
        stopped_ = WIFSTOPPED(status);
        if (!stopped_) id_ = -1;
        return stopped_ ? State::stopped : State::ended;
    }
    void go_on() {
        stopped_ = false;
        signal(SIGCONT);
    }

private:
    pid_t id_ = -1;
    bool stopped_ = false;
};

}  // namespace eventsdk::test
