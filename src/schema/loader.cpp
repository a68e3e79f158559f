#include "schema/loader.hpp"

#include "schema/bundle.hpp"
#include "schema/compiled.hpp"
#include "schema/compiler.hpp"
#include "schema/reference.hpp"
#include "schema/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".schema.json";

Error directory_error(const fs::path& directory, std::string_view reason) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = "schema.load.directory",
                 .message = fmt::format("the schema directory {}: {}", directory.string(), reason),
                 .hint = "name a directory with files like education/AssignmentSubmitted.v1.schema.json"};
}

bool ends_with(std::string_view text, std::string_view with) {
    return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

// Paths below the directory of all files that end as schemas do, in a fixed order. Folders behind links are entered
// too (mounted configuration is made of them), each once.
Result<std::vector<std::string>> find_files(const fs::path& directory, const SchemaOptions& options) {
    std::error_code failed;
    if (!fs::is_directory(directory, failed)) return directory_error(directory, "not a directory");
    std::vector<std::string> files;
    std::set<fs::path> entered;
    fs::recursive_directory_iterator at{directory, fs::directory_options::follow_directory_symlink, failed};
    for (; !failed && at != fs::recursive_directory_iterator{}; at.increment(failed)) {
        const auto name = at->path().filename().string();
        std::error_code ignored;
        const bool folder = at->is_directory(ignored);
        if (folder && (name.front() == '.' || !entered.insert(fs::canonical(at->path(), ignored)).second))
            at.disable_recursion_pending();
        if (!ends_with(name, ending) || name.front() == '.' || !at->is_regular_file(ignored)) continue;
        files.push_back(at->path().lexically_relative(directory).generic_string());
        if (files.size() > options.limits.max_schema_files)
            return directory_error(directory,
                                   fmt::format("more than {} schema files", options.limits.max_schema_files));
    }
    if (failed) return directory_error(directory, failed.message());
    if (files.empty()) return directory_error(directory, "no file ends in .schema.json");
    std::sort(files.begin(), files.end());
    return files;
}

// Reads a file below the directory; links may lead anywhere below it, and nowhere else.
Result<std::string> read_file(const fs::path& root, const std::string& path, const SchemaOptions& options) {
    std::error_code failed;
    const auto real = fs::canonical(root / path, failed);
    if (failed) return load_error("file", path, "", failed.message());
    const auto [end, rest] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
    if (end != root.end()) return load_error("ref_outside", path, "", "the file lies outside of the schema directory");
    const auto size = fs::file_size(real, failed);
    if (failed) return load_error("file", path, "", failed.message());
    if (size > options.limits.max_schema_bytes)
        return load_error("too_large", path, "",
                          fmt::format("{} bytes, {} are allowed", size, options.limits.max_schema_bytes));
    std::string text(static_cast<std::size_t>(size), '\0');
    std::ifstream file{real, std::ios::binary};
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size())))
        return load_error("file", path, "", "cannot be read");
    return text;
}

struct Found {
    std::uint32_t source;
    FileName name;
};

Result<std::vector<Found>> add_files(Sources& sources, const fs::path& root, const std::vector<std::string>& files,
                                     const SchemaOptions& options) {
    std::vector<Found> found;
    std::map<std::pair<std::string, int>, std::string> known;
    for (const auto& path : files) {
        const auto slash = path.rfind('/');
        auto name = read_file_name(std::string_view{path}.substr(slash == std::string::npos ? 0 : slash + 1));
        if (!name) return load_error("name", path, "", name.error().message, name.error().hint);
        if (*name) {
            const auto [other, is_new] = known.emplace(std::pair{(*name)->type, (*name)->version}, path);
            if (!is_new)
                return load_error("duplicate", path, "",
                                  fmt::format("{} version {} is also described by {}", (*name)->type, (*name)->version,
                                              other->second));
        }
        auto text = read_file(root, path, options);
        if (!text) return std::move(text.error());
        auto source = sources.add(path, Sources::uri_of_file(path), std::move(*text), true);
        if (!source) return std::move(source.error());
        found.push_back({*source, name->value_or(FileName{})});
    }
    return found;
}

// What has passed the compiler is checked against the meta-schema too, by other people's code.
Result<const Node*> compile_file(Compiler& compiler, const Sources& sources, std::uint32_t source) {
    auto root = compiler.compile(source);
    if (!root) return root;
    const auto dialect = sources.resources()[sources.resource_of({source, ""})].dialect;
    if (dialect != SchemaDialect::draft_07) return root;
    auto checked = check_meta_schema(sources.source(source).root, sources.source(source).file);
    if (!checked) return std::move(checked.error());
    return root;
}

