// A disk that is really full: a file system of a few MiB in memory, mounted where nobody but the
// process that fills it sees it. Writes are refused, reads go on, and once there is space again
// all that was taken on becomes durable.
#include <sys/mount.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/opened_store.h"
#include "storage/other_process.h"

using namespace oxbow;
using namespace oxbow::test;
using history::put;

namespace {

constexpr const char* kReserve = "below the reserve writes are refused, until there is space";
constexpr const char* kNoSpace = "what finds no space stays pending, and is committed later";
constexpr const char* kAtStart =
    "a start on a full disk is refused with a message, and loses nothing";
constexpr const char* kReadOnly =
    "a start on a disk that cannot be written is refused with a message";
constexpr const char* kNoDescriptors = "a start without descriptors is refused with a message";
constexpr int kNotPermitted = 77;

/// Runs the test case once more with a small disk of its own, if this system lets us.
bool passed_with_small_disk(const char* test_case) {
  const TemporaryFolder folder;
  OtherProcess other(test_case, folder.path(), {"unshare", "-Urm"});
  char started = 0;
  const bool has_disk = other.read(&started, 1);
  const int code = other.wait();
  if (!has_disk) {
    MESSAGE("SKIPPED: no file system may be mounted here, not even in a namespace of its own");
    return code == kNotPermitted || code == 127 || code == 1;  // 1: unshare was refused
  }
  return code == 0;
}

/// Of the other process: the small disk, and something on it to take away later.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder) {
    if (::mount("none", folder.c_str(), "tmpfs", 0, "size=64m") != 0) ::_exit(kNotPermitted);
    const char started = 1;
    if (::write(OtherProcess::kReportTo, &started, 1) != 1) ::_exit(3);
  }

  std::string data() const { return folder_ + "/data"; }
  /// Leaves so many bytes free.
  void fill_up_to(std::uint64_t free) const {
    std::ofstream ballast(folder_ + "/ballast", std::ios::binary | std::ios::app);
    const std::string block(16 * 1024, 'b');
    while (std::filesystem::space(folder_).available > free + block.size()) {
      ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush();
      if (!ballast) return;
    }
  }
  /// Takes the last byte.
  void fill_up() const {
    std::ofstream ballast(folder_ + "/ballast", std::ios::binary | std::ios::app);
    while (ballast.put('b').flush()) {
    }
  }
  bool make_read_only() const {
    return ::mount("none", folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }
  void make_space() const { std::filesystem::remove(folder_ + "/ballast"); }

 private:
  std::string folder_;
};

