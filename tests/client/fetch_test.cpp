#include <doctest/doctest.h>

#include <fcntl.h>
#include <oxbow/client.h>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "base/random.h"
#include "base/sha256.h"
#include "client/disk_room.h"
#include "client/fake_peer.h"
#include "support/source_tree.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using oxbow::test::read_file;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPiece = 65536;

std::string content_of(std::size_t size) {
  Random random(size);
  std::string content(size, '\0');
  for (char& byte : content) byte = static_cast<char>(random.next());
  return content;
}

SearchHit hit_of(const std::string& content, const std::string& holder) {
  SearchHit hit;
  hit.key = "docs/file";
  hit.holder = holder;
  hit.holder_name = holder;
  hit.size = content.size();
  hit.sha256 = to_string(sha256(content));
  return hit;
}

/// What a holder does with the request for a piece; the default is to send it.
using Holder = std::function<Result<std::string>(const PieceCall&)>;

struct Scene {
  Scene() {
    std::string name = (fs::temp_directory_path() / "oxbow-fetch-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    path = folder + "/file";
    auto connected = Client::connect(peer.address());
    REQUIRE(connected.ok());
    client = std::make_unique<Client>(std::move(*connected));
  }
  ~Scene() { fs::remove_all(folder); }

  Result<FetchSummary> fetch(const std::vector<SearchHit>& hits, bool overwrite = false) {
    return client->fetch(hits, {path, overwrite});
  }

  std::string folder, path;
  std::mutex mutex;
  std::map<std::string, Holder> holders;
  std::vector<std::uint64_t> asked;  // offsets, in order
  FakePeer peer{[this](std::uint32_t id, const ClientRequest& request, std::string& out) {
    const auto* call = std::get_if<PieceCall>(&request);
    if (call == nullptr) return false;
    const std::lock_guard lock(mutex);
    asked.push_back(call->offset);
    Result<std::string> bytes = holders.at(call->holder)(*call);
    if (bytes) {
      append_answer(id, PieceAnswer{*bytes}, out);
    } else {
      append_error(id, bytes.error(), out);
    }
    return true;
  }};
  std::unique_ptr<Client> client;
};

Holder sends(const std::string& content) {
  return [content](const PieceCall& call) -> Result<std::string> {
    return content.substr(call.offset, call.length);
  };
}

Holder sends_until(const std::string& content, std::uint64_t offset) {
  return [content, offset](const PieceCall& call) -> Result<std::string> {
    if (call.offset >= offset) return Error{"holder-lost", "the holder went away", "", ""};
    return content.substr(call.offset, call.length);
  };
}

}  // namespace

TEST_CASE("a file comes in pieces, is checked and gets its name") {
  Scene scene;
  const std::string content = content_of(10 * kPiece + 17);
  scene.holders["a"] = sends(content);
  std::vector<std::uint64_t> progress;
  const auto summary =
      scene.client->fetch({hit_of(content, "a")}, {scene.path},
                          [&](const FetchProgress& now) { progress.push_back(now.done); });
  REQUIRE(summary.ok());
  CHECK(read_file(scene.path) == content);
  CHECK_FALSE(fs::exists(scene.path + ".oxbow-part"));
  CHECK(summary->size == content.size());
  CHECK(summary->holder == "a");
  CHECK(summary->resumed == 0);
  CHECK(summary->failed.empty());
  CHECK(scene.asked.size() == 11);
  CHECK(progress.front() == 0);
  CHECK(progress.back() == content.size());
  CHECK(std::is_sorted(progress.begin(), progress.end()));
}

TEST_CASE("empty content needs no holder") {
  Scene scene;
  const auto summary = scene.fetch({hit_of("", "nobody")});
  REQUIRE(summary.ok());
  CHECK(read_file(scene.path).empty());
  CHECK(scene.asked.empty());
}

