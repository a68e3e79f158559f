#include <eventsdk/produce/transactional_id.hpp>

#include <algorithm>
#include <cstdlib>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::size_t max_bytes = 249;

bool is_part(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

/// "name-0", "name-12"; a leading zero or many digits belong to something random.
bool ends_in_ordinal(std::string_view name) {
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos || dash == 0) return false;
    const std::string_view digits = name.substr(dash + 1);
    const bool number =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return number && digits.size() <= 4 && (digits.size() == 1 || digits.front() != '0');
}

}  // namespace

Result<std::string> transactional_id(std::string_view application, std::string_view instance) {
    const bool good = is_part(application) && is_part(instance);
    std::string id{application};
    id.append("-").append(instance);
    if (good && id.size() <= max_bytes) return id;
    return Error{ErrorKind::invalid_argument, "transactional_id.part",
                 "application '" + std::string{application.substr(0, max_bytes)} + "' and instance '" +
                     std::string{instance.substr(0, max_bytes)} + "' make no transactional id",
                 "give both, of [A-Za-z0-9._-], at most 248 bytes together"};
}

Result<std::string> stable_instance_name() {
    if (std::string given = environment("EVENTSDK_INSTANCE"); !given.empty()) return given;
    std::string host = environment("HOSTNAME");
    if (ends_in_ordinal(host)) return host;
    return Error{ErrorKind::invalid_argument, "transactional_id.unstable",
                 host.empty()
                     ? std::string{"nothing names this instance"}
                     : "host name '" + host + "' does not end in an ordinal: it may be another one after a restart",
                 "set EVENTSDK_INSTANCE to a name that this instance keeps, or run it in a StatefulSet"};
}

EVENTSDK_END_NAMESPACE
