// Members that keep what they were given, and who they are, in folders of their own.
#include <chrono>

#include "end_to_end/local_peers.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
  }
  return false;
}

const Words kNames{"ash", "beech", "cedar"};

/// Three members, all neighbors, each with a data folder beside its file.
class MembersFolder {
 public:
  MembersFolder() {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      std::string text = "listen = 127.0.0.1:" + std::to_string(7401 + i) + "\nstatic = yes\n";
      for (std::size_t j = 0; j < kNames.size(); ++j) {
        if (j != i) text += "neighbor = 127.0.0.1:" + std::to_string(7401 + j) + "\n";
      }
      text += "member = yes\ndata = data/" + kNames[i] + "\nbucket = pairs n=3 r=2 w=2\n";
      folder_.write("members/" + kNames[i] + ".conf", text);
    }
  }
  std::string path() const { return folder_.path() + "/members"; }
  std::string data(const std::string& name) const { return path() + "/data/" + name; }

 private:
  TemporaryFolder folder_;
};

/// The network of that folder, once every peer knows of all members.
class Members : public LocalPeers {
 public:
  explicit Members(const MembersFolder& folder) : LocalPeers(folder.path()) {
    for (const std::string& name : kNames) {
      Client asked = client(name);
      REQUIRE(eventually([&] {
        const auto ring = asked.ring();
        return ring.ok() && ring->members.size() == kNames.size();
      }));
    }
  }
};

std::string only_value(Client& client, const std::string& key) {
  GetRequest request;
  request.key = key;
  request.search = false;
  const auto answer = client.get(request);
  if (!answer) return "error: " + answer.error().message;
  return answer->values.size() == 1 ? answer->values[0].value
                                    : std::to_string(answer->values.size()) + " values";
}

}  // namespace

TEST_CASE("a value is there when a member is killed, and after a restart of all of them") {
  const MembersFolder folder;
  std::string id;
  {
    const Members peers(folder);
    Client ash = peers.client("ash");
    const auto put = ash.put("pairs/k", "v");
    REQUIRE_MESSAGE(put.ok(), put.error().message);
    CHECK(put->quorum.acknowledged >= 2);
    id = ash.status()->id;
    peers.kill("cedar");
    Client beech = peers.client("beech");
    CHECK(only_value(ash, "pairs/k") == "v");
    CHECK(only_value(beech, "pairs/k") == "v");
    REQUIRE(beech.put("pairs/meanwhile", "w").ok());
  }
  // Other ports by now: members are known by their ids, which their folders have kept.
  const Members peers(folder);
  for (const std::string& name : kNames) {
    CAPTURE(name);
    Client client = peers.client(name);
    CHECK(only_value(client, "pairs/k") == "v");
    CHECK(only_value(client, "pairs/meanwhile") == "w");
  }
  CHECK(peers.client("ash").status()->id == id);
}

TEST_CASE("a second process on a data folder is refused, and the first goes on") {
  const MembersFolder folder;
  const Members peers(folder);
  const Ran ran = run_program("oxbowd", peers.runtime(),
                              {"--listen=127.0.0.1:0", "--data=" + folder.data("ash")});
  CHECK(ran.code == 1);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("oxbowd: " + folder.data("ash") + " is in use by process ") !=
        std::string::npos);
  CHECK(peers.client("ash").put("pairs/k", "v").ok());
}
