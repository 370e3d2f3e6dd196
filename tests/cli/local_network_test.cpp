#include "cli/local_network.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "cli/peer_folder.h"
#include "config/peer_options.h"
#include "support/source_tree.h"

using namespace oxbow;
using namespace oxbow::cli;

namespace fs = std::filesystem;

namespace {

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "oxbow-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  std::string path;
};

Console console_in(const std::string& runtime) {
  Console console;
  console.environment = [runtime](const std::string& name) -> std::optional<std::string> {
    if (name == "XDG_RUNTIME_DIR") return runtime;
    return std::nullopt;
  };
  return console;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("what net up writes down, net list reads back") {
  const TemporaryFolder runtime;
  const auto networks = networks_folder(console_in(runtime.path));
  REQUIRE(networks.ok());
  CHECK(*networks == runtime.path + "/oxbow");
  LocalNetwork network;
  network.name = "ring";
  network.folder = runtime.path;
  network.state = *networks + "/ring";
  const auto started = start_time_of(getpid());
  REQUIRE(started.has_value());
  network.peers = {{"here", "127.0.0.1:1", {getpid(), *started}, "/log"},
                   {"other", "127.0.0.1:2", {getpid(), *started + 1}, "/log"}};
  fs::create_directory(network.state);
  REQUIRE(write_network(network).ok());

  const auto read = named_network(*networks, "ring");
  REQUIRE(read.ok());
  CHECK(read->folder == runtime.path);
  REQUIRE(read->peers.size() == 2);
  CHECK(read->peers[0].address == "127.0.0.1:1");
  CHECK(is_running(read->peers[0].process));
  CHECK_FALSE(is_running(read->peers[1].process));  // the pid names another process by now
  CHECK(running_peers(*read) == 1);
  CHECK(named_network(*networks, runtime.path)->name == "ring");
  CHECK(named_network(*networks, "rung").error().code == "no-network");
  remove_network(*read);
  CHECK(read_networks(*networks).empty());
}

TEST_CASE("a folder that others may write to is not trusted") {
  const TemporaryFolder runtime;
  fs::create_directory(runtime.path + "/oxbow");
  fs::permissions(runtime.path + "/oxbow", fs::perms::all);
  const auto refused = networks_folder(console_in(runtime.path));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == runtime.path +
                                       "/oxbow is not a folder of yours alone (remove it, or set "
                                       "XDG_RUNTIME_DIR to one that is)");
}

TEST_CASE("free ports are mapped in every neighbor list") {
  const TemporaryFolder folder;
  write(folder.path + "/a.conf", "listen = 127.0.0.1:7401\nneighbor = localhost:7402\n");
  write(folder.path + "/b.conf",
        "name = bee\nlisten = 127.0.0.1:7402\nneighbor = 127.0.0.1:7401\nneighbor = "
        "192.0.2.1:7400\n");
  write(folder.path + "/notes.txt", "not a peer");
  auto peers = read_peer_folder(folder.path);
  REQUIRE(peers.ok());
  REQUIRE(peers->size() == 2);
  REQUIRE(use_free_ports(*peers).ok());
  const PlannedPeer& a = (*peers)[0];
  const PlannedPeer& b = (*peers)[1];
  CHECK(a.name == "a");
  CHECK(b.name == "bee");
  CHECK(a.address != b.address);
  CHECK(a.socket);
  CHECK(a.arguments ==
        std::vector<std::string>{"--listen=" + a.address, "--neighbor=" + b.address});
  CHECK(b.arguments == std::vector<std::string>{"--listen=" + b.address, "--neighbor=" + a.address,
                                                "--neighbor=192.0.2.1:7400"});
}

TEST_CASE("a shared folder is added to those of the file") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path + "/mine");
  fs::create_directory(folder.path + "/more");
  write(folder.path + "/a.conf", "share = mine\n");
  auto peers = read_peer_folder(folder.path);
  REQUIRE(peers.ok());
  REQUIRE(add_share(*peers, "a=" + folder.path + "/more").ok());
  CHECK((*peers)[0].arguments == std::vector<std::string>{"--share=" + folder.path + "/mine",
                                                          "--share=" + folder.path + "/more"});
  CHECK(add_share(*peers, "x=" + folder.path).error().message ==
        "--share=x=" + folder.path + ": there is no peer x (peers are a)");
  CHECK(add_share(*peers, "a").error().message == "--share=a: give PEER=DIR");
  CHECK(add_share(*peers, "a=/no/such").error().message ==
        "--share=a=/no/such: /no/such is not a folder");
}

