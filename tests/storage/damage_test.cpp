// Records that are no longer what was written: told apart by their checksums, and left out.
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>

#include "storage/opened_store.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "store/hint_ledger.h"
#include "store/store_contract.h"
#include "version/object_bytes.h"

using namespace oxbow;
using namespace oxbow::contract;
using namespace oxbow::storage;
using namespace oxbow::test;

namespace {

/// Changes records behind the store's back, while it is closed.
void overwrite(const TemporaryFolder& folder, const std::string& stored_key,
               const std::string& bytes) {
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(rocksdb::Options(), folder.at("rocksdb"), &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  REQUIRE(database->Put(rocksdb::WriteOptions(), stored_key, bytes).ok());
}

}  // namespace

TEST_CASE("a damaged object is an error, and a scan meets it as one that is empty") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  for (int i = 0; i < 20; ++i) write(*store, "key" + std::to_string(i), object_of("v"));
  store.close();
  std::string bytes = encode_object(object_of("v"), "key7");
  bytes[40] ^= 1;
  overwrite(folder, object_key("key7"), bytes);
  store.open();
  CHECK(store->figures().damaged == 1);  // met as it was opened
  const auto damaged = store->read("key7");
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().code == "damaged");
  CHECK(store->figures().damaged == 2);
  CHECK(scanned(*store).size() == 19);
  std::vector<ScannedObject> page;
  Store::Cursor cursor;
  REQUIRE(store->scan(cursor, ~std::uint64_t{0}, 100, 1'000'000, page).ok());
  CHECK(page.size() == 20);
  CHECK(cursor.left_out == 0);
  for (const ScannedObject& met : page) CHECK(met.object.empty() == (met.key == "key7"));
  // It is lost, and may be written again.
  REQUIRE(store->write("key7", {}, object_of("again"), Sync::yes).ok());
  store.reopen();
  CHECK(read(*store, "key7") == object_of("again"));
  CHECK(store->objects() == 20);
  CHECK(store->figures().damaged == 0);
}

TEST_CASE("an object in another's place is damaged") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  store.close();
  overwrite(folder, object_key("key"), encode_object(object_of("v"), "other"));
  store.open();
  CHECK(store->read("key").error().code == "damaged");
}

TEST_CASE("a damaged hint is left out, and counted no more") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  for (int i = 0; i < 5; ++i) {
    REQUIRE(store->write_hint(hint_for('x', "key" + std::to_string(i), "v"), Sync::yes).ok());
  }
  REQUIRE(store->write_hint(hint_for('y', "key", "v"), Sync::yes).ok());
  store.close();
  // The time is under the checksum as well.
  std::string bytes = hint_bytes(peer('x'), "key2", object_of("v"), Duration(5));
  bytes[7] ^= 1;
  overwrite(folder, hint_key(peer('x'), "key2"), bytes);
  overwrite(folder, hint_key(peer('y'), "key"), "");
  store.open();
  CHECK(store->hints_for(peer('x')).hints == 5);
  CHECK_FALSE(store->read_hint(peer('x'), "key2").has_value());
  CHECK(store->read_hints("key2", Conflicts::siblings)->state == CopyState::damaged);
  CHECK(store->read_hints("key3", Conflicts::siblings)->state == CopyState::whole);
  CHECK(hinted(*store, 'x') == std::vector<std::string>{"key0", "key1", "key3", "key4"});
  CHECK(store->hints_for(peer('x')).hints == 4);
  CHECK(hinted(*store, 'y').empty());
  CHECK(store->hint_destinations() == std::vector<PeerId>{peer('x')});
  store.reopen();
  CHECK(store->hint_destinations() == std::vector<PeerId>{peer('x')});
  CHECK(store->hints_for(peer('x')).hints == 4);
}

TEST_CASE("totals that are damaged, or count what is not there, come right") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  REQUIRE(store->write_hint(hint_for('x', "key", "v"), Sync::yes).ok());
  store.close();
  overwrite(folder, totals_key(peer('x')), "rot");
  overwrite(folder, totals_key(peer('y')), totals_bytes(peer('y'), {7, 700}));
  store.open();
  CHECK(hinted(*store, 'x') == std::vector<std::string>{"key"});
  CHECK(hinted(*store, 'y').empty());
  CHECK(store->hint_destinations() == std::vector<PeerId>{peer('x')});
  store->erase_hint(peer('x'), "key");
  CHECK(store->hint_destinations().empty());
  CHECK(store->all_hints().bytes == 0);
}

