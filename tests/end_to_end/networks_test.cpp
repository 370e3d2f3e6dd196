// oxbow net: networks of local peers are started as a whole, listed, and ended as a whole.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/process.h"
#include "end_to_end/local_peers.h"
#include "support/source_tree.h"

using namespace oxbow::test;

namespace {

// A port of loopback that somebody else has.
struct TakenPort {
  TakenPort() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket, generic, size) == 0);
    REQUIRE(::listen(socket, 1) == 0);
    REQUIRE(::getsockname(socket, generic, &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~TakenPort() { ::close(socket); }
  int socket;
  int port = 0;
};

}  // namespace

TEST_CASE("a running network is listed, is not started twice, and ends") {
  const TemporaryFolder runtime;
  const std::string folder = (source_root() / "peers/line-4").string();
  const Words up{"net", "up", folder, "--free-ports", "--json", "--oxbowd", program("oxbowd")};
  const Ran started = run_oxbow(runtime.path(), up);
  REQUIRE(started.code == 0);
  const Json network = started.json();
  CHECK(network["type"] == "network");
  CHECK(network["name"] == "line-4");
  REQUIRE(network["peers"].size() == 4);

  const Ran again = run_oxbow(runtime.path(), up);
  CHECK(again.code == 2);
  CHECK(again.json()["message"] == "network line-4 is running already, from " + folder +
                                       " (end it with: oxbow net down line-4)");

  const Json listed = run_oxbow(runtime.path(), {"net", "list", "--json"}).json();
  REQUIRE(listed["networks"].size() == 1);
  CHECK(listed["networks"][0]["peers"] == network["peers"]);
  for (const Json& peer : listed["networks"][0]["peers"]) CHECK(peer["state"] == "running");

  const Ran down = run_oxbow(runtime.path(), {"net", "down", folder});
  CHECK(down.code == 0);
  CHECK(down.out == "Network line-4: 4 peers ended\n");
  for (const Json& peer : network["peers"]) {
    CHECK_FALSE(oxbow::cli::start_time_of(peer["pid"].get<int>()).has_value());
  }
  CHECK(run_oxbow(runtime.path(), {"net", "list", "--json"}).json()["networks"].empty());
  CHECK(run_oxbow(runtime.path(), {"net", "down", "line-4"}).code == 1);
}

TEST_CASE("a peer that cannot start is shown with its log, and the others are ended") {
  const TemporaryFolder folder;
  const TakenPort taken;
  const std::string address = "127.0.0.1:" + std::to_string(taken.port);
  folder.write("net/a.conf", "listen = " + address + "\n");
  const Ran ran = run_oxbow(folder.path(), {"net", "up", folder.path() + "/net", "--oxbowd",
                                            program("oxbowd"), "--timeout", "20s"});
  CHECK(ran.code == 4);
  CHECK(
      ran.err.find("oxbow: peer a ended while it was starting; all peers were ended. Its log ends "
                   "with:\n  oxbowd: cannot listen on " +
                   address + ": address in use") == 0);
  CHECK(run_oxbow(folder.path(), {"net", "list", "--json"}).json()["networks"].empty());
}

TEST_CASE("a network on ports of the system's choice needs --free-ports") {
  const TemporaryFolder folder;
  const std::string file = folder.write("net/a.conf", "listen = 127.0.0.1:0\n");
  const Ran ran = run_oxbow(folder.path(),
                            {"net", "up", folder.path() + "/net", "--oxbowd", program("oxbowd")});
  CHECK(ran.code == 2);
  CHECK(ran.err == "oxbow: " + file +
                       ": listen = 127.0.0.1:0 names no port that others could dial "
                       "(start the network with --free-ports)\n");
}

TEST_CASE("settings of the caller do not reach the peers, those of --set do") {
  const TemporaryFolder folder;
  folder.write("net/only.conf", "listen = 127.0.0.1:7401\n");
  ::setenv("OXBOW_NETWORK", "elsewhere", 1);
  const LocalPeers peers(folder.path() + "/net", {"--set", "ttl=3"});
  ::unsetenv("OXBOW_NETWORK");
  CHECK(peers.ask("only", {"status", "--json"}).json()["network"] == "oxbow");
  CHECK(peers.ask("only", {"find", "k", "--json"}).json()["search"]["ttl"] == 3);
}

TEST_CASE("a configuration that is wrong is named with file and line, and nothing starts") {
  const TemporaryFolder folder;
  folder.write("net/a.conf", "listen = 127.0.0.1:7401\nneighbour = 127.0.0.1:7402\n");
  const Ran ran = run_oxbow(folder.path(),
                            {"net", "up", folder.path() + "/net", "--oxbowd", program("oxbowd")});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("oxbow: " + folder.path() + "/net/a.conf:2:") == 0);
  const Ran missing = run_oxbow(folder.path(), {"net", "up", folder.path() + "/none"});
  CHECK(missing.code == 2);
}
