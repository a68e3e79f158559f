#include <eventsdk/prometheus/exporter.hpp>

#include "prometheus/http_server.hpp"
#include "prometheus/series.hpp"

#include <map>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {
namespace {

constexpr const char* plain_text = "text/plain; charset=utf-8";

void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.append({'\\', c});
        } else if (code < 0x20) {
            out.append("\\u00").append({digits[code >> 4U], digits[code & 15U]});
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string to_json(const std::map<std::string, Health>& parts) {
    std::string text = "{";
    for (const auto& [name, health] : parts) {
        if (text.size() > 1) text += ',';
        append_json(text, name);
        text.append(R"(:{"healthy":)").append(health.healthy ? "true" : "false");
        text.append(R"(,"ready":)").append(health.ready ? "true" : "false").append(R"(,"problems":[)");
        for (std::size_t at = 0; at < health.problems.size(); ++at) {
            if (at > 0) text += ',';
            append_json(text, health.problems[at]);
        }
        text += "]}";
    }
    return text + "}\n";
}

Health ask(const std::function<Health()>& health) {
    try {
        return health();
    } catch (const std::exception& thrown) {
        return {.healthy = false, .ready = false, .problems = {thrown.what()}};
    } catch (...) {
        return {.healthy = false, .ready = false, .problems = {"the health function threw"}};
    }
}

}  // namespace

class Exporter::Impl {
public:
    Result<void> start(const ExporterOptions& options) {
        auto started =
            HttpServer::start(options.address, options.port, [this](std::string_view path) { return respond(path); });
        if (!started) return std::move(started).error();
        server_ = std::move(*started);
        return {};
    }
    [[nodiscard]] const std::shared_ptr<Registry>& registry() const noexcept { return registry_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
    void watch(std::string name, std::function<Health()> health) {
        const std::lock_guard lock{mutex_};
        watched_.insert_or_assign(std::move(name), std::move(health));
    }

private:
    HttpResponse respond(std::string_view path) {
        if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", registry_->text()};
        if (path == "/health") return probe(false);
        if (path == "/ready") return probe(true);
        return {404, plain_text, "/metrics, /health, /ready\n"};
    }
    HttpResponse probe(bool readiness) {
        std::map<std::string, std::function<Health()>> watched;
        {
            const std::lock_guard lock{mutex_};
            watched = watched_;
        }
        std::map<std::string, Health> parts;
        bool good = true;
        for (const auto& [name, health] : watched) {
            const Health& part = parts.emplace(name, ask(health)).first->second;
            good = good && part.healthy && (part.ready || !readiness);
        }
        return {good ? 200 : 503, "application/json", to_json(parts)};
    }

    std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
    std::mutex mutex_;
    std::map<std::string, std::function<Health()>> watched_;
    std::unique_ptr<HttpServer> server_;  // last: its thread uses all of the above
};

Exporter::Exporter(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}

Result<Exporter> Exporter::create(ExporterOptions options) {
    auto impl = std::make_shared<Impl>();
    if (auto started = impl->start(options); !started) return std::move(started).error();
    return Exporter{std::move(impl)};
}

std::shared_ptr<Metrics> Exporter::metrics() const { return impl_->registry(); }
std::string Exporter::text() const { return impl_->registry()->text(); }
std::uint16_t Exporter::port() const noexcept { return impl_->port(); }
void Exporter::watch(std::string name, std::function<Health()> health) {
    impl_->watch(std::move(name), std::move(health));
}

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
