#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <string>

using namespace eventsdk;

namespace {

class Variable {
public:
    Variable(const char* name, const char* value) : name_{name} {
        if (const char* before = std::getenv(name)) before_ = before;
        value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
    }
    ~Variable() { before_.empty() ? ::unsetenv(name_) : ::setenv(name_, before_.c_str(), 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::string before_{};
};

}  // namespace

TEST_CASE("a service whose environment names no cluster takes the given broker", "[kafka][unit]") {
    const Broker memory = memory::Broker{};
    for (const char* value : {static_cast<const char*>(nullptr), ""}) {
        const Variable servers{"KAFKA_BOOTSTRAP_SERVERS", value};
        CHECK(kafka::connect_or(memory).value().shared_port() == memory.shared_port());
    }
}

TEST_CASE("a service whose environment is wrong does not run without its cluster", "[kafka][unit]") {
    const Variable servers{"KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"};
    const Variable protocol{"KAFKA_SECURITY_PROTOCOL", "carrier-pigeon"};
    CHECK(kafka::connect_or(memory::Broker{}).error().kind == ErrorKind::invalid_argument);
}
