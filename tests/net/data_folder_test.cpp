#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-net-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

PeerOptions keeping(const std::string& data) {
  PeerOptions options = quiet_options("keeper");
  options.data = data;
  options.member = true;
  options.buckets = {{"default", 1, 1, 1}};
  return options;
}

/// Why a peer with these options does not start.
std::string refusal(const PeerOptions& options) {
  const auto server = PeerServer::open(options);
  return server.ok() ? "it started" : server.error().message;
}

}  // namespace

TEST_CASE("a peer with a data folder is the same after a restart, with what it kept") {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/not/yet/there";
  PeerId first;
  {
    RunningPeer peer(keeping(data));
    first = peer.server().id();
    Client client(peer);
    PutRequest put;
    put.key = "k";
    put.value = "v";
    CHECK(client.ask<PutAnswer>(put).quorum.acknowledged == 1);
  }
  RunningPeer peer(keeping(data));
  CHECK(peer.server().id() == first);
  Client client(peer);
  GetRequest get;
  get.key = "k";
  const auto answer = client.ask<GetAnswer>(get);
  REQUIRE(answer.values.size() == 1);
  CHECK(answer.values[0].value == "v");
}

TEST_CASE("a data folder belongs to one peer id") {
  const TemporaryFolder folder;
  PeerOptions options = keeping(folder.path());
  options.id = PeerId{{0xab, 0xcd, 0x12, 0x34}};
  { const RunningPeer peer(options); }
  options.id = PeerId{{1}};
  CHECK(refusal(options).starts_with(folder.path() + " belongs to the peer abcd1234"));
  options.id.reset();
  const RunningPeer peer(options);
  CHECK(peer.server().id() == PeerId{{0xab, 0xcd, 0x12, 0x34}});
}

TEST_CASE("a data folder is one peer's at a time") {
  const TemporaryFolder folder;
  const RunningPeer peer(keeping(folder.path()));
  const std::string message = refusal(keeping(folder.path()));
  CHECK(message.starts_with(folder.path() + " is in use by process " + std::to_string(getpid())));
}

TEST_CASE("what is no data folder is refused") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/file";
  std::ofstream(file) << "text";
  CHECK(refusal(keeping(file)) == file + " is no folder");
  CHECK(refusal(keeping(file + "/below")).find(file + "/below: Not a directory") !=
        std::string::npos);
  CHECK(refusal(keeping(folder.path())) ==
        folder.path() + " is not empty, and no data directory of oxbow: use another folder");
}

TEST_CASE("a data folder that lost files is refused, unless the loss is accepted, which is told") {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  const auto put = [](RunningPeer& peer) {
    Client client(peer);
    PutRequest request;
    request.key = "k";
    request.value = "v";
    CHECK(client.ask<PutAnswer>(request).quorum.acknowledged == 1);
  };
  {
    RunningPeer peer(keeping(data));
    put(peer);
  }
  std::filesystem::remove_all(data + "/rocksdb");
  CHECK(refusal(keeping(data)).find("the folder rocksdb is not there") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(data + "/rocksdb"));
  PeerOptions accepting = keeping(data);
  accepting.accept_loss = true;
  RunningPeer peer(accepting);
  CHECK(peer.logs("holds less than was synced there, which is accepted"));
  CHECK(peer.logs("the copies of this peer are incomplete"));
  Client client(peer);
  GetRequest get;
  get.key = "k";
  get.search = false;
  CHECK(client.ask_any(get).error().code == "quorum-not-met");
}

TEST_CASE("a folder that others may write to is no data folder") {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  CHECK(refusal(keeping(folder.path())).find("may be written by other users (mode 0777)") !=
        std::string::npos);
  CHECK(std::filesystem::is_empty(folder.path()));
}
