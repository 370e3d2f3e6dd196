#include "bench/support/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bench/support/socket.h"

namespace oxbow::bench {

namespace {

constexpr int kReadyWithinMs = 20'000;

pid_t fork_child(int core, const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) fail("cannot start a process");
  if (pid > 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  try {
    if (core != kAnyCore) pin_to(core);
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  _exit(1);
}

[[noreturn]] void become_oxbowd(const std::vector<Address>& neighbors,
                                const std::vector<std::string>& options, int output) {
  const char* const folder = std::getenv("OXBOW_BIN");
  std::vector<std::string> words{std::string(folder == nullptr ? "build" : folder) + "/oxbowd",
                                 "--listen=127.0.0.1:0", "--static", "--log-level=warning"};
  for (const Address& neighbor : neighbors) words.push_back("--neighbor=" + to_string(neighbor));
  words.insert(words.end(), options.begin(), options.end());
  become(words, output);
}

// `oxbowd NAME ready on IP:PORT (…)`
Address read_ready_line(int input) {
  std::string line;
  while (line.empty() || line.back() != '\n') {
    pollfd waiting{input, POLLIN, 0};
    char bytes[256];
    const ssize_t got =
        poll(&waiting, 1, kReadyWithinMs) == 1 ? read(input, bytes, sizeof bytes) : 0;
    if (got <= 0) fail("oxbowd did not get ready: it said '" + line + "'");
    line.append(bytes, static_cast<std::size_t>(got));
  }
  const std::string before = " ready on ";
  const std::size_t found = line.find(before);
  if (found == std::string::npos) fail("oxbowd said '" + line + "'");
  const std::size_t start = found + before.size();
  const auto address = parse_address(line.substr(start, line.find(' ', start) - start));
  if (!address.ok()) fail("oxbowd said '" + line + "'");
  return *address;
}

struct Pipe {
  int ends[2];
  Pipe() {
    if (pipe(ends) != 0) fail("cannot make a pipe");
  }
};

}  // namespace

void fail(const std::string& message) { throw std::runtime_error(message); }

void become(const std::vector<std::string>& words, int output) {
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (output < 0) {
    output = open("/dev/null", O_WRONLY);
    dup2(output, STDERR_FILENO);
  }
  dup2(output, STDOUT_FILENO);
  execvp(arguments[0], arguments.data());
  std::fprintf(stderr, "cannot run %s: is it installed, and built?\n", arguments[0]);
  _exit(127);
}

Address free_address() { return Socket::listen().address(); }

void wait_until_accepting(const Address& address) {
  for (int waited = 0; waited < kReadyWithinMs; waited += 20) {
    try {
      Socket::connect_to(address);
      return;
    } catch (const std::exception&) {
      usleep(20'000);
    }
  }
  fail("nobody listens on " + to_string(address));
}

Folder::Folder() : path_((std::filesystem::temp_directory_path() / "oxbow-bench-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) fail("cannot make a folder");
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Child::Child(int core, const std::function<void()>& work) : pid_(fork_child(core, work)) {}

Child::Child(Child&& other) noexcept : pid_(other.pid_) { other.pid_ = 0; }

Child::~Child() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

PeerProcess::PeerProcess(int core, const std::vector<Address>& neighbors,
                         const std::vector<std::string>& options)
    : PeerProcess(core, neighbors, options, Pipe().ends) {}

PeerProcess::PeerProcess(int core, const std::vector<Address>& neighbors,
                         const std::vector<std::string>& options, int ready_pipe[2])
    : child_(core, [&] { become_oxbowd(neighbors, options, ready_pipe[1]); }) {
  close(ready_pipe[1]);
  address_ = read_ready_line(ready_pipe[0]);
  close(ready_pipe[0]);
}

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<unsigned>(core), &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) {
    fail(fmt::format("cannot run on core {}", core));
  }
}

double cpu_seconds(pid_t pid) {
  double sum = 0;
  const std::string threads = fmt::format("/proc/{}/task", pid);
  for (const auto& thread : std::filesystem::directory_iterator(threads)) {
    double nanoseconds = 0;
    std::ifstream(thread.path() / "schedstat") >> nanoseconds;
    sum += nanoseconds / 1e9;
  }
  return sum;
}

double status_kib(pid_t pid, const std::string& name) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string word; status >> word;) {
    if (word != name + ":") continue;
    double value = 0;
    status >> value;
    return value;
  }
  fail(name + " is not in /proc/PID/status");
}

int run_bench(const std::function<void()>& main) {
  try {
    main();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace oxbow::bench