TEST_CASE("a file that exists is replaced only on demand") {
  Scene scene;
  std::ofstream(scene.path) << "precious";
  scene.holders["a"] = sends("new");
  const auto refused = scene.fetch({hit_of("new", "a")});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "exists");
  CHECK(refused.error().message == scene.path + " exists already (replace it with --force)");
  CHECK(read_file(scene.path) == "precious");
  CHECK(scene.fetch({hit_of("new", "a")}, true).ok());
  CHECK(read_file(scene.path) == "new");
}

TEST_CASE("a file that comes up during the download is not replaced") {
  Scene scene;
  scene.holders["a"] = [&](const PieceCall&) -> Result<std::string> {
    std::ofstream(scene.path) << "precious";
    return std::string("new");
  };
  CHECK(scene.fetch({hit_of("new", "a")}).error().code == "exists");
  CHECK(read_file(scene.path) == "precious");
}

TEST_CASE("a download goes on where an earlier one ended") {
  Scene scene;
  const std::string content = content_of(6 * kPiece);
  scene.holders["a"] = sends_until(content, 3 * kPiece);
  const auto failed = scene.fetch({hit_of(content, "a")});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == "no-holder");
  CHECK(failed.error().message ==
        "no holder is left: the holder went away (what has come is kept; the same command goes on "
        "from there)");
  CHECK(read_file(scene.path + ".oxbow-part") == content.substr(0, 3 * kPiece));

  scene.holders["a"] = sends(content);
  scene.asked.clear();
  const auto summary = scene.fetch({hit_of(content, "a")});
  REQUIRE(summary.ok());
  CHECK(summary->resumed == 3 * kPiece);
  std::sort(scene.asked.begin(), scene.asked.end());  // several are under way at a time
  CHECK(scene.asked == std::vector<std::uint64_t>{3 * kPiece, 4 * kPiece, 5 * kPiece});
  CHECK(read_file(scene.path) == content);
}

TEST_CASE("when a holder fails the next one takes over") {
  Scene scene;
  const std::string content = content_of(9 * kPiece);
  scene.holders["a"] = sends_until(content, 4 * kPiece);
  scene.holders["b"] = sends(content);
  SearchHit other = hit_of("something else", "c");
  const auto summary = scene.fetch({hit_of(content, "a"), other, hit_of(content, "b")});
  REQUIRE(summary.ok());
  CHECK(read_file(scene.path) == content);
  CHECK(summary->holder == "b");
  REQUIRE(summary->failed.size() == 1);
  CHECK(summary->failed[0].holder == "a");
  CHECK(summary->failed[0].reason == "the holder went away");
}

TEST_CASE("a holder whose content is not what it announced is given up") {
  Scene scene;
  const std::string content = content_of(3 * kPiece);
  std::string forged = content;
  forged[kPiece] = static_cast<char>(forged[kPiece] ^ 1);
  scene.holders["a"] = sends(forged);
  const auto failed = scene.fetch({hit_of(content, "a")});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == "wrong-digest");
  CHECK_FALSE(fs::exists(scene.path));

  scene.holders["b"] = sends(content);
  const auto summary = scene.fetch({hit_of(content, "a"), hit_of(content, "b")});
  REQUIRE(summary.ok());
  CHECK(read_file(scene.path) == content);
  CHECK(summary->failed.at(0).reason == "its content was not what it had announced");
}

TEST_CASE("a part that belongs to something else is thrown away") {
  Scene scene;
  const std::string content = content_of(3 * kPiece);
  scene.holders["a"] = sends(content);
  for (const std::size_t size : {kPiece, 3 * kPiece, 5 * kPiece}) {
    INFO(size);
    std::ofstream(scene.path + ".oxbow-part") << std::string(size, 'x');
    const auto summary = scene.fetch({hit_of(content, "a")}, true);
    REQUIRE(summary.ok());
    CHECK(summary->resumed == 0);
    CHECK(read_file(scene.path) == content);
  }
}

