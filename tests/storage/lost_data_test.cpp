// A data directory that holds less than was synced there: the start is refused, as often as it is
// tried, and changes nothing; told to accept the loss, the store goes on with what is left, and
// says that it is incomplete.
#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "storage/opened_store.h"
#include "storage/store_marker.h"
#include "storage/synced_files.h"

using namespace oxbow;
using namespace oxbow::storage;
using namespace oxbow::test;
using history::peer;
using history::put;

namespace {

namespace fs = std::filesystem;

constexpr int kObjects = 60;

Object object_of(const std::string& value) { return put({}, value, {}, 'a'); }
std::string key_of(int number) { return "key" + std::to_string(number); }

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Everything that can be seen of a folder, but when it was read.
using Picture = std::map<std::string, std::string>;
Picture picture_of(const std::string& folder) {
  Picture picture;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status {};
    REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
    std::string seen = std::to_string(status.st_ino) + " " + std::to_string(status.st_mode) + " " +
                       std::to_string(status.st_mtim.tv_sec) + "." +
                       std::to_string(status.st_mtim.tv_nsec) + "\n";
    if (entry.is_regular_file()) seen += text_of(entry.path());
    picture[entry.path().string()] = seen;
  }
  return picture;
}

enum class Stop { clean, crash };

/// A folder with so many objects, all synced, as it is found after a stop.
class Stopped {
 public:
  explicit Stopped(Stop how, std::size_t value_size = 0) {
    OpenedStore store(folder_.at("live"));
    for (int i = 0; i < kObjects; ++i) {
      const std::string value = "value" + std::to_string(i) + std::string(value_size, 'v');
      REQUIRE(store->write(key_of(i), {}, object_of(value), Sync::yes).ok());
      store.commit();
    }
    if (how == Stop::clean) store.close();
    fs::copy(folder_.at("live"), path(), fs::copy_options::recursive);
  }

  std::string path() const { return folder_.at("data"); }
  std::string at(const std::string& name) const { return path() + "/" + name; }
  /// The one file in rocksdb/ with such a name.
  fs::path file(const std::function<bool(const std::string&)>& matches) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(at("rocksdb"))) {
      if (!matches(entry.path().filename().string())) continue;
      if (found.empty() || entry.path() > found) found = entry.path();
    }
    REQUIRE_FALSE(found.empty());
    return found;
  }
  fs::path manifest() const {
    return file([](const std::string& name) { return number_of_manifest(name).has_value(); });
  }
  fs::path log() const {
    return file([](const std::string& name) { return number_of_log(name).has_value(); });
  }
  fs::path table() const {
    return file([](const std::string& name) { return name.ends_with(".sst"); });
  }
  StoreMarker marker() const {
    StoreMarkerFile file(path());
    REQUIRE(file.read().value() == StoreMarkerFile::Found::marker);
    return file.marker();
  }
  /// Of the log.
  std::uint64_t synced_bytes() const { return marker().synced.logs.back().bytes; }

 private:
  TemporaryFolder folder_;
};

StorageOptions options_for(const std::string& path, bool accept_loss) {
  StorageOptions options;
  options.directory = path;
  options.peer = peer('p');
  options.accept_loss = accept_loss;
  return options;
}

Error refusal(const std::string& path) {
  const auto opened = RocksStore::open(options_for(path, false));
  REQUIRE_FALSE(opened.ok());
  return opened.error();
}

int objects_in(RocksStore& store) {
  int found = 0;
  for (int i = 0; i < kObjects; ++i) {
    const auto read = store.read(key_of(i));
    if (!read.ok() || read->object.empty()) continue;
    CHECK(read->object.siblings()[0].value->starts_with("value" + std::to_string(i)));
    ++found;
  }
  return found;
}

void flip_byte(const fs::path& path, std::uint64_t at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(at));
  const char before = static_cast<char>(file.get());
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(before ^ 0x40));
  REQUIRE(file.good());
}