TEST_CASE("damaged totals orphan no hint: what they count is counted again") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  std::uint64_t bytes = 0;
  for (int i = 0; i < 40; ++i) {
    const Hint hint = hint_for('x', "key" + std::to_string(i), std::string(100, 'v'));
    bytes += oxbow::size_of(hint);
    REQUIRE(store->write_hint(hint, Sync::yes).ok());
  }
  store.close();
  SUBCASE("rot") { overwrite(folder, totals_key(peer('x')), "rot"); }
  SUBCASE("another's") {
    overwrite(folder, totals_key(peer('x')), totals_bytes(peer('y'), {7, 700}));
  }
  SUBCASE("none") { overwrite(folder, totals_key(peer('x')), totals_bytes(peer('x'), {0, 0})); }
  store.open();
  CHECK(store->all_hints().hints == 40);
  CHECK(store->all_hints().bytes == bytes);
  store->erase_hint(peer('x'), "key7");
  CHECK(hinted(*store, 'x').size() == 39);
  for (const std::string& key : hinted(*store, 'x')) store->erase_hint(peer('x'), key);
  CHECK(store->all_hints().hints == 0);
  CHECK(store->all_hints().bytes == 0);
}

TEST_CASE("totals that are intact and wrong come right once all hints were gone through") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  const Hint hint = hint_for('x', "key", "v");
  REQUIRE(store->write_hint(hint, Sync::yes).ok());
  store.close();
  SUBCASE("too few") { overwrite(folder, totals_key(peer('x')), totals_bytes(peer('x'), {1, 0})); }
  SUBCASE("too many") {
    overwrite(folder, totals_key(peer('x')), totals_bytes(peer('x'), {50, 5000}));
  }
  store.open();
  CHECK(hinted(*store, 'x') == std::vector<std::string>{"key"});
  CHECK(store->all_hints().hints == 1);
  CHECK(store->all_hints().bytes == oxbow::size_of(hint));
}

TEST_CASE("a hint that cannot be read is replaced by the next one, and counted once") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  REQUIRE(store->write_hint(hint_for('x', "key", "old"), Sync::yes).ok());
  REQUIRE(store->write_hint(hint_for('x', "other", "v"), Sync::yes).ok());
  store.close();
  overwrite(folder, hint_key(peer('x'), "key"), "rot");
  store.open();
  REQUIRE(store->write_hint(hint_for('x', "key", "new"), Sync::yes).ok());
  CHECK(store->all_hints().hints == 2);
  CHECK(hinted(*store, 'x') == std::vector<std::string>{"key", "other"});
  CHECK(store->all_hints().hints == 2);
  CHECK(store->all_hints().bytes ==
        oxbow::size_of(hint_for('x', "key", "new")) + oxbow::size_of(hint_for('x', "other", "v")));
}

TEST_CASE(
    "hints behind a block that cannot be read are delivered, and those in it not waited for") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  constexpr int kHints = 2000;
  const auto key_of = [](int i) { return "key" + std::to_string(10'000 + i); };
  for (const char destination : {'w', 'x', 'y'}) {
    for (int i = 0; i < kHints; ++i) {
      REQUIRE(store->write_hint(hint_for(destination, key_of(i), std::to_string(i * i)), Sync::yes)
                  .ok());
    }
  }
  store.close();
  // A byte in the middle of the file, which is amid the hints of x.
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(folder.at("rocksdb"))) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) {
      largest = entry.path();
    }
  }
  REQUIRE_FALSE(largest.empty());
  {
    std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(largest) / 2));
    file.put('\x55');
    file.put('\xaa');
  }
  store.open();
  CHECK(store->hint_destinations() == std::vector<PeerId>{peer('w'), peer('x'), peer('y')});
  CHECK(hinted(*store, 'w', 100).size() == kHints);
  CHECK(hinted(*store, 'y', 100).size() == kHints);
  const std::vector<std::string> left = hinted(*store, 'x', 100);
  CHECK(left.size() < kHints);
  CHECK(left.size() > kHints * 3 / 4);
  CHECK(left.front() == key_of(0));
  CHECK(left.back() == key_of(kHints - 1));
  CHECK(store->hints_for(peer('x')).hints == left.size());
  CHECK(store->damaged_hints() == kHints - left.size());
  for (const std::string& key : left) store->erase_hint(peer('x'), key);
  CHECK(store->hints_for(peer('x')).hints == 0);
}

