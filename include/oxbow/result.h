// Result<T>: what can fail by circumstance is returned, not thrown. An Error says what was wrong
// and, where that helps, what was needed and what was got.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace oxbow {

struct QuorumReport;  // oxbow/requests.h

struct Error {
  std::string code;     ///< one word for programs: "bad-address", "timeout", "too-large", …
  std::string message;  ///< one short sentence for people, naming the fix where there is one
  std::string needed;   ///< what would have been right; may be empty
  std::string got;      ///< what was there instead; may be empty
  /// Of a get, put or delete that failed: who did what, as far as is known; else null.
  std::shared_ptr<const QuorumReport> quorum = nullptr;

  /// Says the same; who did what is not compared.
  friend bool operator==(const Error& a, const Error& b) {
    return a.code == b.code && a.message == b.message && a.needed == b.needed && a.got == b.got;
  }
};

/// Ends the process: value() of a failed Result, or error() of a successful one.
[[noreturn]] void result_misused(const char* what) noexcept;

/// Either a value or an Error. Asking for the one that is not there ends the process.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    if (!ok()) result_misused("value() of a failed Result");
    return *std::get_if<0>(&content_);
  }
  const T& value() const& {
    if (!ok()) result_misused("value() of a failed Result");
    return *std::get_if<0>(&content_);
  }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    if (ok()) result_misused("error() of a successful Result");
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, Error> content_;
};

struct Done {
  friend bool operator==(Done, Done) = default;
};

/// For operations that succeed without a value: `return Done{};`
using Status = Result<Done>;

}  // namespace oxbow