void overwrite(const fs::path& path, std::uint64_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

/// Refuses twice, saying `why`, changes nothing, then accepts the loss; how much is left then.
int left_after_loss(const Stopped& stopped, const std::string& why) {
  const Picture before = picture_of(stopped.path());
  for (int start = 0; start < 2; ++start) {
    const Error error = refusal(stopped.path());
    INFO(error.message);
    CHECK(error.code == "lost-data");
    CHECK(error.message.find(why) != std::string::npos);
    CHECK(error.message.find("--accept-loss") != std::string::npos);
    CHECK(picture_of(stopped.path()) == before);
  }
  int left = 0;
  {
    auto opened = RocksStore::open(options_for(stopped.path(), true));
    const std::string message = opened.ok() ? "" : opened.error().message;
    REQUIRE_MESSAGE(opened.ok(), message);
    RocksStore& store = **opened;
    CHECK_FALSE(store.is_complete());
    CHECK(store.missing().size() >= 1);
    left = objects_in(store);
    CHECK(store.objects() == static_cast<std::uint64_t>(left));
    // It takes writes like any other.
    REQUIRE(store.write("new", {}, object_of("new"), Sync::yes).ok());
  }
  {
    // That is remembered, and no loss has to be accepted again.
    auto opened = RocksStore::open(options_for(stopped.path(), false));
    REQUIRE(opened.ok());
    CHECK_FALSE((*opened)->is_complete());
    CHECK((*opened)->missing().empty());
    CHECK(objects_in(**opened) == left);
    CHECK((*opened)->read("new").value().object == object_of("new"));
    (*opened)->set_complete();
    CHECK((*opened)->is_complete());
  }
  const auto opened = RocksStore::open(options_for(stopped.path(), false));
  REQUIRE(opened.ok());
  CHECK((*opened)->is_complete());
  return left;
}

}  // namespace

TEST_CASE("a store that lost its CURRENT is not made anew: its files come back") {
  for (const Stop how : {Stop::clean, Stop::crash}) {
    const Stopped stopped(how);
    fs::remove(stopped.at("rocksdb/CURRENT"));
    CHECK(left_after_loss(stopped, "rocksdb/CURRENT is not there") == kObjects);
  }
}

TEST_CASE("a MANIFEST that is cut or gone is noticed") {
  for (const Stop how : {Stop::clean, Stop::crash}) {
    {
      const Stopped stopped(how);
      fs::resize_file(stopped.manifest(), fs::file_size(stopped.manifest()) / 2);
      CHECK(left_after_loss(stopped, " is cut: it has ") == kObjects);
    }
    {
      const Stopped stopped(how);
      fs::resize_file(stopped.manifest(), fs::file_size(stopped.manifest()) - 1);
      CHECK(left_after_loss(stopped, " is cut: it has ") == kObjects);
    }
    {
      const Stopped stopped(how);
      fs::resize_file(stopped.manifest(), 0);
      CHECK(left_after_loss(stopped, " is cut: it has 0 bytes") == kObjects);
    }
    {
      const Stopped stopped(how);
      fs::remove(stopped.manifest());
      CHECK(left_after_loss(stopped, " is not there") == kObjects);
    }
  }
}

TEST_CASE("a byte of the MANIFEST or of CURRENT that is wrong is noticed") {
  {
    const Stopped stopped(Stop::clean);
    flip_byte(stopped.manifest(), fs::file_size(stopped.manifest()) / 2);
    CHECK(left_after_loss(stopped, "MANIFEST") == kObjects);
  }
  const Stopped stopped(Stop::clean);
  flip_byte(stopped.at("rocksdb/CURRENT"), 3);
  CHECK(left_after_loss(stopped, "rocksdb/CURRENT is damaged") == kObjects);
}

TEST_CASE("a database that is gone is not made anew") {
  for (const Stop how : {Stop::clean, Stop::crash}) {
    {
      const Stopped stopped(how);
      fs::remove_all(stopped.at("rocksdb"));
      CHECK(left_after_loss(stopped, "the folder rocksdb is not there") == 0);
    }
    const Stopped stopped(how);
    fs::remove_all(stopped.at("rocksdb"));
    fs::create_directory(stopped.at("rocksdb"));
    CHECK(left_after_loss(stopped, "the folder rocksdb is empty") == 0);
  }
}

