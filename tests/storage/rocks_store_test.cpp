// The store on disk keeps the contract of all stores: with everything pending, with everything
// committed, without a cache, and closed and opened again between any two steps.
#include "storage/rocks_store.h"

#include "storage/opened_store.h"
#include "store/store_contract.h"

using namespace oxbow;
using namespace oxbow::contract;
using namespace oxbow::test;

namespace {

StorageOptions without_cache() {
  StorageOptions options;
  options.cache_bytes = 0;
  return options;
}

/// The object as a delete leaves it.
Object deleted(Object object) {
  const Actor by = history::actor('d');
  const Dot dot{by, object.clock().counter(by) + 1};
  object.replace(object.context(), {dot, nullptr, at(9)}, Conflicts::siblings);
  return object;
}

struct OnDisk {
  explicit OnDisk(StorageOptions options = {}) : opened(folder.path(), std::move(options)) {}
  Store& store() { return *opened; }

  TemporaryFolder folder;
  OpenedStore opened;
};
struct AllPending : OnDisk {
  void settle() {}
};
struct PendingWithoutCache : OnDisk {
  PendingWithoutCache() : OnDisk(without_cache()) {}
  void settle() {}
};
struct Committed : OnDisk {
  void settle() { opened.commit(); }
};
struct CommittedWithoutCache : OnDisk {
  CommittedWithoutCache() : OnDisk(without_cache()) {}
  void settle() { opened.commit(); }
};
struct Reopened : OnDisk {
  void settle() { opened.reopen(); }
};

}  // namespace

OXBOW_STORE_CONTRACT(AllPending);
OXBOW_STORE_CONTRACT(PendingWithoutCache);
OXBOW_STORE_CONTRACT(Committed);
OXBOW_STORE_CONTRACT(CommittedWithoutCache);
OXBOW_STORE_CONTRACT(Reopened);

TEST_CASE("a write is shown at once, and says what it waits for until that is durable") {
  OnDisk disk;
  Store& store = disk.store();
  const WriteSequence first = store.write("key", {}, object_of("v"), Sync::yes).value();
  const WriteSequence second = store.write("other", {}, object_of("v"), Sync::yes).value();
  CHECK(first == WriteSequence{1});
  CHECK(second == WriteSequence{2});
  CHECK(store.read("key").value().pending == first);
  CHECK(store.read("other").value().pending == second);
  CHECK(store.pending_bytes() > 0);
  store.submit();
  CHECK(disk.opened.told().wait_durable(second));
  CHECK(disk.opened->durable() == second);
  CHECK(store.read("key").value().pending == kNothingPending);
  CHECK(disk.opened->take_durable() == second);
  CHECK(store.pending_bytes() == 0);
}

TEST_CASE("the next turn lets go of the memory of what has been committed, written or not") {
  OnDisk disk;
  Store& store = disk.store();
  const WriteSequence written = store.write("key", {}, object_of("v"), Sync::yes).value();
  store.submit();
  CHECK(disk.opened.told().wait_durable(written));
  CHECK(store.pending_bytes() > 0);
  store.submit();
  CHECK(store.pending_bytes() == 0);
}

TEST_CASE("a write that needs no sync is waited for by nobody") {
  OnDisk disk;
  Store& store = disk.store();
  CHECK(store.write("key", {}, object_of("v"), Sync::no).value() == kNothingPending);
  CHECK(store.read("key").value().pending == kNothingPending);
  CHECK(store.write_hint(hint_for('x', "key", "v"), Sync::no).value() == kNothingPending);
  CHECK(store.read_hints("key", Conflicts::siblings).value().pending == kNothingPending);
}

TEST_CASE("what shows an earlier write that is not durable waits for that one") {
  OnDisk disk(without_cache());
  Store& store = disk.store();
  const Object first = object_of("first");
  const WriteSequence synced = store.write("key", {}, first, Sync::yes).value();
  REQUIRE(store.write("key", first, put(first, "second", {}, 'b'), Sync::no).ok());
  CHECK(store.read("key").value().pending == synced);
}

