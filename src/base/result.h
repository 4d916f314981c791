#pragma once
// Result<T>: a value or an Error, for everything that is expected to go wrong (input, disk,
// network, limits). Our own bugs are WF_CHECKs (base/check.h), never Errors.
//
//   Result<Labels> ParseLabels(std::string_view text);
//   Labels labels = TRY(ParseLabels(text));           // passes the error up
//   return Error::Invalid("expected a number, got \"{}\"", text);
//
// Error codes are few and shared by the whole program; HTTP status, log level and metric labels
// derive from the code in one place each. Messages are lower case without a full stop; where users
// know upstream's message, it is upstream's, word for word. A moved-from Result may only be
// destroyed. Thread-compatible.

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace watchfire {

enum class ErrorCode : uint8_t {
  kInvalid,      // the input is wrong: the caller must change it
  kNotFound,     // no such thing
  kExists,       // already there
  kCorrupt,      // bytes on disk are not what was written
  kIo,           // the operating system or the network failed
  kTimeout,      // a deadline passed
  kCancelled,    // the caller went away
  kLimit,        // a configured limit was exceeded
  kUnavailable,  // not ready yet, or shutting down, or switched off
  kDenied,       // not allowed
  kInternal,     // a failure that nobody outside can mend
};

// Stable lower-case name of a code, as used in metric labels and logs.
std::string_view ErrorCodeName(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  template <typename... Args>
  static Error Make(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
    return Error(code, fmt::format(format, std::forward<Args>(args)...));
  }
#define WF_ERROR_FACTORY(Name)                                                          \
  template <typename... Args>                                                           \
  static Error Name(fmt::format_string<Args...> format, Args&&... args) {               \
    return Error(ErrorCode::k##Name, fmt::format(format, std::forward<Args>(args)...)); \
  }
  WF_ERROR_FACTORY(Invalid)
  WF_ERROR_FACTORY(NotFound)
  WF_ERROR_FACTORY(Exists)
  WF_ERROR_FACTORY(Corrupt)
  WF_ERROR_FACTORY(Io)
  WF_ERROR_FACTORY(Timeout)
  WF_ERROR_FACTORY(Cancelled)
  WF_ERROR_FACTORY(Limit)
  WF_ERROR_FACTORY(Unavailable)
  WF_ERROR_FACTORY(Denied)
  WF_ERROR_FACTORY(Internal)
#undef WF_ERROR_FACTORY

  ErrorCode code() const {
    return code_;
  }
  const std::string& message() const {
    return message_;
  }

  // The same error with "context: " before its message; used at room borders only.
  template <typename... Args>
  Error With(fmt::format_string<Args...> format, Args&&... args) const {
    return Error(code_, fmt::format(format, std::forward<Args>(args)...) + ": " + message_);
  }

 private:
  ErrorCode code_;
  std::string message_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  using ValueType = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    WF_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    WF_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    WF_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    WF_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  T value_or(T other) const& { return ok() ? *std::get_if<0>(&state_) : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using ValueType = void;
  Result() = default;
  Result(Error error) : ok_(false), error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  void value() const { WF_CHECK(ok_); }
  const Error& error() const {
    WF_CHECK(!ok_);
    return error_;
  }

 private:
  bool ok_ = true;
  Error error_{ErrorCode::kInternal, {}};
};

namespace internal {
template <typename T>
T TakeValue(Result<T>&& result) {
  return std::move(result).value();
}
inline void TakeValue(Result<void>&&) {}
}  // namespace internal

}  // namespace watchfire

// Evaluates `expression` (a Result<T>); yields its T, or returns its Error from this function.
#define TRY(expression)                                          \
  __extension__({                                                \
    auto wf_try_result_ = (expression);                          \
    if (!wf_try_result_.ok()) return wf_try_result_.error();     \
    ::watchfire::internal::TakeValue(std::move(wf_try_result_)); \
  })
