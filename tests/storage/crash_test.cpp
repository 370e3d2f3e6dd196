// kill -9 in the midst of writes, again and again: all that was said to be durable is there
// afterwards, and opening has little to read again.
#include <chrono>
#include <cstdint>
#include <filesystem>

#include "base/random.h"
#include "storage/opened_store.h"
#include "storage/other_process.h"
#include "storage/record_keys.h"

using namespace oxbow;
using namespace oxbow::test;
using history::at;
using history::peer;
using history::put;
using history::values;

namespace {

constexpr const char* kCrash = "what was durable survives kill -9, many times";
constexpr const char* kLargeLog = "after kill -9 there is little to read again";

std::string key_of(std::uint64_t round, std::uint64_t number) {
  return "round" + std::to_string(round) + "/" + std::to_string(number);
}

/// Each turn: an object, a hint and a hot key, which name the turn. Their sequences are 3n - 2,
/// 3n - 1 and 3n.
[[noreturn]] void write_for_ever(const std::string& directory, std::uint64_t round) {
  StorageOptions options;
  options.directory = directory;
  options.peer = peer('p');
  options.on_durable = [](WriteSequence sequence) {
    const auto number = static_cast<std::uint64_t>(sequence);
    if (::write(OtherProcess::kReportTo, &number, sizeof number) < 0) ::_exit(3);
  };
  auto opened = RocksStore::open(options);
  if (!opened) ::_exit(4);
  RocksStore& store = **opened;
  Random random(round);
  for (std::uint64_t number = 1;; ++number) {
    const std::string text = std::to_string(number);
    const Object object = put({}, text + std::string(random.below(2000), 'x'), {}, 'a');
    const Object hot = put({}, text, {}, 'a');
    if (!store.write(key_of(round, number), {}, object, Sync::yes) ||
        !store.write_hint({peer('h'), key_of(round, number), object, Duration(1)}, Sync::yes) ||
        !store.write("hot", {}, hot, Sync::yes)) {
      // The disk does not keep up: the first role will not let it wait for long.
      ::usleep(1000);
      --number;
      continue;
    }
    if (random.below(4) == 0) store.submit();
    while (store.pending_bytes() > 1'000'000) {
      store.submit();
      store.take_durable();
    }
  }
}

void check_all(OpenedStore& store, std::uint64_t round, std::uint64_t durable) {
  std::uint64_t missing = 0;
  for (std::uint64_t number = 1; number <= durable; ++number) {
    const std::string key = key_of(round, number);
    const Object object = store->read(key).value().object;
    const auto hint = store->read_hint(peer('h'), key);
    const std::string text = std::to_string(number);
    if (object.empty() || !hint || hint->object != object ||
        !object.siblings()[0].value->starts_with(text)) {
      ++missing;
    }
  }
  CHECK(missing == 0);
  CHECK(store->hints_for(peer('h')).hints >= durable);
  if (durable > 0) {
    CHECK(std::stoull(values(store->read("hot").value().object)[0]) >= durable);
  }
}

std::uint64_t bytes_of_logs(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".log") bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace

TEST_CASE(kCrash) {
  if (const auto role = other_role()) {
    const std::size_t space = role->find(' ');
    write_for_ever(role->substr(space + 1), std::stoull(role->substr(0, space)));
  }
  const TemporaryFolder folder;
  Random random(7);
  std::uint64_t all = 0;
  constexpr std::uint64_t kRounds = 12;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    CAPTURE(round);
    std::uint64_t sequence = 0;
    {
      OtherProcess writer(kCrash, std::to_string(round) + " " + folder.path());
      for (std::uint64_t reports = 1 + random.below(8); reports > 0; --reports) {
        REQUIRE(writer.read(&sequence, sizeof sequence));
      }
      writer.kill();
      while (writer.read(&sequence, sizeof sequence)) {  // what it said before
      }
    }
    OpenedStore store(folder.path());
    check_all(store, round, sequence / 3);
    all += sequence / 3;
    // A hint that was delivered stays away, and the next round counts its own.
    for (std::vector<Hint> page;; page.clear()) {
      store->scan_hints(peer('h'), "", 100, 1'000'000, page);
      if (page.empty()) break;
      for (const Hint& hint : page) store->erase_hint(peer('h'), hint.key);
    }
    CHECK(store->all_hints().hints == 0);
    store.close();
  }
  CHECK(all >= kRounds);
  MESSAGE(all << " durable turns checked");
}

TEST_CASE(kLargeLog) {
  constexpr std::uint64_t kWritten = 64 * 1024 * 1024;
  if (const auto directory = other_role()) {
    OpenedStore store(*directory);
    const std::string value(64 * 1024, 'v');
    for (std::uint64_t number = 0; number * value.size() < kWritten; ++number) {
      while (!store->write(key_of(1, number), {}, put({}, value, {}, 'a'), Sync::yes).ok()) {
        ::usleep(1000);
      }
      store->submit();
    }
    store.commit();
    const char done = 1;
    if (::write(OtherProcess::kReportTo, &done, 1) != 1) ::_exit(3);
    ::pause();
  }
  const TemporaryFolder folder;
  {
    OtherProcess writer(kLargeLog, folder.path());
    char done = 0;
    REQUIRE(writer.read(&done, 1));
    writer.kill();
  }
  CHECK(bytes_of_logs(folder.at("rocksdb")) <= limits::kWal + limits::kWriteBuffer);
  OpenedStore store(folder.path());
  for (std::uint64_t number = 0; number < kWritten / (64 * 1024); ++number) {
    REQUIRE_FALSE(store->read(key_of(1, number)).value().object.empty());
  }
  // What was in the log is in files now; after a clean stop nothing is in it.
  store.close();
  CHECK(bytes_of_logs(folder.at("rocksdb")) == 0);
}
