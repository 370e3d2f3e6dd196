// What every store must do, whatever it is made of. A room that has a store invokes
//   OXBOW_STORE_CONTRACT(Fixture)
// with a fixture that has
//   Store& store();    the store, empty at first
//   void settle();     called between writing and reading: nothing, or commit, or close and reopen
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "store/memory_store.h"
#include "version/history.h"

namespace oxbow::contract {

using history::at;
using history::peer;
using history::put;
using history::values;

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::size_t kMuch = 1'000'000;

inline Object object_of(const std::string& value) { return put({}, value, {}, 'a', at(7)); }

inline Object read(Store& store, std::string_view key) { return store.read(key).value().object; }

inline void write(Store& store, const std::string& key, const Object& object,
                  Sync sync = Sync::yes) {
  REQUIRE(store.write(key, read(store, key), object, sync).ok());
}

inline Hint hint_for(char destination, const std::string& key, const std::string& value,
                     std::int64_t written = 5) {
  return {peer(destination), key, object_of(value), Duration(written)};
}

/// Keys in the order of a scan, in pages of `most` objects or about `most_bytes`.
inline std::vector<std::string> scanned(Store& store, std::uint64_t first = 0,
                                        std::uint64_t last = kAll, std::size_t most = kMuch,
                                        std::size_t most_bytes = kMuch) {
  std::vector<std::string> keys;
  Store::Cursor cursor{first, {}};
  for (bool more = true; more;) {
    std::vector<ScannedObject> page;
    more = store.scan(cursor, last, most, most_bytes, page).value();
    REQUIRE(page.size() <= most);
    REQUIRE((!more || !page.empty()));
    for (const ScannedObject& each : page) {
      if (each.object.empty()) continue;  // damaged
      CHECK(each.object == read(store, each.key));
      keys.push_back(each.key);
    }
  }
  return keys;
}

inline std::vector<std::string> hinted(Store& store, char destination, std::size_t most = kMuch,
                                       std::size_t most_bytes = kMuch) {
  std::vector<std::string> keys;
  for (;;) {
    std::vector<Hint> page;
    store.scan_hints(peer(destination), keys.empty() ? "" : keys.back(), most, most_bytes, page);
    if (page.empty()) return keys;
    REQUIRE(page.size() <= most);
    for (const Hint& hint : page) {
      CHECK(hint.destination == peer(destination));
      keys.push_back(hint.key);
    }
  }
}

inline std::vector<std::string> by_hash(std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end(), [](const std::string& left, const std::string& right) {
    return std::pair(hash64(left), left) < std::pair(hash64(right), right);
  });
  return keys;
}

/// The sums of all slices as they must be for what a scan gives.
inline std::map<std::uint32_t, std::uint64_t> sums_by_scan(Store& store) {
  std::map<std::uint32_t, std::uint64_t> sums;
  for (const std::string& key : scanned(store)) {
    sums[SliceSums::slice_of(hash64(key))] += object_hash(key, read(store, key));
  }
  return sums;
}

inline void check_sums(Store& store) {
  const auto expected = sums_by_scan(store);
  std::size_t wrong = 0;
  for (std::uint32_t slice = 0; slice < SliceSums::kSlices; ++slice) {
    const auto found = expected.find(slice);
    if (store.sums()[slice] != (found == expected.end() ? 0 : found->second)) ++wrong;
  }
  CHECK(wrong == 0);
}

// -- the contract ---------------------------------------------------------------------------------

template <class Fixture>
void a_key_never_written_is_the_empty_object() {
  Fixture fixture;
  CHECK(fixture.store().read("never").value().object.empty());
  CHECK(fixture.store().read("never").value().pending == kNothingPending);
  CHECK(fixture.store().read_hints("never", Conflicts::siblings).value().object.empty());
  CHECK(scanned(fixture.store()).empty());
  CHECK(fixture.store().objects() == 0);
  CHECK(fixture.store().refusing().empty());
}

template <class Fixture>
void the_newest_write_of_a_key_is_read() {
  Fixture fixture;
  write(fixture.store(), "key", object_of("first"));
  CHECK(values(read(fixture.store(), "key")) == std::vector<std::string>{"first"});
  const Object second = put(object_of("first"), "second", {}, 'b');
  write(fixture.store(), "key", second, Sync::no);
  write(fixture.store(), "other", object_of(""));
  fixture.settle();
  CHECK(read(fixture.store(), "key") == second);
  CHECK(read(fixture.store(), "other") == object_of(""));
  CHECK(read(fixture.store(), "ke").empty());
  CHECK(fixture.store().objects() == 2);
}