TEST_CASE("a busy holder is asked again") {
  Scene scene;
  const std::string content = content_of(3 * kPiece);
  int refusals = 3;
  scene.holders["a"] = [&](const PieceCall& call) -> Result<std::string> {
    if (refusals-- > 0) return Error{"busy", "ask again", "", ""};
    return content.substr(call.offset, call.length);
  };
  const auto summary = scene.fetch({hit_of(content, "a")});
  REQUIRE(summary.ok());
  CHECK(read_file(scene.path) == content);
  CHECK(summary->failed.empty());
}

TEST_CASE("a holder that sends pieces of the wrong length is given up") {
  Scene scene;
  const std::string content = content_of(3 * kPiece);
  scene.holders["a"] = [](const PieceCall&) -> Result<std::string> { return std::string("short"); };
  const auto failed = scene.fetch({hit_of(content, "a")});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == "no-holder");
  CHECK(fs::file_size(scene.path + ".oxbow-part") == 0);
}

TEST_CASE("what there is no room for is not begun: a stranger announced it") {
  for (const std::uint64_t size : {std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    Scene scene;
    SearchHit hit = hit_of("x", "a");
    hit.size = size;
    const auto refused = scene.fetch({hit});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "no-room");
    CHECK(refused.error().needed == std::to_string(size) + " bytes more");
    CHECK(scene.asked.empty());
    CHECK(!fs::exists(scene.path + ".oxbow-part"));
    // What an earlier download has left there stays.
    std::ofstream(scene.path + ".oxbow-part") << "some";
    CHECK(scene.fetch({hit}).error().code == "no-room");
    CHECK(read_file(scene.path + ".oxbow-part") == "some");
  }
}

TEST_CASE("what is larger than the caller wants is not begun") {
  Scene scene;
  const std::string content = content_of(3 * kPiece);
  scene.holders["a"] = [&](const PieceCall& call) -> Result<std::string> {
    return content.substr(call.offset, call.length);
  };
  const SearchHit hit = hit_of(content, "a");
  const auto refused = scene.client->fetch({hit}, {scene.path, false, content.size() - 1});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "over-max-size");
  CHECK(scene.asked.empty());
  CHECK(!fs::exists(scene.path + ".oxbow-part"));
  CHECK(scene.client->fetch({hit}, {scene.path, false, content.size()}).ok());
}

TEST_CASE("some of the disk is left to others") {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  CHECK(DiskRoom{100, 1000}.reserve() == 50);
  CHECK(DiskRoom{100, 1000}.usable() == 50);
  CHECK(DiskRoom{40, 1000}.usable() == 0);
  CHECK(DiskRoom{0, 0}.usable() == 0);
  CHECK(DiskRoom{500 * kGiB, 1000 * kGiB}.usable() == 499 * kGiB);
}

TEST_CASE("a file that ends before the announced size is no download") {
  Scene scene;
  const std::string content = content_of(2 * kPiece + 100);
  scene.holders["a"] = [&](const PieceCall& call) -> Result<std::string> {
    return content.substr(call.offset, call.length);
  };
  SearchHit hit = hit_of(content, "a");
  hit.size += 1;
  const auto failed = scene.fetch({hit});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == "no-holder");
  CHECK(!fs::exists(scene.path));
}

TEST_CASE("two downloads do not write to one file") {
  Scene scene;
  const int other =
      ::open((scene.path + ".oxbow-part").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(::flock(other, LOCK_EX) == 0);
  const auto failed = scene.fetch({hit_of("x", "a")});
  ::close(other);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == "in-progress");
}

TEST_CASE("nothing is written through a symbolic link") {
  Scene scene;
  std::ofstream(scene.folder + "/elsewhere") << "precious";
  fs::create_symlink(scene.folder + "/elsewhere", scene.path + ".oxbow-part");
  CHECK(scene.fetch({hit_of("x", "a")}).error().code == "bad-file");
  CHECK(read_file(scene.folder + "/elsewhere") == "precious");
}
