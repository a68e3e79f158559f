#pragma once

#include <eventsdk/core/result.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {

struct HttpResponse {
    int status = 200;
    std::string content_type{};
    std::string body{};
};

/// Answers GET requests, one after the other, on one thread; small and bounded on purpose.
class HttpServer {
public:
    using Handler = std::function<HttpResponse(std::string_view path)>;

    /// @return `invalid_argument` "prometheus.address", `unavailable` "prometheus.bind"
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const std::string& address, std::uint16_t port,
                                                                   Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    HttpServer(int listening, std::uint16_t port, Handler handler);
    void serve();
    void answer(int connection) const;

    int listening_;
    int wake_[2] = {-1, -1};  // a byte in it ends the thread
    std::uint16_t port_;
    Handler handler_;
    std::thread thread_;
};

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