template <class Fixture>
void keys_of_any_bytes_are_kept_apart() {
  Fixture fixture;
  const std::vector<std::string> keys = {"a",        std::string("a\0", 2),  std::string("a\0b", 3),
                                         "\xff\xff", std::string(1024, 'k'), std::string("\0", 1)};
  for (const std::string& key : keys) write(fixture.store(), key, object_of("of " + key));
  fixture.settle();
  for (const std::string& key : keys) {
    CHECK(values(read(fixture.store(), key)) == std::vector<std::string>{"of " + key});
  }
  CHECK(scanned(fixture.store()) == by_hash(keys));
}

template <class Fixture>
void what_was_erased_is_gone() {
  Fixture fixture;
  write(fixture.store(), "key", object_of("v"));
  write(fixture.store(), "stays", object_of("v"));
  fixture.settle();
  REQUIRE(fixture.store().erase("key", read(fixture.store(), "key")).ok());
  CHECK(read(fixture.store(), "key").empty());
  CHECK(scanned(fixture.store()) == std::vector<std::string>{"stays"});
  fixture.settle();
  CHECK(read(fixture.store(), "key").empty());
  CHECK(scanned(fixture.store()) == std::vector<std::string>{"stays"});
  CHECK(fixture.store().objects() == 1);
  write(fixture.store(), "key", object_of("again"));
  fixture.settle();
  CHECK(read(fixture.store(), "key") == object_of("again"));
}

template <class Fixture>
void a_scan_gives_each_object_once_in_the_order_of_hashes() {
  Fixture fixture;
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) {
    write(fixture.store(), key, object_of("v"));
    if (key == "key99") fixture.settle();
  }
  const std::vector<std::string> all = by_hash(keys);
  CHECK(scanned(fixture.store()) == all);
  fixture.settle();
  CHECK(scanned(fixture.store()) == all);
  CHECK(scanned(fixture.store(), 0, kAll, 7) == all);
  CHECK(scanned(fixture.store(), 0, kAll, kMuch, 1) == all);     // one object a page
  CHECK(scanned(fixture.store(), 0, kAll, kMuch, 1000) == all);  // a few
  // Both ends belong to the range.
  const std::uint64_t first = hash64(all[50]);
  const std::uint64_t last = hash64(all[60]);
  const std::vector<std::string> some(all.begin() + 50, all.begin() + 61);
  CHECK(scanned(fixture.store(), first, last) == some);
  CHECK(scanned(fixture.store(), first, last, 3) == some);
  CHECK(scanned(fixture.store(), first, first) == std::vector<std::string>{all[50]});
  CHECK(scanned(fixture.store(), first + 1, last - 1).size() == 9);
  CHECK(scanned(fixture.store(), hash64(all.back()) + 1, kAll).empty());
}

template <class Fixture>
void the_sums_of_the_slices_follow_every_write() {
  Fixture fixture;
  Store& store = fixture.store();
  for (int i = 0; i < 50; ++i) write(store, "key" + std::to_string(i), object_of("v"));
  for (int i = 0; i < 50; i += 3) {
    const std::string key = "key" + std::to_string(i);
    write(store, key, put(read(store, key), "w", {}, 'b'));
  }
  for (int i = 0; i < 50; i += 5) {
    const std::string key = "key" + std::to_string(i);
    REQUIRE(store.erase(key, read(store, key)).ok());
  }
  CHECK(store.sums_known());
  check_sums(store);
}

template <class Fixture>
void sums_are_found_anew_while_writes_go_on() {
  Fixture fixture;
  for (int i = 0; i < 300; ++i) write(fixture.store(), "key" + std::to_string(i), object_of("v"));
  fixture.settle();
  Store& store = fixture.store();
  Random random(3);
  for (bool more = true; more;) {
    more = store.rebuild_sums(1 + random.below(20), kMuch).value();
    for (int i = 0; i < 5; ++i) {
      const std::string key = "key" + std::to_string(random.below(400));
      const Object before = read(store, key);
      if (!before.empty() && random.below(3) == 0) {
        REQUIRE(store.erase(key, before).ok());
      } else {
        write(store, key, put(before, "w", before.context(), 'b'));
      }
    }
  }
  CHECK(store.sums_known());
  check_sums(store);
  CHECK(store.objects() == scanned(store).size());
}