TEST_CASE("hints say what they wait for") {
  OnDisk disk;
  Store& store = disk.store();
  REQUIRE(store.write_hint(hint_for('x', "key", "v"), Sync::yes).ok());
  const WriteSequence second = store.write_hint(hint_for('y', "key", "v"), Sync::yes).value();
  CHECK(store.read_hints("key", Conflicts::siblings).value().pending == second);
  store.submit();
  REQUIRE(disk.opened.told().wait_durable(second));
  CHECK(store.read_hints("key", Conflicts::siblings).value().pending == kNothingPending);
}

TEST_CASE("the writes of a turn share one commit and one sync") {
  OnDisk disk;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(disk.store().write("key" + std::to_string(i), {}, object_of("v"), Sync::yes).ok());
  }
  disk.opened.commit();
  CHECK(disk.opened->figures().commits == 1);
  CHECK(disk.opened->figures().syncs == 1);
  CHECK(disk.opened.told().calls() == 1);
}

TEST_CASE("writes that need no sync are committed soon, without one") {
  OnDisk disk;
  REQUIRE(disk.store().write("key", {}, object_of("v"), Sync::no).ok());
  disk.store().submit();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (disk.opened->durable() < WriteSequence{1}) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
  CHECK(disk.opened->figures().commits == 1);
  CHECK(disk.opened->figures().syncs == 0);
  CHECK(disk.opened.told().calls() == 0);
}

TEST_CASE("a write that is to be synced soon is synced without anything after it") {
  OnDisk disk;
  const WriteSequence soon = disk.store().write("key", {}, object_of("v"), Sync::soon).value();
  CHECK(disk.store().read("key").value().pending == soon);
  disk.store().submit();
  CHECK(disk.opened.told().wait_durable(soon));
  CHECK(disk.opened->figures().syncs == 1);
}

TEST_CASE("writes that nobody waits for share the sync of one that somebody waits for") {
  StorageOptions options;
  options.gather_delay = std::chrono::hours(1);
  OnDisk disk(options);
  const auto submit = [&](const char* key, Sync sync) {
    const WriteSequence written = disk.store().write(key, {}, object_of("v"), sync).value();
    disk.store().submit();
    return written;
  };
  submit("a", Sync::no);
  submit("b", Sync::soon);
  const WriteSequence last = submit("c", Sync::yes);
  CHECK(disk.opened.told().wait_durable(last));
  CHECK(disk.opened->figures().syncs == 1);
  CHECK(disk.opened->figures().commits == 1);
}

TEST_CASE("above the limit of what is pending writes are refused, reads go on") {
  StorageOptions options;
  options.pending_bytes = 10'000;
  OnDisk disk(options);
  Store& store = disk.store();
  int written = 0;
  Result<WriteSequence> last = kNothingPending;
  for (; written < 100 && last.ok(); ++written) {
    last = store.write("key" + std::to_string(written), {}, object_of(std::string(1000, 'v')),
                       Sync::yes);
  }
  CHECK(written == 9);  // 1,341 bytes each: the ninth was refused
  REQUIRE_FALSE(last.ok());
  CHECK(last.error().code == "no-room");
  CHECK(store.read("key7").value().object == object_of(std::string(1000, 'v')));
  CHECK(store.read("key8").value().object.empty());
  CHECK(store.write_hint(hint_for('x', "key", "v"), Sync::yes).error().code == "no-room");
  CHECK(store.all_hints().hints == 0);
  // What makes room is not refused.
  CHECK(store.erase("key7", object_of(std::string(1000, 'v'))).ok());
  store.submit();
  REQUIRE(disk.opened.told().wait_durable(WriteSequence{8}));
  CHECK(store.write("key8", {}, object_of("v"), Sync::yes).ok());
}

