#include <eventsdk/prometheus/exporter.hpp>

#include "support/catch.hpp"
#include "support/vectors.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>

using namespace eventsdk;
using prometheus::Exporter;
using support::load_vectors;

namespace {

int connect_to(std::uint16_t port) {
    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(connection, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0);
    return connection;
}

/// Sends a request and reads until the server closes.
std::string ask(std::uint16_t port, const std::string& request) {
    const int connection = connect_to(port);
    REQUIRE(::send(connection, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
    std::string answer;
    std::array<char, 4'096> bytes{};
    for (ssize_t got = 1; got > 0;) {
        got = ::recv(connection, bytes.data(), bytes.size(), 0);
        if (got > 0) answer.append(bytes.data(), static_cast<std::size_t>(got));
    }
    ::close(connection);
    return answer;
}

std::string get(const Exporter& exporter, const std::string& path) {
    return ask(exporter.port(), "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

}  // namespace

TEST_CASE("a scrape over HTTP shows what the vectors say", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    const auto metrics = exporter.metrics();
    const std::string lag =
        "Records between the last stable or high watermark offset and the group's committed offset.";
    const auto lag_of = [&](const char* partition) {
        return metrics->gauge("kafka_consumer_lag", lag,
                              {{"group", "triage"}, {"topic", "learning-events"}, {"partition", partition}});
    };
    lag_of("0")->set(12);
    lag_of("1")->set(0);
    lag_of("2")->set(99);
    lag_of("2")->clear();  // librdkafka_unknown_lag: no sample
    metrics
        ->gauge("kafka_messages_per_second", "Messages handled per second over the last interval.",
                {{"group", "triage"}, {"topic", "learning-events"}, {"direction", "consumed"}})
        ->set(1.5);
    metrics
        ->counter("kafka_consumer_errors", "Messages whose processing failed.",
                  {{"group", "triage"}, {"topic", "learning-events"}, {"reason", "schema"}})
        ->add(3);
    const auto vectors = load_vectors("prometheus.json");
    const std::string answer = get(exporter, "/metrics");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Type: " + vectors["content_type_004"].get<std::string>() + "\r\n") != std::string::npos);
    CHECK(body_of(answer) == vectors["text_004"].get<std::string>());
    CHECK(exporter.text() == vectors["text_004"].get<std::string>());
}

TEST_CASE("labels, help texts and values are written as the format asks", "[prometheus][unit]") {
    for (const auto& one : load_vectors("prometheus.json", "label_escape")) {
        const auto exporter = Exporter::create().value();
        exporter.metrics()->counter("a", "help", {{"l", one["raw"].get<std::string>()}})->add();
        CHECK(exporter.text().find("a{l=\"" + one["escaped"].get<std::string>() + "\"} 1\n") != std::string::npos);
    }
    for (const auto& one : load_vectors("prometheus.json", "help_escape")) {
        const auto exporter = Exporter::create().value();
        exporter.metrics()->counter("a", one["raw"].get<std::string>(), {})->add();
        CHECK(exporter.text().find("# HELP a " + one["escaped"].get<std::string>() + "\n") != std::string::npos);
    }
    for (const auto& one : load_vectors("prometheus.json", "values")) {
        const auto exporter = Exporter::create().value();
        const double value =
            one["value"].is_string() ? std::stod(one["value"].get<std::string>()) : one["value"].get<double>();
        const std::string expected =
            one.contains("text") ? one["text"].get<std::string>() : one["text_ok"][0].get<std::string>();
        exporter.metrics()->gauge("a", "help", {})->set(value);
        CHECK(exporter.text().find("\na " + expected + "\n") != std::string::npos);
    }
}

TEST_CASE("names that Prometheus does not take are recorded nowhere", "[prometheus][unit]") {
    const auto vectors = load_vectors("prometheus.json");
    const auto exporter = Exporter::create().value();
    for (const auto& name : vectors["metric_name_invalid"])
        exporter.metrics()->counter(name.get<std::string>(), "help", {})->add();
    for (const auto& name : vectors["label_name_invalid"]) {
        const std::string label = name.get<std::string>();
        exporter.metrics()->counter("a", "help", {{label.substr(0, label.find(' ')), "x"}})->add();
    }
    CHECK(exporter.text().empty());
    for (const auto& name : vectors["metric_name_valid"])
        exporter.metrics()->counter(name.get<std::string>(), "help", {})->add();
    for (const auto& name : vectors["label_name_valid"])
        exporter.metrics()->counter("labelled", "help", {{name.get<std::string>(), "x"}})->add();
    for (const auto& name : vectors["metric_name_valid"])
        CHECK(exporter.text().find("# TYPE " + name.get<std::string>() + " counter\n") != std::string::npos);
    for (const auto& name : vectors["label_name_valid"])
        CHECK(exporter.text().find("labelled{" + name.get<std::string>() + "=\"x\"} 1\n") != std::string::npos);
}

TEST_CASE("the same name and labels are the same series, another kind is recorded nowhere", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    const auto metrics = exporter.metrics();
    metrics->counter("a", "help", {{"x", "1"}, {"y", "2"}})->add(2);
    metrics->counter("a", "other help", {{"y", "2"}, {"x", "1"}})->add(3);
    metrics->gauge("a", "help", {})->set(7);
    CHECK(exporter.text() == "# HELP a help\n# TYPE a counter\na{x=\"1\",y=\"2\"} 5\n");
}

TEST_CASE("a histogram has cumulative buckets, a sum and a count", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    const std::array bounds{0.5, 1.0};
    const auto histogram = exporter.metrics()->histogram("h", "help", {{"t", "x"}}, bounds);
    for (const double value : {0.25, 0.5, 0.75, 4.0}) histogram->observe(value);
    CHECK(exporter.text() ==
          "# HELP h help\n# TYPE h histogram\nh_count{t=\"x\"} 4\nh_sum{t=\"x\"} 5.5\nh_bucket{t=\"x\",le=\"0.5\"} 2\n"
          "h_bucket{t=\"x\",le=\"1\"} 3\nh_bucket{t=\"x\",le=\"+Inf\"} 4\n");
}

TEST_CASE("health and readiness are answers of HTTP", "[prometheus][unit]") {
    auto exporter = Exporter::create().value();
    CHECK(get(exporter, "/health").starts_with("HTTP/1.1 200 OK"));
    Health points{.healthy = true, .ready = false, .problems = {"not caught up: \"a\\b\"\n"}};
    exporter.watch("points", [&] { return points; });
    CHECK(get(exporter, "/health").starts_with("HTTP/1.1 200 OK"));
    const std::string unready = get(exporter, "/ready?verbose");
    CHECK(unready.starts_with("HTTP/1.1 503 Service Unavailable"));
    const auto told = nlohmann::json::parse(body_of(unready));
    CHECK(told["points"]["ready"] == false);
    CHECK(told["points"]["healthy"] == true);
    CHECK(told["points"]["problems"][0] == "not caught up: \"a\\b\"\n");
    points.ready = true;
    CHECK(get(exporter, "/ready").starts_with("HTTP/1.1 200 OK"));
    exporter.watch("broken", []() -> Health { throw std::runtime_error{"boom"}; });
    CHECK(get(exporter, "/health").starts_with("HTTP/1.1 503"));
    CHECK(body_of(get(exporter, "/health")).find("boom") != std::string::npos);
}

TEST_CASE("requests that are none are refused and do not hold the server", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    CHECK(get(exporter, "/elsewhere").starts_with("HTTP/1.1 404"));
    CHECK(ask(exporter.port(), "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    CHECK(ask(exporter.port(), "GET\r\n\r\n").starts_with("HTTP/1.1 405"));
    ::close(connect_to(exporter.port()));
    CHECK(get(exporter, "/metrics").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a taken port and a wrong address are told", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    const auto taken = Exporter::create({.port = exporter.port()});
    REQUIRE(!taken);
    CHECK(taken.error().code == "prometheus.bind");
    CHECK(taken.error().kind == ErrorKind::unavailable);
    const auto wrong = Exporter::create({.address = "nowhere"});
    REQUIRE(!wrong);
    CHECK(wrong.error().code == "prometheus.address");
}

TEST_CASE("many threads record while others scrape", "[prometheus][unit]") {
    const auto exporter = Exporter::create().value();
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (int count = 0; count < 500; ++count) exporter.metrics()->counter("a", "help", {})->add();
            });
        }
        for (int scrape = 0; scrape < 5; ++scrape) CHECK(get(exporter, "/metrics").starts_with("HTTP/1.1 200"));
    }
    CHECK(exporter.text().find("\na 2000\n") != std::string::npos);
}