Result<Schema> make_schema(const Compiler& compiler, Sources& sources, const Found& found, const Node* root,
                           std::shared_ptr<const Plan> plan, const SchemaOptions& options) {
    const auto& source = sources.source(found.source);
    auto compiled = std::make_shared<Compiled>();
    if (options.engine == SchemaEngine::reference) {
        if (sources.resources()[root->resource].dialect != SchemaDialect::draft_07)
            return load_error("unsupported", source.file, "/$schema", "the reference engine knows draft-07 only");
        auto reference = ReferenceSchema::load(source.root, source.file, options);
        if (!reference) return std::move(reference.error());
        compiled->reference = std::move(*reference);
    }
    compiled->plan = std::move(plan);
    compiled->root = root;
    compiled->file = source.file;
    compiled->type = found.name.type;
    compiled->version = found.name.version;
    compiled->text = source.text;
    compiled->unknown_keywords = compiler.unknown_keywords(found.source);
    auto bundled = bundle(sources, found.source);
    if (!bundled) return std::move(bundled.error());
    compiled->bundle = std::move(*bundled);
    return Schema{std::move(compiled)};
}

}  // namespace

Result<std::optional<FileName>> read_file_name(std::string_view name) {
    if (ends_with(name, ending)) name.remove_suffix(ending.size());
    const auto dot = name.rfind(".v");
    const auto digits = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 2);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::optional<FileName>{};
    FileName result{std::string{name.substr(0, dot)}, 0};
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), result.version);
    if (failed != std::errc{} || result.version < 1 || digits.front() == '0' || result.type.empty())
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "schema.load.name",
                     .message = fmt::format("\"{}\" has no event type, or a version that is not 1…2147483647", name),
                     .hint = "name it <EventType>.v<N>.schema.json"};
    return std::optional{std::move(result)};
}

Result<std::vector<Schema>> load_directory(const fs::path& directory, const SchemaOptions& options) {
    auto files = find_files(directory, options);
    if (!files) return std::move(files.error());
    std::error_code failed;
    const auto root = fs::canonical(directory, failed);
    if (failed) return directory_error(directory, failed.message());

    Sources sources{options, [&](const std::string& uri) -> std::optional<Result<std::string>> {
                        std::error_code ignored;
                        const auto path = Sources::path_of(uri);
                        if (!path || !fs::is_regular_file(root / *path, ignored)) return std::nullopt;
                        return read_file(root, *path, options);
                    }};
    auto found = add_files(sources, root, *files, options);
    if (!found) return std::move(found.error());
    Compiler compiler{sources, options};
    std::vector<const Node*> roots;
    for (const auto& file : *found) {
        auto node = compile_file(compiler, sources, file.source);
        if (!node) return std::move(node.error());
        roots.push_back(*node);
    }
    auto plan = compiler.finish();
    if (!plan) return std::move(plan.error());
    std::vector<Schema> schemas;
    for (std::size_t i = 0; i < found->size(); ++i) {
        if ((*found)[i].name.version == 0) continue;
        auto schema = make_schema(compiler, sources, (*found)[i], roots[i], *plan, options);
        if (!schema) return std::move(schema.error());
        schemas.push_back(std::move(*schema));
    }
    return schemas;
}

Result<Schema> compile_text(std::string_view text, const SchemaOptions& options, std::string_view name,
                            const std::vector<Neighbour>& neighbours) {
    auto file_name = read_file_name(name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1));
    if (!file_name) return std::move(file_name.error());
    Sources sources{options, [&](const std::string& uri) -> std::optional<Result<std::string>> {
                        for (const auto& neighbour : neighbours)
                            if (neighbour.uri == uri) return neighbour.text;
                        return std::nullopt;
                    }};
    auto source = sources.add(std::string{name}, Sources::uri_of_file(name), std::string{text}, true);
    if (!source) return std::move(source.error());
    Compiler compiler{sources, options};
    auto root = compile_file(compiler, sources, *source);
    if (!root) return std::move(root.error());
    auto plan = compiler.finish();
    if (!plan) return std::move(plan.error());
    return make_schema(compiler, sources, {*source, file_name->value_or(FileName{})}, *root, *plan, options);
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