template <class Fixture>
void a_hint_is_kept_for_each_member_and_key() {
  Fixture fixture;
  const Hint first = hint_for('x', "key", "first", 5);
  REQUIRE(fixture.store().write_hint(first, Sync::yes).ok());
  REQUIRE(fixture.store().write_hint(hint_for('y', "key", "for y"), Sync::no).ok());
  REQUIRE(fixture.store().write_hint(hint_for('x', "other", "v"), Sync::yes).ok());
  Hint second = first;
  second.object = put(first.object, "second", {}, 'b');
  REQUIRE(fixture.store().write_hint(second, Sync::yes).ok());
  fixture.settle();
  Store& store = fixture.store();
  const auto read_back = store.read_hint(peer('x'), "key");
  REQUIRE(read_back.has_value());
  CHECK(read_back->object == second.object);
  CHECK(read_back->written == Duration(5));
  CHECK(read_back->destination == peer('x'));
  CHECK(read_back->key == "key");
  CHECK_FALSE(store.read_hint(peer('z'), "key").has_value());
  CHECK_FALSE(store.read_hint(peer('y'), "other").has_value());
  CHECK(store.hint_destinations() == std::vector<PeerId>{peer('x'), peer('y')});
  CHECK(store.hints_for(peer('x')).hints == 2);
  CHECK(store.hints_for(peer('x')).bytes ==
        3 + second.object.byte_size() + 5 + object_of("v").byte_size());
  CHECK(store.hints_for(peer('z')).hints == 0);
  CHECK(store.all_hints().hints == 3);
  // Hints are no objects.
  CHECK(store.read("key").value().object.empty());
  CHECK(scanned(store).empty());
  CHECK(store.objects() == 0);
}

template <class Fixture>
void the_hints_of_a_key_are_read_together() {
  Fixture fixture;
  Hint other = hint_for('y', "key", "");
  other.object = put({}, "of b", {}, 'b');
  REQUIRE(fixture.store().write_hint(hint_for('x', "key", "of a"), Sync::yes).ok());
  fixture.settle();
  REQUIRE(fixture.store().write_hint(other, Sync::yes).ok());
  REQUIRE(fixture.store().write_hint(hint_for('x', "other", "v"), Sync::yes).ok());
  const auto all = fixture.store().read_hints("key", Conflicts::siblings).value();
  CHECK(values(all.object) == std::vector<std::string>{"of a", "of b"});
}

template <class Fixture>
void hints_that_were_delivered_are_erased() {
  Fixture fixture;
  for (const char destination : {'x', 'y'}) {
    for (int i = 0; i < 10; ++i) {
      REQUIRE(fixture.store()
                  .write_hint(hint_for(destination, "key" + std::to_string(i), "v"), Sync::yes)
                  .ok());
    }
  }
  fixture.settle();
  for (int i = 0; i < 10; ++i) {
    fixture.store().erase_hint(peer('x'), "key" + std::to_string(i));
  }
  fixture.store().erase_hint(peer('y'), "key3");
  fixture.store().erase_hint(peer('y'), "key3");
  fixture.store().erase_hint(peer('z'), "key3");
  CHECK(hinted(fixture.store(), 'x').empty());
  fixture.settle();
  CHECK(hinted(fixture.store(), 'x').empty());
  CHECK(hinted(fixture.store(), 'y').size() == 9);
  CHECK(fixture.store().hint_destinations() == std::vector<PeerId>{peer('y')});
  CHECK(fixture.store().all_hints().hints == 9);
  CHECK(fixture.store().all_hints().bytes == 9 * (4 + object_of("v").byte_size()));
}

template <class Fixture>
void hints_are_scanned_by_key_in_pages() {
  Fixture fixture;
  std::vector<std::string> keys;
  for (int i = 10; i < 60; ++i) {
    keys.push_back("key" + std::to_string(i));
    for (const char destination : {'w', 'x', 'y'}) {
      REQUIRE(fixture.store().write_hint(hint_for(destination, keys.back(), "v"), Sync::yes).ok());
    }
    if (i == 30) fixture.settle();
  }
  CHECK(hinted(fixture.store(), 'x') == keys);
  CHECK(hinted(fixture.store(), 'x', 7) == keys);
  CHECK(hinted(fixture.store(), 'x', kMuch, 1) == keys);
  fixture.settle();
  CHECK(hinted(fixture.store(), 'x', 1) == keys);
  CHECK(hinted(fixture.store(), 'z').empty());
}

template <class Fixture>
void small_records_are_kept_by_name() {
  Fixture fixture;
  CHECK(fixture.store().read_record("ring").value() == std::nullopt);
  REQUIRE(fixture.store().write_record("ring", "old").ok());
  const std::string bytes("new\0bytes", 9);
  REQUIRE(fixture.store().write_record("ring", bytes).ok());
  REQUIRE(fixture.store().write_record("empty", "").ok());
  fixture.settle();
  CHECK(fixture.store().read_record("ring").value() == bytes);
  CHECK(fixture.store().read_record("empty").value() == "");
  CHECK(fixture.store().read_record("rin").value() == std::nullopt);
  CHECK(scanned(fixture.store()).empty());
}

