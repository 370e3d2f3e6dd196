// The file of --report: written whole or not at all. The page is written beside it and then takes
// its name, so that a failure leaves what was there, and no empty file.
#pragma once

#include <fmt/format.h>
#include <oxbow/result.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace oxbow {

class ReportFile {
 public:
  /// Of an empty path nothing is written, and nothing fails.
  explicit ReportFile(std::string path) : path_(std::move(path)) {
    // Devices and pipes are written as they are.
    std::error_code error;
    is_replaced_ =
        !std::filesystem::exists(path_, error) || std::filesystem::is_regular_file(path_, error);
    // Where it is a symbolic link, what it leads to is replaced.
    const std::filesystem::path target = std::filesystem::weakly_canonical(path_, error);
    target_ = error ? path_ : target.string();
    beside_ = fmt::format("{}.part-{}", target_, ::getpid());
  }

  /// Whoever cannot have the report should not wait for it. Changes nothing.
  Status try_out() const {
    if (path_.empty()) return Done{};
    errno = 0;
    std::error_code none;
    const bool is_there = std::filesystem::exists(target_, none);
    if (is_there && ::access(target_.c_str(), W_OK) != 0) return unwritable();
    if (std::filesystem::is_directory(target_, none)) {
      errno = EISDIR;
      return unwritable();
    }
    if (!is_replaced_) return Done{};
    errno = 0;
    const bool is_open = std::ofstream(beside_, std::ios::binary).is_open();
    const Status tried = is_open ? Status(Done{}) : Status(unwritable());
    std::filesystem::remove(beside_, none);
    return tried;
  }

  /// Errors (of this and the above) have the code "unwritable".
  Status write(std::string_view page) const {
    if (path_.empty()) return Done{};
    errno = 0;
    const std::string& name = is_replaced_ ? beside_ : target_;
    std::ofstream file(name, std::ios::binary);
    file << page;
    file.close();
    if (!file) return give_up();
    if (!is_replaced_) return Done{};
    std::error_code none;
    const auto before = std::filesystem::status(target_, none);
    if (std::filesystem::exists(before)) {
      std::filesystem::permissions(beside_, before.permissions(), none);
    }
    if (std::rename(beside_.c_str(), target_.c_str()) != 0) return give_up();
    return Done{};
  }

 private:
  Error unwritable() const {
    const int why = errno;
    return {
        "unwritable",
        fmt::format("cannot write {}: {} (give another --report FILE)", path_, std::strerror(why)),
        "a file that can be written", path_};
  }
  Error give_up() const {
    const Error error = unwritable();
    std::error_code none;
    if (is_replaced_) std::filesystem::remove(beside_, none);
    return error;
  }

  std::string path_;
  std::string target_;  // where links lead
  std::string beside_;
  bool is_replaced_ = true;
};

}  // namespace oxbow