TEST_CASE("a damaged small record is an error, not one that was never written") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  REQUIRE(store->write_record("ring", "members").ok());
  store.close();
  overwrite(folder, record_key("ring"), checked_bytes("ring", "members") + "x");
  store.open();
  CHECK(store->read_record("ring").error().code == "damaged");
  CHECK(store->figures().damaged == 1);
}

TEST_CASE("bit rot in a file costs the objects of one block, and no more") {
  const TemporaryFolder folder;
  StorageOptions options;
  options.cache_bytes = 0;
  OpenedStore store(folder.path(), options);
  constexpr std::size_t kObjects = 3000;
  // Larger than what is gone through at once when it is opened.
  for (std::size_t i = 0; i < kObjects; ++i) {
    write(*store, "key" + std::to_string(i), object_of(std::string(4000, 'v')));
  }
  store.close();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.at("rocksdb"))) {
    if (entry.path().extension() != ".sst") continue;
    ++files;
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
    file.write("rot", 3);
    REQUIRE(file.good());
  }
  REQUIRE(files > 0);
  store.open();
  std::size_t lost = 0;
  for (std::size_t i = 0; i < kObjects; ++i) {
    const auto found = store->read("key" + std::to_string(i));
    if (found.ok()) continue;
    CHECK(found.error().code == "damaged");
    ++lost;
  }
  CHECK(lost >= files);
  CHECK(lost <= 3 * files);
  const std::size_t left = scanned(*store).size();
  CHECK(left <= kObjects - lost);
  CHECK(left >= kObjects - lost - 3 * files);  // and what shares a slice with them
}

TEST_CASE("bit rot in a small store costs the objects of one block, and it starts all the same") {
  for (int part = 0; part < 8; ++part) {
    CAPTURE(part);
    const TemporaryFolder folder;
    OpenedStore store(folder.path());
    constexpr std::size_t kObjects = 200;
    for (std::size_t i = 0; i < kObjects; ++i) {
      write(*store, "key" + std::to_string(i), object_of(std::string(180, 'v')));
    }
    REQUIRE(store->write_hint(hint_for('x', "key", "v"), Sync::yes).ok());
    REQUIRE(store->write_record("ring", "members").ok());
    store.close();
    for (const auto& entry : std::filesystem::directory_iterator(folder.at("rocksdb"))) {
      if (entry.path().extension() != ".sst") continue;
      std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
      // The last quarter has the index and such: without it there is no file.
      file.seekp(static_cast<std::streamoff>(entry.file_size()) * part * 3 / 32 + 100);
      file.write("rot", 3);
      REQUIRE(file.good());
    }
    store.open();
    CHECK(store->is_complete());
    std::size_t lost = 0;
    for (std::size_t i = 0; i < kObjects; ++i) {
      const auto found = store->read("key" + std::to_string(i));
      lost += found.ok() ? 0U : 1U;
      if (found.ok()) CHECK_FALSE(found->object.empty());
    }
    CHECK(lost <= 20);
    CHECK(store->objects() == kObjects - lost);
    CHECK(scanned(*store).size() == kObjects - lost);
    CHECK(store->figures().damaged > 0);
  }
}

TEST_CASE("a file that cannot be opened at all is named, with a remedy, and nothing is changed") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  for (int i = 0; i < 200; ++i) write(*store, "key" + std::to_string(i), object_of("v"));
  store.close();
  std::string name;
  for (const auto& entry : std::filesystem::directory_iterator(folder.at("rocksdb"))) {
    if (entry.path().extension() != ".sst") continue;
    name = entry.path().filename().string();
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(entry.file_size()) - 20);
    file.write("rotrotrotrot", 12);
  }
  StorageOptions options;
  options.directory = folder.path();
  options.peer = peer('p');
  const auto refused = RocksStore::open(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find(name) != std::string::npos);
  CHECK(refused.error().message.find("--accept-loss") != std::string::npos);
  options.accept_loss = true;
  const auto accepted = RocksStore::open(options);
  REQUIRE(accepted.ok());
  CHECK_FALSE((*accepted)->is_complete());
  CHECK(std::filesystem::exists(folder.at("rocksdb/lost/" + name)));
}
