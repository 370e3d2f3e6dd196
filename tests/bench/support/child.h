// Processes that a benchmark measures: each ends with its object, and, whatever happens to the
// benchmark, with the benchmark.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/address.h"

namespace oxbow::bench {

/// Ends the benchmark: what it measures does not work. Caught by run_bench().
[[noreturn]] void fail(const std::string& message);

inline constexpr int kAnyCore = -1;

class Child {
 public:
  /// Forks, and runs `work` in the child, on one core of this machine or on any.
  Child(int core, const std::function<void()>& work);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) = delete;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

/// In a Child: becomes that program; ends it if there is none. Its output goes to /dev/null, or to
/// `output`.
[[noreturn]] void become(const std::vector<std::string>& words, int output = -1);

/// A port of 127.0.0.1 that nobody listens on at the moment.
Address free_address();

/// Waits until somebody accepts connections there.
void wait_until_accepting(const Address& address);

/// A folder that goes with its object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A peer: build/oxbowd on a free port of 127.0.0.1 with exactly the neighbors given.
class PeerProcess {
 public:
  explicit PeerProcess(int core, const std::vector<Address>& neighbors = {},
                       const std::vector<std::string>& options = {});

  pid_t pid() const { return child_.pid(); }
  const Address& address() const { return address_; }

 private:
  PeerProcess(int core, const std::vector<Address>& neighbors,
              const std::vector<std::string>& options, int ready_pipe[2]);

  Child child_;
  Address address_;
};

/// This process from now on, and the children that it will have.
void pin_to(int core);

/// CPU time that a process has used, in seconds: of all its threads.
double cpu_seconds(pid_t pid);

/// A line of /proc/PID/status in KiB, such as "RssAnon".
double status_kib(pid_t pid, const std::string& name);

/// Runs a benchmark's main function: prints what fails, and gives the exit code.
int run_bench(const std::function<void()>& main);

}  // namespace oxbow::bench
