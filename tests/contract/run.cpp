#include "contract/cases.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <thread>

namespace contract {

void take_all_cases();  // written by CMake

namespace {

using namespace eventsdk::conformance;

struct Case {
    void (*body)();
    const char* name;
    const char* tags;
};

std::vector<Case>& cases() {
    static std::vector<Case> all;
    return all;
}

Subjects chosen{};

std::vector<std::pair<const char*, Subject*>> by_tag() {
    return {{"[broker]", chosen.broker},
            {"[effects]", chosen.effects},
            {"[outbox]", chosen.outbox},
            {"[index]", chosen.index}};
}

bool is_about(const Case& one, const char* tag) { return std::strncmp(one.tags, tag, std::strlen(tag)) == 0; }

/// Hands Catch2 the cases of one subject, but for those that it leaves out.
bool add_cases(const char* tag, const std::vector<LeftOut>& left_out) {
    for (const LeftOut& out : left_out) {
        const auto named = [&](const Case& one) { return is_about(one, tag) && one.name == out.name; };
        if (std::any_of(cases().begin(), cases().end(), named)) continue;
        std::fprintf(stderr, "left_out() names \"%s\", which is no case of %s\n", out.name.c_str(), tag);
        return false;
    }
    for (const Case& one : cases()) {
        const auto same = [&](const LeftOut& out) { return out.name == one.name; };
        if (!is_about(one, tag) || std::any_of(left_out.begin(), left_out.end(), same)) continue;
        REGISTER_TEST_CASE(one.body, one.name, one.tags);
    }
    return true;
}

void print(const Subject& subject, const std::vector<LeftOut>& left_out) {
    if (left_out.empty()) return;
    std::printf("What the subject \"%s\" cannot show:\n", std::string{subject.name()}.c_str());
    for (const LeftOut& out : left_out) std::printf("  %-90s %s\n", out.name.c_str(), out.reason.c_str());
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace

Registered::Registered(void (*body)(), const char* name, const char* tags) { cases().push_back({body, name, tags}); }

const Subjects& subjects() { return chosen; }

std::string fresh_name(std::string_view what) {
    static const std::string run = std::to_string(std::random_device{}());
    static int count = 0;
    return "contract-" + run + "-" + std::string{what} + "-" + std::to_string(++count);
}

}  // namespace contract

EVENTSDK_BEGIN_NAMESPACE
namespace conformance {

void Subject::pass(Duration time) { std::this_thread::sleep_for(time); }

void BrokerSubject::create_topic(const TopicSpec& spec) {
    const auto admin = make_broker().port().admin().value();
    admin->create_topic(spec, patience()).value();
}

Timestamp BrokerSubject::now() const { return system_clock()->now(); }

int run(const Subjects& subjects, int argc, char** argv) {
    contract::take_all_cases();
    contract::chosen = subjects;
    int found = 0;
    for (const auto& [tag, subject] : contract::by_tag()) {
        if (subject == nullptr) continue;
        ++found;
        if (!contract::add_cases(tag, subject->left_out())) return 2;
    }
    if (found == 0) {
        std::fputs("conformance::run() was given no subject\n", stderr);
        return 2;
    }
    for (const auto& [tag, subject] : contract::by_tag())
        if (subject != nullptr) contract::print(*subject, subject->left_out());
    return test::run_catch(argc, argv);
}

}  // namespace conformance
EVENTSDK_END_NAMESPACE
