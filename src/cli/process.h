// Processes that live on after this one: started with a handed-over socket, recognised later by pid
// and start time, ended by pid. Linux.
#pragma once

#include <oxbow/result.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxbow::cli {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void reset();

 private:
  int number_ = -1;
};

/// A process for ever: pids are used again, but not at the same time.
struct ProcessName {
  int pid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since the machine started (/proc/PID/stat)
};

/// None: there is no such process, or it has ended and only waits to be collected.
std::optional<std::uint64_t> start_time_of(int pid);
bool is_running(const ProcessName& process);

struct Launch {
  std::vector<std::string> command;      ///< the program's path and its arguments
  std::vector<std::string> environment;  ///< NAME=VALUE
  std::string log;                       ///< file for its stdout and stderr; appended to
  int listening = -1;                    ///< a socket to hand over (LISTEN_FDS); -1: none
};

/// Starts a process in a session of its own, with standard input closed off and no other
/// descriptors of ours. Errors (code "start") name the program.
Result<ProcessName> start(const Launch& launch);

/// A socket that listens on a free port of 127.0.0.1, and its address.
struct FreePort {
  Descriptor socket;
  std::string address;
};
Result<FreePort> listen_on_free_port();

enum class Ended : std::uint8_t { asked, killed, before };

/// Asks all of them to end (SIGTERM), and ends those by force that have not after `grace`. In
/// order.
std::vector<Ended> end_processes(const std::vector<ProcessName>& processes,
                                 std::chrono::milliseconds grace);

}  // namespace oxbow::cli
