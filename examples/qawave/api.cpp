#include "api.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

using namespace eventsdk;
using nlohmann::json;

namespace qawave {
namespace {

constexpr Duration heartbeat{1'000};  // how often an idle stream shows that it lives

/// One line, as server-sent events want it: within JSON, line breaks can only stand between members.
std::string shown(PackageStore::Event event) {
    std::replace(event.payload.begin(), event.payload.end(), '\n', ' ');
    return R"({"cursor":)" + std::to_string(event.cursor) + R"(,"type":")" + event.type + R"(","at":")" + event.at +
           R"(","data":)" + event.payload + "}";
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

void answer(httplib::Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body, "application/json");
}

void refuse(httplib::Response& response, const Error& error) {
    const bool theirs = error.kind == ErrorKind::permanent || error.kind == ErrorKind::invalid_argument;
    answer(response, theirs ? 400 : 503, json{{"error", error.message}}.dump());
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

Result<void> Api::run(const std::stop_token& stop) {
    const std::stop_callback on_stop{stop, [this] { server_.stop(); }};
    server_.listen_after_bind();
    return {};
}

void Api::request_package(const httplib::Request& request, httplib::Response& response) {
    // The document goes on as it came: whether it is JSON, and says what is needed, its schema tells.
    const std::string plan = producer_->runtime().ids->next().to_string();
    auto published = producer_->publish_json(plan, "PACKAGE_REQUESTED", 1, R"({"request":)" + request.body + "}");
    if (!published) return refuse(response, published.error());
    response.set_header("Location", "/api/packages/" + plan);
    answer(response, 202, R"({"planId":")" + plan + R"("})");
}

void Api::poll(const httplib::Request& request, httplib::Response& response) {
    std::int64_t cursor = cursor_of(request);
    auto events = store_->since(request.matches[1], cursor);
    if (!events) return refuse(response, events.error());
    std::string list;
    for (const auto& event : *events) list += (list.empty() ? "" : ",") + shown(event);
    if (!events->empty()) cursor = events->back().cursor;
    answer(response, 200,
           R"({"events":[)" + list + R"(],"cursor":)" + std::to_string(cursor) + R"(,"complete":)" +
               (is_complete(*events) ? "true}" : "false}"));
}

void Api::stream(const httplib::Request& request, httplib::Response& response) {
    const std::string plan = request.matches[1];
    response.set_chunked_content_provider(
        "text/event-stream", [this, plan, cursor = cursor_of(request)](std::size_t, httplib::DataSink& sink) mutable {
            auto events = store_->since(plan, cursor, heartbeat);
            if (!events) return false;
            std::string text = events->empty() ? ": waiting\n\n" : "";
            for (const auto& event : *events)
                text += "id: " + std::to_string(event.cursor) + "\ndata: " + shown(event) + "\n\n";
            if (!events->empty()) cursor = events->back().cursor;
            sink.write(text.data(), text.size());
            if (is_complete(*events)) sink.done();
            return true;
        });
}

}  // namespace qawave
