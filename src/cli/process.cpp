#include "cli/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace oxbow::cli {
namespace {

constexpr int kFirstHandedOver = 3;  // SD_LISTEN_FDS_START
constexpr int kBacklog = 128;

Error start_error(const std::string& what, int error) {
  return {"start", fmt::format("cannot {}: {}", what, std::strerror(error)), "", ""};
}

int pidfd_open(int pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
void signal_to(const Descriptor& process, int signal) {
  ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// In the child, between fork and exec. Only returns if something failed.
void become(std::vector<std::string>& command, std::vector<std::string>& environment, int log,
            int listening) {
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  // Whatever else was inherited (a pipe of make or of a shell) must not be kept open.
  ::close_range(kFirstHandedOver, ~0U, CLOSE_RANGE_CLOEXEC);
  if (listening >= 0) {
    environment.emplace_back("LISTEN_FDS=1");
    environment.push_back(fmt::format("LISTEN_PID={}", ::getpid()));
    if (::dup2(listening, kFirstHandedOver) < 0) return;
  }
  ::execve(command[0].c_str(), pointers(command).data(), pointers(environment).data());
}

bool has_ended(const Descriptor& process, std::chrono::milliseconds patience) {
  pollfd poll{process.get(), POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

std::optional<std::uint64_t> start_time_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The second field is the program's name in parentheses and may hold anything.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return std::nullopt;
    if (number == 22) return std::strtoull(field.c_str(), nullptr, 10);
  }
  return std::nullopt;
}

bool is_running(const ProcessName& process) {
  return process.pid > 0 && start_time_of(process.pid) == process.start_time;
}

Result<ProcessName> start(const Launch& launch) {
  std::vector<std::string> command = launch.command;
  std::vector<std::string> environment = launch.environment;
  // Numbers out of the way of those that the child is going to have.
  const auto high = [](int descriptor) {
    Descriptor moved(::fcntl(descriptor, F_DUPFD_CLOEXEC, 10));
    ::close(descriptor);
    return moved;
  };
  const int opened = ::open(launch.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (opened < 0) return start_error("write " + launch.log, errno);
  const Descriptor log = high(opened);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return start_error("make a pipe", errno);
  Descriptor from_child(pipe[0]);
  Descriptor to_parent = high(pipe[1]);
  Descriptor listening;
  if (launch.listening >= 0) {
    listening = Descriptor(::fcntl(launch.listening, F_DUPFD_CLOEXEC, 10));
  }

  const pid_t pid = ::fork();
  if (pid < 0) return start_error("start a process", errno);
  if (pid == 0) {
    become(command, environment, log.get(), listening.get());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(to_parent.get(), &error, sizeof error);
    ::_exit(127);
  }
  to_parent.reset();
  int error = 0;
  if (::read(from_child.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    ::waitpid(pid, nullptr, 0);
    return start_error("start " + launch.command[0], error);
  }
  return ProcessName{pid, start_time_of(pid).value_or(0)};
}

Result<FreePort> listen_on_free_port() {
  FreePort port;
  port.socket = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!port.socket || ::bind(port.socket.get(), generic, size) != 0 ||
      ::listen(port.socket.get(), kBacklog) != 0 ||
      ::getsockname(port.socket.get(), generic, &size) != 0) {
    return start_error("listen on a free port of 127.0.0.1", errno);
  }
  port.address = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
  return port;
}

std::vector<Ended> end_processes(const std::vector<ProcessName>& processes,
                                 std::chrono::milliseconds grace) {
  std::vector<Descriptor> handles;
  for (const ProcessName& process : processes) {
    // First the handle, then the check: the pid cannot come to name another process in between.
    Descriptor handle(process.pid > 0 ? pidfd_open(process.pid) : -1);
    if (handle && !is_running(process)) handle.reset();
    if (handle) signal_to(handle, SIGTERM);
    handles.push_back(std::move(handle));
  }
  const auto deadline = std::chrono::steady_clock::now() + grace;
  std::vector<Ended> ended;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    if (!handles[i]) {
      ended.push_back(Ended::before);
      continue;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (has_ended(handles[i], std::max(left, std::chrono::milliseconds(0)))) {
      ended.push_back(Ended::asked);
    } else {
      signal_to(handles[i], SIGKILL);
      has_ended(handles[i], std::chrono::seconds(5));
      ended.push_back(Ended::killed);
    }
    ::waitpid(processes[i].pid, nullptr, WNOHANG);  // ours only if it was started by this command
  }
  return ended;
}

}  // namespace oxbow::cli
