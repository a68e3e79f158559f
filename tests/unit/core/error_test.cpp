#include <eventsdk/core/result.hpp>

#include <support/catch.hpp>

#include <memory>
#include <string>

using namespace eventsdk;

namespace {

Result<int> half(int number) {
    if (number % 2 == 0) return number / 2;
    return Error{.kind = ErrorKind::invalid_argument, .code = "test.odd", .message = "3 is odd", .hint = "give 4"};
}

}  // namespace

TEST_CASE("a result holds a value or an error", "[core][unit]") {
    CHECK(half(4).value() == 2);
    CHECK(half(3).value_or(7) == 7);
    CHECK(half(3).error().code == "test.odd");
    CHECK(half(8).and_then(half).value() == 2);
    CHECK(half(6).and_then(half).error().code == "test.odd");
}

TEST_CASE("value() of a failure throws the error along, and nothing else does", "[core][unit]") {
    try {
        static_cast<void>(half(3).value());
        FAIL("nothing was thrown");
    } catch (const BadResult& thrown) {
        CHECK(thrown.error().code == "test.odd");
        CHECK(std::string{thrown.what()} == "invalid_argument test.odd: 3 is odd (give 4)");
    }
    CHECK_THROWS_AS(Result<void>{Error{}}.value(), BadResult);
    CHECK_NOTHROW(Result<void>{}.value());
}

TEST_CASE("a result takes what its value is made of, move-only things included", "[core][unit]") {
    const auto text = []() -> Result<std::string> { return "text"; };
    CHECK(text().value() == "text");
    const auto owner = []() -> Result<std::shared_ptr<const int>> { return std::make_shared<int>(3); };
    CHECK(*owner().value() == 3);
    Result<std::unique_ptr<int>> unique{std::make_unique<int>(5)};
    CHECK(*std::move(unique).value() == 5);
}

TEST_CASE("every kind of error has its name", "[core][unit]") {
    CHECK(to_string(ErrorKind::invalid_argument) == "invalid_argument");
    CHECK(to_string(ErrorKind::permanent) == "permanent");
    CHECK(to_string(ErrorKind::retriable) == "retriable");
    CHECK(to_string(ErrorKind::unavailable) == "unavailable");
    CHECK(to_string(ErrorKind::conflict) == "conflict");
    CHECK(to_string(ErrorKind::indeterminate) == "indeterminate");
    CHECK(to_string(ErrorKind::abortable) == "abortable");
    CHECK(to_string(ErrorKind::fenced) == "fenced");
    CHECK(to_string(ErrorKind::fatal) == "fatal");
    CHECK(to_string(ErrorKind::closed) == "closed");
}

TEST_CASE("a result without a value is copied, moved and assigned with its error", "[core][unit]") {
    const Result<void> good;
    const Result<void> bad{Error{.code = "a.code", .message = "a text that is too long to stand in a string itself"}};
    Result<void> copy = bad;
    CHECK_FALSE(copy);
    copy.error().message = "another";
    CHECK(bad.error().message == "a text that is too long to stand in a string itself");
    copy = good;
    CHECK(copy.has_value());
    copy = bad;
    copy = *&copy;
    REQUIRE_FALSE(copy);
    Result<void> moved = std::move(copy);
    REQUIRE_FALSE(moved);
    CHECK(moved.error().code == "a.code");
    const Error taken = std::move(moved).error();
    CHECK(taken.message == bad.error().message);
    CHECK_FALSE(moved.has_value());
}