/// Any sequence of operations gives what a store of maps gives.
template <class Fixture>
void it_behaves_like_a_map() {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Fixture fixture;
    MemoryStore model;
    for (int step = 0; step < 400; ++step) {
      const std::string key = "key" + std::to_string(random.below(30));
      const char destination = static_cast<char>('w' + random.below(3));
      const Sync sync = random.below(2) == 0 ? Sync::no : Sync::yes;
      const Object before = read(fixture.store(), key);
      REQUIRE(before == read(model, key));
      switch (random.below(6)) {
        case 0:
        case 1: {
          const Object after = put(before, std::to_string(step), before.context(), 'a');
          REQUIRE(fixture.store().write(key, before, after, sync).ok());
          REQUIRE(model.write(key, before, after, sync).ok());
          break;
        }
        case 2:
          REQUIRE(fixture.store().erase(key, before).ok());
          REQUIRE(model.erase(key, before).ok());
          break;
        case 3: {
          const Hint hint = hint_for(destination, key, std::to_string(step), step);
          REQUIRE(fixture.store().write_hint(hint, sync).ok());
          REQUIRE(model.write_hint(hint, sync).ok());
          break;
        }
        case 4:
          fixture.store().erase_hint(peer(destination), key);
          model.erase_hint(peer(destination), key);
          break;
        default:
          if (random.below(16) == 0) fixture.settle();
      }
    }
    CHECK(scanned(fixture.store(), 0, kAll, 4) == scanned(model));
    CHECK(fixture.store().objects() == model.objects());
    CHECK(fixture.store().hint_destinations() == model.hint_destinations());
    for (const char destination : {'w', 'x', 'y'}) {
      CHECK(hinted(fixture.store(), destination, 3) == hinted(model, destination));
      CHECK(fixture.store().hints_for(peer(destination)).bytes ==
            model.hints_for(peer(destination)).bytes);
    }
    for (int i = 0; i < 30; ++i) {
      const std::string key = "key" + std::to_string(i);
      CHECK(fixture.store().read_hints(key, Conflicts::siblings).value().object ==
            model.read_hints(key, Conflicts::siblings).value().object);
    }
  }
}

}  // namespace oxbow::contract

/// One test case for each clause, named after the fixture.
#define OXBOW_STORE_CONTRACT(Fixture)                                                 \
  TEST_CASE(#Fixture ": a key never written is the empty object") {                   \
    oxbow::contract::a_key_never_written_is_the_empty_object<Fixture>();              \
  }                                                                                   \
  TEST_CASE(#Fixture ": the newest write of a key is read") {                         \
    oxbow::contract::the_newest_write_of_a_key_is_read<Fixture>();                    \
  }                                                                                   \
  TEST_CASE(#Fixture ": keys of any bytes are kept apart") {                          \
    oxbow::contract::keys_of_any_bytes_are_kept_apart<Fixture>();                     \
  }                                                                                   \
  TEST_CASE(#Fixture ": what was erased is gone") {                                   \
    oxbow::contract::what_was_erased_is_gone<Fixture>();                              \
  }                                                                                   \
  TEST_CASE(#Fixture ": a scan gives each object once, in the order of hashes") {     \
    oxbow::contract::a_scan_gives_each_object_once_in_the_order_of_hashes<Fixture>(); \
  }                                                                                   \
  TEST_CASE(#Fixture ": the sums of the slices follow every write") {                 \
    oxbow::contract::the_sums_of_the_slices_follow_every_write<Fixture>();            \
  }                                                                                   \
  TEST_CASE(#Fixture ": sums are found anew while writes go on") {                    \
    oxbow::contract::sums_are_found_anew_while_writes_go_on<Fixture>();               \
  }                                                                                   \
  TEST_CASE(#Fixture ": a hint is kept for each member and key") {                    \
    oxbow::contract::a_hint_is_kept_for_each_member_and_key<Fixture>();               \
  }                                                                                   \
  TEST_CASE(#Fixture ": the hints of a key are read together") {                      \
    oxbow::contract::the_hints_of_a_key_are_read_together<Fixture>();                 \
  }                                                                                   \
  TEST_CASE(#Fixture ": hints that were delivered are erased") {                      \
    oxbow::contract::hints_that_were_delivered_are_erased<Fixture>();                 \
  }                                                                                   \
  TEST_CASE(#Fixture ": hints are scanned by key, in pages") {                        \
    oxbow::contract::hints_are_scanned_by_key_in_pages<Fixture>();                    \
  }                                                                                   \
  TEST_CASE(#Fixture ": small records are kept by name") {                            \
    oxbow::contract::small_records_are_kept_by_name<Fixture>();                       \
  }                                                                                   \
  TEST_CASE(#Fixture ": it behaves like a map") {                                     \
    oxbow::contract::it_behaves_like_a_map<Fixture>();                                \
  }                                                                                   \
  static_assert(true)
