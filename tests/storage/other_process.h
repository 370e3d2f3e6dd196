// A test case that plays two roles: the one that runs starts itself once more, as a process of its
// own, which then finds what it is to do in the environment. (A fork alone would do it no good:
// RocksDB's threads are not there in the child.)
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oxbow::test {

inline constexpr const char* kOtherProcess = "OXBOW_TEST_OTHER_PROCESS";

/// What this process is to do in the other role; nothing: it is the first one.
inline std::optional<std::string> other_role() {
  const char* const role = std::getenv(kOtherProcess);
  if (role == nullptr) return std::nullopt;
  return std::string(role);
}

class OtherProcess {
 public:
  /// Runs `test_case` of this program with `role`, by way of the command `wrapper` if there is one.
  OtherProcess(const std::string& test_case, const std::string& role,
               std::vector<std::string> wrapper = {}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::vector<std::string> words = std::move(wrapper);
    words.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
    std::string filter = test_case;
    std::replace(filter.begin(), filter.end(), ',', '?');  // a comma would begin another filter
    words.push_back("--test-case=" + filter);
    words.emplace_back("--minimal");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    REQUIRE(::setenv(kOtherProcess, role.c_str(), 1) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], kReportTo);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::unsetenv(kOtherProcess);
    ::close(ends[1]);
    from_it_ = ends[0];
  }
  ~OtherProcess() {
    if (pid_ > 0) kill();
    ::close(from_it_);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  /// Where the other role writes what the first one reads.
  static constexpr int kReportTo = 9;

  /// False: it has ended.
  bool read(void* into, std::size_t size) {
    char* at = static_cast<char*>(into);
    while (size > 0) {
      const ssize_t got = ::read(from_it_, at, size);
      if (got <= 0) return false;
      at += got;
      size -= static_cast<std::size_t>(got);
    }
    return true;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// Its exit code; -1: a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int from_it_ = -1;
};

}  // namespace oxbow::test
