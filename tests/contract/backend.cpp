#include "contract/backend.hpp"

#include "support/catch.hpp"

#include <cstdio>
#include <random>
#include <vector>

namespace contract {
namespace {

struct NotShown {
    std::string test;
    std::string reason;
};

/// What the run leaves out, printed when the program ends.
class Table {
public:
    ~Table() {
        if (rows_.empty()) return;
        std::printf("\nWhat the backend \"%s\" cannot show:\n", std::string{backend().name()}.c_str());
        for (const NotShown& row : rows_) std::printf("  %-90s %s\n", row.test.c_str(), row.reason.c_str());
    }
    void add(NotShown row) { rows_.push_back(std::move(row)); }

private:
    std::vector<NotShown> rows_;
};

std::string run_id() {
    std::random_device random;
    return std::to_string(random());
}

}  // namespace

bool cannot_show(std::string_view name, std::string_view reason) {
    if (name != backend().name()) return false;
    static Table table;
    table.add({Catch::getResultCapture().getCurrentTestName(), std::string{reason}});
    SUCCEED(std::string{reason});
    return true;
}

std::string fresh_name(std::string_view what) {
    static const std::string run = run_id();
    static int count = 0;
    return "contract-" + run + "-" + std::string{what} + "-" + std::to_string(++count);
}

std::string fresh_topic(std::int32_t partitions) { return fresh_topic(TopicSpec{.partitions = partitions}); }

std::string fresh_topic(TopicSpec spec) {
    spec.name = fresh_name("topic");
    backend().create_topic(spec);
    return spec.name;
}

void Backend::create_topic(const TopicSpec& spec) {
    const auto admin = make_broker().port().admin().value();
    admin->create_topic(spec, patience()).value();
}

}  // namespace contract
