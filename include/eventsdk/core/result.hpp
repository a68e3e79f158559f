#pragma once

#include <eventsdk/core/error.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

EVENTSDK_BEGIN_NAMESPACE

/// Either a value or an Error; shaped like C++23's `std::expected<T, Error>`.
///
/// Every call of eventsdk that can fail at run time returns one. `value()` is the only function of the SDK
/// that throws (BadResult); use it where a failure is a programming error or ends the program anyway.
///
///     Result<Receipt> receipt = producer.publish(id, event);
///     if (!receipt) log(receipt.error().message);
///
/// **Thread safety**: as that of T; no hidden sharing.
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}      // NOLINT: implicit on purpose
    Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}  // NOLINT: implicit on purpose
    /// From anything a T is made of, so that `return derived_pointer;` and `return "text";` work.
    template <class U>
    requires(!std::is_same_v<std::remove_cvref_t<U>, Result> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> && std::is_convertible_v<U, T>) Result(U&& value)
        : state_{std::in_place_index<0>, std::forward<U>(value)} {}  // NOLINT

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value, or throws BadResult carrying the error.
    T& value() & {
        if (!has_value()) throw_bad_result(error());
        return std::get<0>(state_);
    }
    const T& value() const& {
        if (!has_value()) throw_bad_result(error());
        return std::get<0>(state_);
    }
    T value() && {
        if (!has_value()) throw_bad_result(error());
        return std::get<0>(std::move(state_));
    }

    /// The value; undefined when there is none (like `std::expected`).
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// The error; undefined when there is a value.
    Error& error() & noexcept { return *std::get_if<1>(&state_); }
    const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
    Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

    template <class U>
    T value_or(U&& fallback) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(fallback));
    }

    /// `f(value)`, whose result must be a Result; an error passes through.
    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
        if (has_value()) return std::forward<F>(f)(std::move(**this));
        return std::move(error());
    }

private:
    std::variant<T, Error> state_;
};

/// Success without a value, or an Error. Success is one null pointer, so that it costs next to nothing; an error is
/// allocated.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() noexcept = default;
    Result(Error error) : error_{std::make_unique<Error>(std::move(error))} {}  // NOLINT: implicit on purpose
    Result(const Result& other) : error_{other.error_ ? std::make_unique<Error>(*other.error_) : nullptr} {}
    Result(Result&&) noexcept = default;
    Result& operator=(const Result& other) { return *this = Result{other}; }
    Result& operator=(Result&&) noexcept = default;
    ~Result() = default;

    [[nodiscard]] bool has_value() const noexcept { return error_ == nullptr; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (!has_value()) throw_bad_result(error());
    }
    /// The error; undefined when there is none, and in a result that was moved from.
    Error& error() & noexcept { return *error_; }
    const Error& error() const& noexcept { return *error_; }
    Error&& error() && noexcept { return std::move(*error_); }

private:
    std::unique_ptr<Error> error_{};
};

EVENTSDK_END_NAMESPACE
