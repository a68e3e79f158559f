#pragma once

#include "support/schema_directory.hpp"

#include <eventsdk/catalogue/catalogue.hpp>

#include <optional>
#include <string>

// The events of a small campus, with their schemas, for tests of publishing and handling.
namespace support {

struct AssignmentSubmitted {
    std::string course_id{};
    std::string student_id{};
    std::string file_url{};
    std::optional<std::string> comment{};
    friend bool operator==(const AssignmentSubmitted&, const AssignmentSubmitted&) = default;
};

struct AssignmentGraded {
    std::string student_id{};
    std::int64_t points = 0;
    friend bool operator==(const AssignmentGraded&, const AssignmentGraded&) = default;
};

inline constexpr std::string_view submitted_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
  "required": ["courseId", "studentId", "fileUrl"],
  "properties": {"courseId": {"type": "string", "format": "uuid"}, "studentId": {"type": "string", "minLength": 1},
                 "fileUrl": {"type": "string", "pattern": "^https://"}, "comment": {"type": "string"}}})";
inline constexpr std::string_view graded_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["studentId", "points"],
  "properties": {"studentId": {"type": "string"}, "points": {"type": "integer", "minimum": 0}}})";

inline constexpr std::string_view course = "3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11";
inline AssignmentSubmitted submitted(std::string student = "ada") {
    return {std::string{course}, std::move(student), "https://files.example/a.pdf", {}};
}

}  // namespace support

template <>
struct eventsdk::EventTraits<support::AssignmentSubmitted> {
    using T = support::AssignmentSubmitted;
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("courseId", &T::course_id), field("studentId", &T::student_id),
                                              field("fileUrl", &T::file_url), field("comment", &T::comment)};
};

template <>
struct eventsdk::EventTraits<support::AssignmentGraded> {
    using T = support::AssignmentGraded;
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("studentId", &T::student_id), field("points", &T::points)};
};

namespace support {

inline constexpr const char* assignments = "test.education.assignment";

/// Both events on one topic, `assignments`.
inline eventsdk::Catalogue assignment_catalogue() {
    SchemaDirectory schemas;
    schemas.add("education/AssignmentSubmitted.v1.schema.json", submitted_schema);
    schemas.add("education/AssignmentGraded.v1.schema.json", graded_schema);
    return eventsdk::Catalogue::load({.environment = "test", .schemas = schemas.path()},
                                     eventsdk::event<AssignmentSubmitted>(), eventsdk::event<AssignmentGraded>())
        .value();
}

}  // namespace support
