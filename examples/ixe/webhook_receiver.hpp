#pragma once

#include <httplib.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace ixe {

/// A stand-in for whatever takes the alerts: a server on 127.0.0.1 that keeps what is posted to /alerts. For the story
/// and the tests.
class WebhookReceiver {
public:
    WebhookReceiver() {
        server_.Post("/alerts", [this](const httplib::Request& request, httplib::Response& response) {
            const std::lock_guard lock{mutex_};
            response.status = status_;
            if (status_ == 200) bodies_.push_back(request.body);
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        listening_ = std::async(std::launch::async, [this] { server_.listen_after_bind(); });
    }
    ~WebhookReceiver() {
        // A request is answered once the server runs; stopping it before that would be lost.
        httplib::Client{url()}.Get("/");
        server_.stop();
    }
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    void answer_with(int status) {
        const std::lock_guard lock{mutex_};
        status_ = status;
    }
    [[nodiscard]] std::vector<std::string> bodies() const {
        const std::lock_guard lock{mutex_};
        return bodies_;
    }

private:
    httplib::Server server_;
    int port_ = 0;
    mutable std::mutex mutex_;
    int status_ = 200;
    std::vector<std::string> bodies_;
    std::future<void> listening_;  // last: waits for the server's end first
};

}  // namespace ixe
