#include "prometheus/http_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {
namespace {

constexpr int patience_ms = 2'000;
constexpr std::size_t longest_request = 8'192;

class Socket {
public:
    explicit Socket(int descriptor) : descriptor_{descriptor} {}
    ~Socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

Error bind_error(const std::string& address, std::uint16_t port) {
    const int code = errno;
    Error error{.kind = ErrorKind::unavailable, .code = "prometheus.bind", .native_code = code};
    error.message.append("cannot listen on ").append(address).append(":").append(std::to_string(port));
    error.message.append(": ").append(std::strerror(code));
    error.hint = "give ExporterOptions::port a free port, or 0";
    return error;
}

bool is_ready(int descriptor, short events) {
    pollfd one{descriptor, events, 0};
    return ::poll(&one, 1, patience_ms) == 1 && (one.revents & events) != 0;
}

/// The request up to its empty line; empty when the client is too slow or says too much.
std::string read_request(int connection) {
    std::string request;
    char bytes[1'024];
    while (request.size() < longest_request && is_ready(connection, POLLIN)) {
        const ssize_t got = ::recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        request.append(bytes, static_cast<std::size_t>(got));
        if (request.find("\r\n\r\n") != std::string::npos) return request;
    }
    return {};
}

void write_all(int connection, std::string_view text) {
    while (!text.empty() && is_ready(connection, POLLOUT)) {
        const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

const char* reason(int status) {
    switch (status) {
        case 200: return "OK";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        default: return "Service Unavailable";
    }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, std::uint16_t port, Handler handler) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &place.sin_addr) != 1) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "prometheus.address",
                     .message = "ExporterOptions::address \"" + address + "\" is no IPv4 address",
                     .hint = "write it like 127.0.0.1"};
    }
    Socket listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const int on = 1;
    if (listening.get() >= 0) ::setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t size = sizeof place;
    auto* generic = reinterpret_cast<sockaddr*>(&place);
    if (listening.get() < 0 || ::bind(listening.get(), generic, size) != 0 || ::listen(listening.get(), 16) != 0 ||
        ::getsockname(listening.get(), generic, &size) != 0)
        return bind_error(address, port);
    std::unique_ptr<HttpServer> server{new HttpServer{listening.get(), ntohs(place.sin_port), std::move(handler)}};
    listening.release();
    if (::pipe2(server->wake_, O_CLOEXEC) != 0) return bind_error(address, port);
    server->thread_ = std::thread{[raw = server.get()] { raw->serve(); }};
    return server;
}

HttpServer::HttpServer(int listening, std::uint16_t port, Handler handler)
    : listening_{listening}, port_{port}, handler_{std::move(handler)} {}

HttpServer::~HttpServer() {
    if (thread_.joinable()) {
        while (::write(wake_[1], "x", 1) < 0 && errno == EINTR) {
        }
        thread_.join();
    }
    for (const int descriptor : {listening_, wake_[0], wake_[1]}) {
        if (descriptor >= 0) ::close(descriptor);
    }
}

void HttpServer::serve() {
    pollfd watched[] = {{listening_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    while (true) {
        if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
        if (watched[1].revents != 0) return;
        if (watched[0].revents == 0) continue;
        const Socket connection{::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (connection.get() >= 0) answer(connection.get());
    }
}

void HttpServer::answer(int connection) const {
    const std::string request = read_request(connection);
    if (request.empty()) return;
    HttpResponse response;
    const std::size_t path_end = request.find_first_of(" ?\r", 4);
    if (request.compare(0, 4, "GET ") == 0 && path_end != std::string::npos) {
        response = handler_(std::string_view{request}.substr(4, path_end - 4));
    } else {
        response = {405, "text/plain; charset=utf-8", "GET only\n"};
    }
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + reason(response.status);
    head += "\r\nContent-Type: " + response.content_type;
    head += "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n";
    write_all(connection, head + response.body);
}

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