TEST_CASE("folders that make no network are refused with the file at fault") {
  const TemporaryFolder folder;
  CHECK(read_peer_folder(folder.path + "/none").error().message ==
        "cannot read " + folder.path + "/none: No such file or directory");
  CHECK(read_peer_folder(folder.path)
            .error()
            .message.starts_with(folder.path + " has no .conf files"));
  write(folder.path + "/a.conf", "listen = 127.0.0.1:7401\n");
  write(folder.path + "/b.conf", "listen = 127.0.0.1:7401\n");
  CHECK(read_peer_folder(folder.path).error().message ==
        folder.path + "/a.conf and " + folder.path + "/b.conf both have listen = 127.0.0.1:7401");
  write(folder.path + "/b.conf", "listen = nowhere\n");
  CHECK(read_peer_folder(folder.path).error().message.starts_with(folder.path + "/b.conf:1:"));
}

TEST_CASE("a process is started with its socket, found again, and ended") {
  const TemporaryFolder folder;
  const auto port = listen_on_free_port();
  REQUIRE(port.ok());
  Launch launch;
  launch.command = {"/bin/sh", "-c",
                    "echo fds=$LISTEN_FDS own=$([ $LISTEN_PID = $$ ] && echo yes) home=$HOME; "
                    "[ -S /dev/fd/3 ] && echo socket; echo done; exec sleep 60"};
  launch.environment = {"HOME=/nowhere"};
  launch.log = folder.path + "/log";
  launch.listening = port->socket.get();
  const auto process = start(launch);
  REQUIRE(process.ok());
  CHECK(is_running(*process));
  const auto log = [&] { return test::read_file(launch.log); };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (log().find("done\n") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    ::usleep(1000);
  }
  CHECK(log() == "fds=1 own=yes home=/nowhere\nsocket\ndone\n");
  // A record with another start time names a process that is gone.
  const ProcessName gone{process->pid, process->start_time + 1};
  CHECK(end_processes({gone}, std::chrono::seconds(5)) == std::vector{Ended::before});
  CHECK(is_running(*process));
  CHECK(end_processes({*process}, std::chrono::seconds(5)) == std::vector{Ended::asked});
  CHECK_FALSE(is_running(*process));
}

TEST_CASE("a process that does not heed SIGTERM is killed") {
  const TemporaryFolder folder;
  Launch launch;
  launch.command = {"/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 60; done"};
  launch.environment = {"PATH=/bin:/usr/bin"};
  launch.log = folder.path + "/log";
  const auto process = start(launch);
  REQUIRE(process.ok());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (test::read_file(launch.log).empty() && std::chrono::steady_clock::now() < deadline) {
    ::usleep(1000);
  }
  CHECK(end_processes({*process}, std::chrono::milliseconds(100)) == std::vector{Ended::killed});
  CHECK_FALSE(is_running(*process));
}

TEST_CASE("a program that does not exist is an error at once") {
  const TemporaryFolder folder;
  const auto process = start({{"/no/such/program"}, {}, folder.path + "/log", -1});
  REQUIRE_FALSE(process.ok());
  CHECK(process.error().message == "cannot start /no/such/program: No such file or directory");
}

TEST_CASE("the ready-made networks link their peers both ways and form one network") {
  const fs::path root = test::source_root() / "peers";
  struct Network {
    const char* name;
    std::size_t peers, links;
  };
  for (const Network& expected :
       {Network{"line-4", 4, 3}, Network{"ring-6", 6, 6}, Network{"demo-20", 20, 40}}) {
    INFO(expected.name);
    const auto peers = read_peer_folder((root / expected.name).string());
    REQUIRE(peers.ok());
    CHECK(peers->size() == expected.peers);
    std::set<std::pair<std::string, std::string>> directed;
    for (const PlannedPeer& peer : *peers) {
      CHECK(peer.name == fs::path(peer.file).stem().string());
      for (const std::string& neighbor : peer.neighbors) directed.emplace(peer.address, neighbor);
    }
    CHECK(directed.size() == 2 * expected.links);
    for (const auto& [from, to] : directed) CHECK(directed.contains({to, from}));
    std::set<std::string> reached{peers->front().address};
    for (bool grew = true; grew;) {
      grew = false;
      for (const auto& [from, to] : directed) {
        if (reached.contains(from) && reached.insert(to).second) grew = true;
      }
    }
    CHECK(reached.size() == expected.peers);
  }
}