TEST_CASE("a hot object comes out of the cache, and the cache stays within its bounds") {
  StorageOptions options;
  options.cache_bytes = 10'000;
  OnDisk disk(options);
  for (int i = 0; i < 50; ++i) {
    write(disk.store(), "key" + std::to_string(i), object_of(std::string(1000, 'v')));
  }
  const RocksStore::Figures figures = disk.opened->figures();
  CHECK(figures.cached_bytes <= 10'000);
  CHECK(figures.cached_objects == 6);
  for (int i = 0; i < 50; ++i) CHECK_FALSE(read(disk.store(), "key" + std::to_string(i)).empty());
  // An object above the bound of the whole cache is just not kept.
  write(disk.store(), "large", object_of(std::string(100'000, 'v')));
  CHECK(read(disk.store(), "large") == object_of(std::string(100'000, 'v')));
}

TEST_CASE("that a key is not stored is remembered, until it is written") {
  OnDisk disk;
  Store& store = disk.store();
  CHECK(read(store, "key").empty());
  CHECK(disk.opened->figures().cached_absences == 1);
  CHECK(read(store, "key").empty());
  write(store, "key", object_of("v"));
  CHECK(disk.opened->figures().cached_absences == 0);
  CHECK(read(store, "key") == object_of("v"));
  disk.opened.commit();
  REQUIRE(store.erase("key", object_of("v")).ok());
  CHECK(read(store, "key").empty());
  CHECK(disk.opened->figures().cached_absences == 0);  // it is still on disk
  disk.opened.commit();
  CHECK(read(store, "key").empty());
  CHECK(disk.opened->figures().cached_absences == 1);
  write(store, "key", object_of("again"));
  CHECK(read(store, "key") == object_of("again"));
}

TEST_CASE("absent keys take an eighth of the cache, and no room from objects") {
  StorageOptions options;
  options.cache_bytes = 80'000;
  OnDisk disk(options);
  for (int i = 0; i < 20; ++i) {
    write(disk.store(), "key" + std::to_string(i), object_of(std::string(1000, 'v')));
  }
  disk.opened.commit();
  const std::size_t objects = disk.opened->figures().cached_objects;
  for (int i = 0; i < 10'000; ++i) {
    CHECK(read(disk.store(), "absent" + std::to_string(i)).empty());
  }
  const RocksStore::Figures figures = disk.opened->figures();
  CHECK(figures.cached_objects == objects);
  CHECK(figures.cached_absences > 40);
  CHECK(figures.cached_absences < 70);
  CHECK(figures.cached_bytes <= 80'000);
}

TEST_CASE("tombstones are counted apart, over restarts and crashes too") {
  OnDisk disk;
  Store& store = disk.store();
  for (int i = 0; i < 10; ++i) write(store, "key" + std::to_string(i), object_of("v"));
  for (int i = 0; i < 4; ++i) {
    const std::string key = "key" + std::to_string(i);
    write(store, key, deleted(read(store, key)));
  }
  CHECK(store.objects() == 10);
  CHECK(store.tombstones() == 4);
  CHECK(store.live_objects() == 6);
  disk.opened.reopen();
  CHECK(disk.store().tombstones() == 4);
  CHECK(disk.store().live_objects() == 6);
}

TEST_CASE("a large store knows after a clean stop what it keeps, without looking through it") {
  OnDisk disk;
  for (int i = 0; i < 12; ++i) {
    write(disk.store(), "key" + std::to_string(i), object_of(std::string(1'000'000, 'v')));
    disk.opened.commit();
  }
  write(disk.store(), "key3", deleted(read(disk.store(), "key3")));
  write(disk.store(), "key3", put(read(disk.store(), "key3"), "v", {}, 'c'));
  write(disk.store(), "key4", deleted(read(disk.store(), "key4")));
  disk.opened.reopen();
  CHECK_FALSE(disk.store().sums_known());
  CHECK(disk.store().objects() == 12);
  CHECK(disk.store().tombstones() == 1);
}

TEST_CASE("a large object and many small ones come back as they were") {
  OnDisk disk;
  Object large;
  for (char by = 'a'; by < 'd'; ++by) {
    large = put(large, std::string(limits::kValue, by), {}, by);
  }
  write(disk.store(), "large", large);
  for (int i = 0; i < 2000; ++i) write(disk.store(), "key" + std::to_string(i), object_of("v"));
  disk.opened.reopen();
  CHECK(read(disk.store(), "large") == large);
  CHECK(disk.store().objects() == 2001);
  CHECK(disk.store().sums_known());
  check_sums(disk.store());
}
