#include "end_to_end/local_peers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "support/source_tree.h"

extern char** environ;

namespace oxbow::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "oxbow-e2e-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() { fs::remove_all(path_); }

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  const fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

std::string program(const std::string& name) {
  const char* folder = std::getenv("OXBOW_BIN");
  return (folder != nullptr ? fs::path(folder) : source_root() / "build") / name;
}

Ran run_oxbow(const std::string& runtime, const Words& words) {
  return run_program("oxbow", runtime, words);
}

Ran run_program(const std::string& name, const std::string& runtime, const Words& words) {
  std::vector<std::string> arguments{program(name)};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<std::string> variables{"XDG_RUNTIME_DIR=" + runtime};
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view variable(*one);
    if (!variable.starts_with("OXBOW_PEER=") && !variable.starts_with("XDG_RUNTIME_DIR=")) {
      variables.emplace_back(variable);
    }
  }
  std::vector<char*> argv, envp;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  for (std::string& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  std::array<int, 2> out{}, err{};
  REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  INFO("build it first: " << arguments[0]);
  REQUIRE(failed == 0);

  Ran ran;
  std::array<pollfd, 2> polls{{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}}};
  while (polls[0].fd >= 0 || polls[1].fd >= 0) {
    ::poll(polls.data(), polls.size(), -1);
    for (std::size_t i = 0; i < polls.size(); ++i) {
      if (polls[i].revents == 0) continue;
      std::array<char, 65536> buffer{};
      const ssize_t count = ::read(polls[i].fd, buffer.data(), buffer.size());
      if (count <= 0) {
        ::close(polls[i].fd);
        polls[i].fd = -1;
      } else {
        (i == 0 ? ran.out : ran.err).append(buffer.data(), static_cast<std::size_t>(count));
      }
    }
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFEXITED(status));
  ran.code = WEXITSTATUS(status);
  return ran;
}

LocalPeers::LocalPeers(const std::string& folder, const Words& options) {
  const std::string path =
      folder.starts_with("/") ? folder : (source_root() / "peers" / folder).string();
  Words words{"net", "up", path, "--free-ports", "--json", "--oxbowd", program("oxbowd")};
  words.insert(words.end(), options.begin(), options.end());
  const Ran ran = run_oxbow(runtime_.path(), words);
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  const Json network = ran.json();
  for (const Json& peer : network["peers"]) {
    addresses_[peer["name"]] = peer["address"];
    const int pid = peer["pid"];
    pids_[peer["name"]] = pid;
    processes_.push_back({pid, cli::start_time_of(pid).value_or(0)});
  }
}

// Not by way of oxbow: a test that failed because the programs are gone must not leave peers
// behind.
LocalPeers::~LocalPeers() { cli::end_processes(processes_, std::chrono::seconds(5)); }

Ran LocalPeers::ask(const std::string& peer, Words words) const {
  words.insert(words.begin(), {"--peer", address(peer)});
  return run_oxbow(runtime_.path(), words);
}

Client LocalPeers::client(const std::string& peer) const {
  auto connected = Client::connect(address(peer));
  REQUIRE(connected.ok());
  return std::move(*connected);
}

std::string LocalPeers::name_of(const std::string& wanted) const {
  for (const auto& [name, address] : addresses_) {
    if (address == wanted) return name;
  }
  return "";
}

void LocalPeers::kill(const std::string& peer) const {
  const int pid = pids_.at(peer);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  REQUIRE(handle >= 0);
  REQUIRE(::kill(pid, SIGKILL) == 0);
  pollfd poll{handle, POLLIN, 0};
  CHECK(::poll(&poll, 1, 10'000) == 1);
  ::close(handle);
}

void LocalPeers::pause(const std::string& peer) const {
  REQUIRE(::kill(pids_.at(peer), SIGSTOP) == 0);
}

void LocalPeers::resume(const std::string& peer) const {
  REQUIRE(::kill(pids_.at(peer), SIGCONT) == 0);
}

}  // namespace oxbow::test