TEST_CASE("a log that is gone or cut is noticed") {
  {
    const Stopped stopped(Stop::crash);
    fs::remove(stopped.log());
    CHECK(left_after_loss(stopped, ".log is not there") == 0);
  }
  {
    const Stopped stopped(Stop::crash);
    fs::resize_file(stopped.log(), stopped.synced_bytes() / 2);
    const int left = left_after_loss(stopped, ".log is cut: it has ");
    CHECK(left > kObjects / 3);
    CHECK(left < kObjects * 2 / 3);
  }
  const Stopped stopped(Stop::crash);
  fs::resize_file(stopped.log(), stopped.synced_bytes() - 1);
  CHECK(left_after_loss(stopped, ".log is cut: it has ") == kObjects - 1);
}

TEST_CASE("any byte of the log that is wrong is noticed, and costs what shares its block") {
  constexpr std::size_t kValue = 5000;
  constexpr int kInBlock = 32 * 1024 / kValue + 2;  // of RocksDB's log
  const std::uint64_t bytes = Stopped(Stop::crash, kValue).synced_bytes();
  for (std::uint64_t at = 0; at < bytes; at += bytes / 13) {
    CAPTURE(at);
    const Stopped stopped(Stop::crash, kValue);
    flip_byte(stopped.log(), at);
    CHECK(left_after_loss(stopped, "the log can be read up to write ") >= kObjects - kInBlock);
  }
  const Stopped stopped(Stop::crash);
  flip_byte(stopped.log(), stopped.synced_bytes() - 1);
  CHECK(left_after_loss(stopped, "the log can be read up to write ") >= kObjects - 1);
}

TEST_CASE("a hole in the log is noticed, wherever it lies") {
  const Stopped stopped(Stop::crash);
  overwrite(stopped.log(), stopped.synced_bytes() / 3, std::string(300, '\0'));
  CHECK(left_after_loss(stopped, "the log ") >= 0);
}

TEST_CASE("a missing or cut file of objects is noticed and named") {
  {
    const Stopped stopped(Stop::clean);
    const std::string name = stopped.table().filename().string();
    fs::remove(stopped.table());
    CHECK(left_after_loss(stopped, name) == 0);
  }
  const Stopped stopped(Stop::clean);
  const std::string name = stopped.table().filename().string();
  fs::resize_file(stopped.table(), fs::file_size(stopped.table()) - 1);
  CHECK(left_after_loss(stopped, name) == 0);
  CHECK(fs::exists(stopped.at("rocksdb/lost/" + name)));  // kept, for whoever can read it
}

TEST_CASE("an earlier copy of the database alone is noticed") {
  const TemporaryFolder folder;
  const std::string path = folder.at("data");
  {
    OpenedStore store(path);
    REQUIRE(store->write("early", {}, object_of("v"), Sync::yes).ok());
    store.close();
    fs::copy(path + "/rocksdb", folder.at("early"), fs::copy_options::recursive);
    store.open();
    REQUIRE(store->write("late", {}, object_of("v"), Sync::yes).ok());
    store.close();
  }
  fs::remove_all(path + "/rocksdb");
  fs::rename(folder.at("early"), path + "/rocksdb");
  CHECK(refusal(path).code == "lost-data");
  const auto opened = RocksStore::open(options_for(path, true));
  REQUIRE(opened.ok());
  CHECK_FALSE((*opened)->read("early").value().object.empty());
  CHECK((*opened)->read("late").value().object.empty());
}

TEST_CASE("a marker that is damaged says nothing, so it is not known what is missing") {
  const Stopped stopped(Stop::clean);
  overwrite(stopped.at("STORE"), 0, std::string(2 * kMarkerBytes, 'x'));
  CHECK(left_after_loss(stopped, "STORE is damaged") == kObjects);
}

