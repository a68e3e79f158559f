#pragma once

#include <eventsdk/snapshot/state_fold.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace cli {

/// Folds by a program of the user's, run by the shell: docs/cli.md says which lines it is given and answers.
class FoldProgram final : public eventsdk::StateFold {
public:
    explicit FoldProgram(std::string command) : command_{std::move(command)} {}
    ~FoldProgram() override { stop(); }
    FoldProgram(const FoldProgram&) = delete;
    FoldProgram& operator=(const FoldProgram&) = delete;

    eventsdk::Result<void> begin(const eventsdk::StoredSnapshot* snapshot) override;
    eventsdk::Result<bool> take(const eventsdk::HistoryEvent& event) override;
    /// Ends the command when the program fails or gives no state.
    eventsdk::Result<eventsdk::FoldedState> finish() override;

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void start();
    void write(std::string line);
    void stop() noexcept;
    [[nodiscard]] int wait();
    [[nodiscard]] std::string answer();

    std::string command_;
    std::string first_line_;
    std::unique_ptr<std::FILE, Close> answer_{};
    int input_ = -1;
    int child_ = -1;
};

}  // namespace cli