Object object_of(int number) {
  return put({}, std::to_string(number) + std::string(50'000, 'v'), {}, 'a');
}
std::string key_of(int number) { return "key" + std::to_string(number); }

template <class Condition>
bool wait_until(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace

TEST_CASE(kReserve) {
  const auto folder = other_role();
  if (!folder) {
    CHECK(passed_with_small_disk(kReserve));
    return;
  }
  const SmallDisk disk(*folder);
  StorageOptions options;
  options.disk_reserve = 16 * 1024 * 1024;
  OpenedStore store(disk.data(), options);
  REQUIRE(store->write("key", {}, object_of(0), Sync::yes).ok());
  store.commit();
  CHECK(store->refusing().empty());

  disk.fill_up_to(8 * 1024 * 1024);
  int written = 0;
  CHECK(wait_until([&] {
    if (!store->write(key_of(written), {}, put({}, "v", {}, 'a'), Sync::yes)) return true;
    ++written;
    store->submit();
    return false;
  }));
  const auto refused = store->write("no", {}, object_of(1), Sync::yes);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "no-room");
  CHECK(refused.error().message == "the disk of " + disk.data() + " is full: free some space");
  CHECK(refused.error().needed == "16777216 bytes free");
  CHECK(store->refusing() == refused.error().message);
  CHECK(store->read("key").value().object == object_of(0));
  CHECK(store->read("no").value().object.empty());
  // What was taken on before is committed all the same.
  CHECK(wait_until(
      [&] { return store->take_durable() >= WriteSequence{2} && store->pending_bytes() == 0; }));

  disk.make_space();
  CHECK(wait_until([&] { return store->refusing().empty(); }));
  CHECK(store->write("yes", {}, object_of(1), Sync::yes).ok());
  store.reopen();
  CHECK(store->read("yes").value().object == object_of(1));
  CHECK(store->objects() == static_cast<std::uint64_t>(written) + 2);
  CHECK_FALSE(store.told().fatal().has_value());
}

TEST_CASE(kNoSpace) {
  const auto folder = other_role();
  if (!folder) {
    CHECK(passed_with_small_disk(kNoSpace));
    return;
  }
  const SmallDisk disk(*folder);
  StorageOptions options;
  options.disk_reserve = 0;
  options.cache_bytes = 0;
  OpenedStore store(disk.data(), options);
  REQUIRE(store->write("key", {}, object_of(0), Sync::yes).ok());
  store.commit();

  disk.fill_up_to(2 * 1024 * 1024);
  disk.fill_up_to(0);
  int written = 0;
  WriteSequence last{};
  CHECK(wait_until([&] {
    const auto write = store->write(key_of(written), {}, object_of(written), Sync::yes);
    if (!write) return true;
    last = *write;
    ++written;
    store->submit();
    return false;
  }));
  CHECK(store->refusing() == "the disk of " + disk.data() + " is full: free some space");
  CHECK(store->take_durable() < last);
  CHECK(store->pending_bytes() > 0);
  // Reads go on: of what is durable, and of what is pending.
  CHECK(store->read("key").value().object == object_of(0));
  CHECK(store->read(key_of(written - 1)).value().object == object_of(written - 1));
  CHECK(store->read(key_of(written - 1)).value().pending == last);

  disk.make_space();
  CHECK(wait_until([&] { return store->take_durable() == last; }));
  CHECK(wait_until([&] { return store->refusing().empty(); }));
  REQUIRE(store->write("yes", {}, object_of(1), Sync::yes).ok());
  store.reopen();
  for (int number = 0; number < written; ++number) {
    CHECK(store->read(key_of(number)).value().object == object_of(number));
  }
  CHECK(store->read("yes").value().object == object_of(1));
  CHECK_FALSE(store.told().fatal().has_value());
}

TEST_CASE(kAtStart) {
  const auto folder = other_role();
  if (!folder) {
    CHECK(passed_with_small_disk(kAtStart));
    return;
  }
  const SmallDisk disk(*folder);
  StorageOptions options;
  options.disk_reserve = 0;
  options.peer = history::peer('p');
  options.directory = disk.data();
  // As a crash leaves it: copied while it is in use. Its log is to be written into a file.
  {
    OpenedStore store(*folder + "/live", options);
    for (int i = 0; i < 40; ++i) {
      REQUIRE(store->write(key_of(i), {}, object_of(i), Sync::yes).ok());
    }
    store.commit();
    std::filesystem::copy(*folder + "/live", disk.data(), std::filesystem::copy_options::recursive);
  }
  std::filesystem::remove_all(*folder + "/live");
  for (const std::uint64_t free :
       {std::uint64_t{0}, std::uint64_t{100'000}, std::uint64_t{1} << 20, std::uint64_t{3} << 20}) {
    CAPTURE(free);
    disk.make_space();
    disk.fill_up_to(free);
    if (free == 0) disk.fill_up();
    const auto refused = RocksStore::open(options);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "no-room");
    CHECK(refused.error().message.find("the disk of " + disk.data() + " is full") == 0);
  }
  disk.make_space();
  OpenedStore store(disk.data(), options);
  CHECK(store->is_complete());
  for (int i = 0; i < 40; ++i) CHECK(store->read(key_of(i)).value().object == object_of(i));
  // A first start finds no space either.
  store.close();
  disk.fill_up_to(0);
  disk.fill_up();
  options.directory = *folder + "/fresh";
  CHECK_FALSE(RocksStore::open(options).ok());
  disk.make_space();
  CHECK(RocksStore::open(options).ok());
}

TEST_CASE(kReadOnly) {
  const auto folder = other_role();
  if (!folder) {
    CHECK(passed_with_small_disk(kReadOnly));
    return;
  }
  const SmallDisk disk(*folder);
  StorageOptions options;
  options.disk_reserve = 0;
  {
    OpenedStore store(disk.data(), options);
    REQUIRE(store->write("key", {}, object_of(0), Sync::yes).ok());
  }
  REQUIRE(disk.make_read_only());
  options.directory = disk.data();
  options.peer = history::peer('p');
  const auto refused = RocksStore::open(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("Read-only file system") != std::string::npos);
}

TEST_CASE(kNoDescriptors) {
  const auto folder = other_role();
  if (!folder) {
    const TemporaryFolder temporary;
    OtherProcess other(kNoDescriptors, temporary.path());
    CHECK(other.wait() == 0);
    return;
  }
  const std::string data = *folder + "/data";
  {
    OpenedStore store(data);
    REQUIRE(store->write("key", {}, object_of(0), Sync::yes).ok());
  }
  {
    OpenedStore store(data);  // leaves one more file
    REQUIRE(store->write("other", {}, object_of(0), Sync::yes).ok());
  }
  StorageOptions options;
  options.directory = data;
  options.peer = history::peer('p');
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next = ::dup(0);
  ::close(next);
  int refusals = 0;
  for (rlim_t more = 0; more < 40; ++more) {
    const rlimit limit{static_cast<rlim_t>(next) + more, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    const auto opened = RocksStore::open(options);
    if (opened.ok()) break;
    ++refusals;
    INFO(opened.error().message);
    CHECK(opened.error().message.find("Too many open files") != std::string::npos);
    CHECK(opened.error().code != "lost-data");
  }
  CHECK(refusals > 3);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto opened = RocksStore::open(options);
  REQUIRE(opened.ok());
  CHECK((*opened)->is_complete());
  CHECK_FALSE((*opened)->read("other").value().object.empty());
}
