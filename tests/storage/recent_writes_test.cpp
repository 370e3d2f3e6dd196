// What was written last, as the store on disk remembers it over a stop that came without warning.
#include <rocksdb/db.h>

#include <set>

#include "storage/opened_store.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "store/store_contract.h"

using namespace oxbow;
using namespace oxbow::contract;
using namespace oxbow::storage;
using namespace oxbow::test;

namespace {

using Keys = std::set<std::string>;

Keys recent(Store& store) {
  Keys keys;
  std::uint64_t after = 0;
  while (auto record = store.recent_writes(after)) {
    REQUIRE(record->number > after);
    after = record->number;
    keys.insert(record->keys.begin(), record->keys.end());
  }
  return keys;
}

void forget_all(Store& store) {
  std::uint64_t after = 0;
  while (const auto record = store.recent_writes(after)) {
    after = record->number;
    store.forget_recent_writes(after);
  }
}

}  // namespace

TEST_CASE("a run knows what the ones before it wrote last, and not what it writes itself") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  CHECK(recent(*store).empty());
  write(*store, "a", object_of("1"));
  store.commit();
  write(*store, std::string("b\0c", 3), object_of("2"), Sync::no);
  REQUIRE(store->write_hint(hint_for('x', "hinted", "v"), Sync::yes).ok());
  REQUIRE(store->write_record("ring", "members").ok());
  CHECK(recent(*store).empty());
  store.reopen();
  const Keys first = {"a", std::string("b\0c", 3), "hinted"};
  CHECK(recent(*store) == first);
  write(*store, "d", object_of("3"));
  store.commit();
  CHECK(recent(*store) == first);
  store.reopen();  // nothing was forgotten: a second crash, while they were offered
  Keys both = first;
  both.insert("d");
  CHECK(recent(*store) == both);
}

TEST_CASE("what was forgotten stays so, and erasing is no writing") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  write(*store, "a", object_of("1"));
  store.commit();
  write(*store, "b", object_of("1"));
  REQUIRE(store->write_hint(hint_for('x', "c", "v"), Sync::yes).ok());
  store.reopen();
  const auto first = store->recent_writes(0);
  REQUIRE(first.has_value());
  CHECK(first->keys == std::vector<std::string>{"a"});
  store->forget_recent_writes(first->number);
  store.reopen();
  CHECK(recent(*store) == Keys{"b", "c"});
  forget_all(*store);
  store->erase_hint(peer('x'), "c");
  REQUIRE(store->erase("b", read(*store, "b")).ok());
  store.reopen();
  CHECK(recent(*store).empty());
}

TEST_CASE("a stop in order, with all settled, leaves only what earlier runs were not done with") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  write(*store, "early", object_of("1"));
  store.reopen();
  write(*store, "settled", object_of("1"));
  store->all_is_settled();
  REQUIRE(store->write_record("ring", "members").ok());
  store.reopen();
  CHECK(recent(*store) == Keys{"early"});
  forget_all(*store);
  write(*store, "a", object_of("1"));
  store->all_is_settled();
  write(*store, "late", object_of("1"));  // that is not
  store.reopen();
  CHECK(recent(*store) == Keys{"a", "late"});
}

TEST_CASE("a record that is damaged is passed over, and the others are read") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  for (const char* const key : {"a", "b", "c"}) {
    write(*store, key, object_of("1"));
    store.commit();
  }
  store.reopen();
  const auto second = store->recent_writes(store->recent_writes(0)->number);
  REQUIRE(second->keys == std::vector<std::string>{"b"});
  store.close();
  {
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(rocksdb::Options(), folder.at("rocksdb"), &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    REQUIRE(database->Put(rocksdb::WriteOptions(), recent_key(second->number), "rot").ok());
  }
  store.open();
  CHECK(recent(*store) == Keys{"a", "c"});
  CHECK(store->figures().damaged == 1);
  store.reopen();
  CHECK(recent(*store) == Keys{"a", "c"});
  CHECK(store->figures().damaged == 0);
}

TEST_CASE("a record of what was written is its number and its keys, under one checksum") {
  RecentKeys keys;
  CHECK(keys.empty());
  keys.add("a");
  keys.add(std::string(1000, 'k'));
  keys.add(std::string("\0", 1));
  const auto parsed = parse_recent(9, keys.bytes(9));
  REQUIRE(parsed.has_value());
  CHECK(*parsed == std::vector<std::string>{"a", std::string(1000, 'k'), std::string("\0", 1)});
  CHECK_FALSE(parse_recent(8, keys.bytes(9)).has_value());
  CHECK(to_hex(recent_key(258)) == "770000000000000102");
}
