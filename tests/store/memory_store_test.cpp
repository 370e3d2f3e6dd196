// The store without a disk keeps the contract of all stores, and is durable at once.
#include "store/memory_store.h"

#include "store/store_contract.h"

using namespace oxbow;
using namespace oxbow::contract;

namespace {

struct InMemory {
  Store& store() { return memory; }
  void settle() {}

  MemoryStore memory;
};

}  // namespace

OXBOW_STORE_CONTRACT(InMemory);

TEST_CASE("in memory nothing is ever pending") {
  MemoryStore store;
  CHECK(store.write("key", {}, object_of("v"), Sync::yes).value() == kNothingPending);
  CHECK(store.write_hint(hint_for('x', "key", "v"), Sync::yes).value() == kNothingPending);
  CHECK(store.write_record("ring", "bytes").value() == kNothingPending);
  CHECK(store.read("key").value().pending == kNothingPending);
  CHECK(store.pending_bytes() == 0);
}