TEST_CASE("what was not synced may be missing or cut anywhere: nobody was promised it") {
  const TemporaryFolder folder;
  StorageOptions options;
  options.gather_delay = std::chrono::milliseconds(1);
  OpenedStore store(folder.at("live"), options);
  REQUIRE(store->write("synced", {}, object_of("v"), Sync::yes).ok());
  store.commit();
  for (int i = 0; i < kObjects; ++i) {
    REQUIRE(store->write(key_of(i), {}, object_of("value" + std::to_string(i)), Sync::no).ok());
  }
  store->submit();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (store->take_durable() < WriteSequence{kObjects + 2}) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
  StoreMarkerFile live(folder.at("live"));
  REQUIRE(live.read().ok());
  const FileMark log = live.marker().synced.logs.back();
  int number = 0;
  const auto start_with = [&](const std::function<void(const fs::path&)>& change) {
    const std::string path = folder.at("image" + std::to_string(++number));
    fs::copy(folder.at("live"), path, fs::copy_options::recursive);
    change(fs::path(path + "/rocksdb") / (std::string(6 - std::to_string(log.number).size(), '0') +
                                          std::to_string(log.number) + ".log"));
    const auto opened = RocksStore::open(options_for(path, false));
    const std::string why = opened.ok() ? "" : opened.error().message;
    CHECK_MESSAGE(opened.ok(), why);
    if (!opened.ok()) return;
    CHECK((*opened)->is_complete());
    CHECK((*opened)->read("synced").value().object == object_of("v"));
  };
  start_with([](const fs::path&) {});
  start_with([&](const fs::path& path) { fs::resize_file(path, log.bytes); });
  start_with([&](const fs::path& path) { fs::resize_file(path, log.bytes + 10); });
  start_with([&](const fs::path& path) { flip_byte(path, log.bytes + 20); });
  start_with([&](const fs::path& path) { overwrite(path, log.bytes + 3, std::string(9, '\0')); });
  start_with([&](const fs::path& path) { overwrite(path, log.bytes, std::string(5000, 'x')); });
}

TEST_CASE("a directory of before there were markers is taken along, unless its database is gone") {
  for (const Stop how : {Stop::clean, Stop::crash}) {
    const Stopped stopped(how);
    fs::remove(stopped.at("STORE"));
    {
      const auto opened = RocksStore::open(options_for(stopped.path(), false));
      REQUIRE(opened.ok());
      CHECK((*opened)->is_complete());
      CHECK(objects_in(**opened) == kObjects);
    }
    CHECK(fs::exists(stopped.at("STORE")));
    fs::remove(stopped.at("rocksdb/CURRENT"));
    CHECK(refusal(stopped.path()).code == "lost-data");
  }
  for (const std::string gone : {"rocksdb", "rocksdb/CURRENT"}) {
    const Stopped stopped(Stop::clean);
    fs::remove(stopped.at("STORE"));
    fs::remove_all(stopped.at(gone));
    CHECK(left_after_loss(stopped, gone) >= 0);
  }
}

TEST_CASE("a first start that did not get far is simply done again") {
  const TemporaryFolder folder;
  const std::string path = folder.at("data");
  { REQUIRE(DataDirectory::open(path, peer('p')).ok()); }
  fs::create_directory(path + "/rocksdb");
  std::ofstream(path + "/rocksdb/MANIFEST-000001") << "cut";
  const auto opened = RocksStore::open(options_for(path, false));
  REQUIRE(opened.ok());
  CHECK((*opened)->is_complete());
}

TEST_CASE("whether the last stop was a clean one is known, and what was kept then") {
  const TemporaryFolder folder;
  OpenedStore store(folder.at("live"));
  CHECK_FALSE(store->was_stopped_cleanly());  // there was none
  REQUIRE(store->write("key", {}, object_of("v"), Sync::yes).ok());
  store.reopen();
  CHECK(store->was_stopped_cleanly());
  store.commit();
  fs::copy(folder.at("live"), folder.at("crashed"), fs::copy_options::recursive);
  const auto crashed = RocksStore::open(options_for(folder.at("crashed"), false));
  REQUIRE(crashed.ok());
  CHECK_FALSE((*crashed)->was_stopped_cleanly());
}
