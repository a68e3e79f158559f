#include "api.hpp"

#include "events.hpp"

#include <charconv>

using namespace eventsdk;
using nlohmann::json;

namespace qawave {
namespace {

constexpr Duration heartbeat{1'000};  // how often an idle stream shows that it lives

json shown(const PackageStore::Event& event) {
    return {{"cursor", event.cursor}, {"type", event.type}, {"at", event.at}, {"data", json::parse(event.payload)}};
}

bool is_complete(const std::vector<PackageStore::Event>& events) {
    return !events.empty() && events.back().type == "RUN_COMPLETE";
}

std::int64_t cursor_of(const httplib::Request& request) {
    // A browser that connects again says where it was.
    const std::string text = request.has_header("Last-Event-ID") ? request.get_header_value("Last-Event-ID")
                                                                 : request.get_param_value("since");
    std::int64_t cursor = 0;
    std::from_chars(text.data(), text.data() + text.size(), cursor);
    return cursor;
}

void answer(httplib::Response& response, int status, const json& body) {
    response.status = status;
    response.set_content(body.dump(), "application/json");
}

void refuse(httplib::Response& response, const Error& error) {
    const bool theirs = error.kind == ErrorKind::permanent || error.kind == ErrorKind::invalid_argument;
    answer(response, theirs ? 400 : 503, {{"error", error.message}});
}

}  // namespace

Api::Api(PackageStore& store, Producer& producer, const std::string& page) : store_{&store}, producer_{&producer} {
    server_.Post("/api/packages", [this](const auto& request, auto& response) { request_package(request, response); });
    server_.Get("/api/packages/([^/]+)/events",
                [this](const auto& request, auto& response) { poll(request, response); });
    server_.Get("/api/packages/([^/]+)/stream",
                [this](const auto& request, auto& response) { stream(request, response); });
    server_.set_mount_point("/", page);
}

int Api::bind(const std::string& host, int port) {
    if (port == 0) return server_.bind_to_any_port(host);
    return server_.bind_to_port(host, port) ? port : -1;
}

void Api::request_package(const httplib::Request& request, httplib::Response& response) {
    json document = json::parse(request.body, nullptr, false);
    if (document.is_discarded()) return answer(response, 400, {{"error", "the body is not JSON"}});
    const std::string plan = producer_->runtime().ids->next().to_string();
    auto published = producer_->publish(plan, PackageRequested{std::move(document)});
    if (!published) return refuse(response, published.error());
    answer(response, 202, {{"planId", plan}});
}

void Api::poll(const httplib::Request& request, httplib::Response& response) {
    const std::int64_t cursor = cursor_of(request);
    auto events = store_->since(request.matches[1], cursor);
    if (!events) return refuse(response, events.error());
    json body{{"events", json::array()}, {"cursor", cursor}, {"complete", is_complete(*events)}};
    for (const auto& event : *events) body["events"].push_back(shown(event));
    if (!events->empty()) body["cursor"] = events->back().cursor;
    answer(response, 200, body);
}

void Api::stream(const httplib::Request& request, httplib::Response& response) {
    const std::string plan = request.matches[1];
    response.set_chunked_content_provider(
        "text/event-stream", [this, plan, cursor = cursor_of(request)](std::size_t, httplib::DataSink& sink) mutable {
            auto events = store_->since(plan, cursor, heartbeat);
            if (!events) return false;
            std::string text = events->empty() ? ": waiting\n\n" : "";
            for (const auto& event : *events)
                text += "id: " + std::to_string(event.cursor) + "\ndata: " + shown(event).dump() + "\n\n";
            if (!events->empty()) cursor = events->back().cursor;
            sink.write(text.data(), text.size());
            if (is_complete(*events)) sink.done();
            return true;
        });
}

}  // namespace qawave
