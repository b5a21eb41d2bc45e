#pragma once
// The one way to say that an operation failed. Exceptions are for bugs and for libraries that
// throw; they are caught at the top of a job and in main. Thread-safe as plain values are.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace imprint {

/// What kind of failure it is; each has one HTTP status and one exit status (agent/api/problem.h,
/// agent/cli/exit_status.h).
enum class Errc {
  invalid,      ///< the request or the input is wrong; the same call fails again
  not_found,    ///< the named thing does not exist
  conflict,     ///< the thing exists but its state, generation or an open job forbids the call
  denied,       ///< the caller may not do this, or a policy or a verdict forbids it
  unavailable,  ///< a part outside (libvirt, a disk, the network) does not answer now; the same
                ///< call may succeed later
  exhausted,    ///< a limit is reached: space, quota, connections, size
  corrupt,      ///< stored or received bytes are not what they must be
  cancelled,    ///< stopped on request, before the commit point
  internal,     ///< our fault
};

/// The stable word of a code, as it stands in JSON ("not_found").
std::string_view to_string(Errc code) noexcept;

struct Error {
  Errc code = Errc::internal;
  std::string message;  ///< lower case, no full stop, names in 'quotes'
};

template <class... Args>
[[nodiscard]] Error make_error(Errc code, fmt::format_string<Args...> format, Args&&... args) {
  return {code, fmt::format(format, std::forward<Args>(args)...)};
}

/// An Errc for a system errno, with "WHAT: strerror" as message.
[[nodiscard]] Error system_error(int error_number, std::string_view what);

/// The same error with "CONTEXT: " before its message; the code stays.
[[nodiscard]] Error with_context(Error error, std::string_view context);

template <class T = void>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> : public Result<std::monostate> {
 public:
  Result() : Result<std::monostate>{std::monostate{}} {}
  Result(Error error) : Result<std::monostate>{std::move(error)} {}
};

#define IMPRINT_JOIN_(a, b) a##b
#define IMPRINT_JOIN(a, b) IMPRINT_JOIN_(a, b)
#define IMPRINT_TRY_(name, expression) \
  __extension__({                      \
    auto&& name = (expression);        \
    if (!name) [[unlikely]]            \
      return std::move(name).error();  \
    std::move(name).value();           \
  })

/// Value of a Result expression; returns its error from the enclosing function. Each use has a name
/// of its own, so that nesting does not shadow.
#define TRY(expression) IMPRINT_TRY_(IMPRINT_JOIN(try_result_, __COUNTER__), expression)

/// As TRY, with "CONTEXT: " put before the error's message.
#define TRY_WITH(expression, context) \
  IMPRINT_TRY_WITH_(IMPRINT_JOIN(try_result_, __COUNTER__), expression, context)
#define IMPRINT_TRY_WITH_(name, expression, context)                    \
  __extension__({                                                       \
    auto&& name = (expression);                                         \
    if (!name) [[unlikely]]                                             \
      return ::imprint::with_context(std::move(name).error(), context); \
    std::move(name).value();                                            \
  })

}  // namespace imprint
