#include "fold_program.hpp"

#include "aggregate_source.hpp"
#include "json/document.hpp"
#include "json/raw_members.hpp"
#include "json_object.hpp"

#include <eventsdk/core/time.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace cli {
namespace {

Failure cannot_run(const std::string& command, int error) {
    return {usage, "'" + command + "' cannot be run: " + std::strerror(error), {}};
}

/// What the program inherits: our end of its input must not be among it, or it would never see the end.
int spawn(const std::string& command, int input, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    std::string text = command;
    std::string shell = "sh";
    std::string option = "-c";
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    pid_t child = -1;
    const int failed = ::posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw cannot_run(command, failed);
    return child;
}

}  // namespace

eventsdk::Result<void> FoldProgram::begin(const eventsdk::StoredSnapshot* snapshot) {
    stop();
    JsonObject line;
    if (snapshot == nullptr) {
        line.null("snapshot");
    } else {
        JsonObject given;
        given.integer("schemaVersion", snapshot->state_version).integer("revision", snapshot->revision);
        given.text("occurredAt", eventsdk::format_timestamp(snapshot->occurred_at));
        line.raw("snapshot", given.raw("state", on_one_line(snapshot->state)).done());
    }
    first_line_ = line.done();
    return {};
}

eventsdk::Result<bool> FoldProgram::take(const eventsdk::HistoryEvent& event) {
    start();
    write(event_json(event, true));
    return true;
}

eventsdk::Result<eventsdk::FoldedState> FoldProgram::finish() {
    start();
    ::close(input_);
    input_ = -1;
    if (const int status = wait(); status != 0)
        throw Failure{usage, "'" + command_ + "' ended with status " + std::to_string(status), {}};
    const std::string text = answer();
    eventsdk::json::Document document;
    const auto parsed = document.parse(text, {text.size(), 80, 1'000'000});
    eventsdk::FoldedState state;
    eventsdk::json::Value inner;
    std::int64_t version = 0;
    if (!parsed || !parsed->is_object() || parsed->at_key("schemaVersion").get(version) != simdjson::SUCCESS ||
        parsed->at_key("state").get(inner) != simdjson::SUCCESS || !inner.is_object() || version < 1)
        throw Failure{usage, "'" + command_ + "' answered no {\"schemaVersion\":1,\"state\":{...}}", {}};
    state.version = static_cast<std::int32_t>(version);
    state.text = on_one_line(eventsdk::json::raw_member(text, "state"));
    return state;
}

// Its output goes to a file: a program that writes early and one that writes much never wait for us to read.
void FoldProgram::start() {
    if (child_ >= 0) return;
    answer_.reset(std::tmpfile());
    int ends[2] = {-1, -1};
    if (answer_ == nullptr || ::pipe2(ends, O_CLOEXEC) != 0) throw cannot_run(command_, errno);
    input_ = ends[1];
    try {
        child_ = spawn(command_, ends[0], ::fileno(answer_.get()));
    } catch (...) {
        ::close(ends[0]);
        throw;
    }
    ::close(ends[0]);
    write(first_line_);
}

void FoldProgram::write(std::string line) {
    line.push_back('\n');
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t written = ::write(input_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EINTR) {
            check_interrupted();
        } else {
            throw Failure{
                usage, "'" + command_ + "' ended before its input did, with status " + std::to_string(wait()), {}};
        }
    }
}

int FoldProgram::wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) check_interrupted();
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A program whose input has ended ends.
void FoldProgram::stop() noexcept {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
    int status = 0;
    if (child_ >= 0) ::waitpid(child_, &status, 0);
    child_ = -1;
    answer_.reset();
}

std::string FoldProgram::answer() {
    std::string text;
    char part[4096];
    std::rewind(answer_.get());
    while (const std::size_t count = std::fread(part, 1, sizeof part, answer_.get())) text.append(part, count);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace cli
