// Live objects that this member keeps as a primary, in the local index: so that a search finds them
// by exact key and by pattern, from peers that know nothing of the ring.
//
// The index has their keys. What a hit says of one is read from the store when it is asked for:
// of several siblings that is the newest. Whether this peer is a primary of it is looked at then,
// too: so after a change of the ring no answer is wrong, though the index still has old entries.
#include <algorithm>

#include "base/sha256.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

bool is_primary(const NodeState& node, std::string_view key) {
  const TokenRing& ring = node.ring.ring;
  const auto self = ring.find(node.config.id);
  if (!self) return false;
  const auto primaries = ring.preference_list(position_of(key), node.ring.members.policy_of(key).n);
  return std::find(primaries.begin(), primaries.end(), *self) != primaries.end();
}

bool is_live(const Object& object) { return !object.empty() && !object.deleted(); }

const Sibling& newest_value(const Object& object) {
  const Sibling* newest = nullptr;
  for (const Sibling& sibling : object.siblings()) {
    if (sibling.tombstone()) continue;
    const bool newer = newest == nullptr ||
                       std::pair(newest->time, newest->dot) < std::pair(sibling.time, sibling.dot);
    if (newer) newest = &sibling;
  }
  return *newest;
}

std::string clock_of(const Object& object, std::string_view key) {
  std::string clock = encode_context(object.context(), key);
  if (clock.size() > limits::kHitClock) clock = kLongClock;
  return clock;
}

void add(Turn& turn, std::string_view key) {
  NodeState& node = turn.node;
  if (node.index.add_object(key)) return;
  log_standing(turn, Severity::warning, kNoConnection, "objects left out",
               "some objects of the ring cannot be found by a search: the local index is full");
}

}  // namespace

void object_changed(Turn& turn, std::string_view key, const Object& object) {
  LocalIndex& index = turn.node.index;
  if (!is_live(object)) {
    index.remove_object(key);
    return;
  }
  // Whether this peer is a primary of what the index has is looked at when somebody asks for it.
  const auto entry = index.find(key);
  if ((entry && entry->is_object) || is_primary(turn.node, key)) add(turn, key);
}

std::optional<HeldObject> held_object(Turn& turn, std::string_view key) {
  NodeState& node = turn.node;
  const std::string name(key);  // the view may be into the index
  auto stored =
      is_primary(node, name) ? node.store.read(name) : Result<StoredObject>(StoredObject{});
  if (!stored.ok()) {  // others have it: the entry is right, and this copy may be restored
    if (stored.error().code == "damaged") damaged_copy_met(turn, name);
    return std::nullopt;
  }
  if (!is_live(stored->object)) {
    node.index.remove_object(name);
    return std::nullopt;
  }
  const SharedBytes value = newest_value(stored->object).value;
  const auto entry = node.index.find(name);
  Digest digest;
  if (entry && entry->is_object && entry->is_known) {
    digest = entry->sha256;
  } else {
    digest = sha256(*value);
    if (entry && entry->is_object) node.index.describe(name, value->size(), digest);
  }
  return HeldObject{value, digest, clock_of(stored->object, name), stored->pending};
}

std::optional<OwnedResult> object_result(Turn& turn, std::string_view key, WriteSequence& after) {
  const auto object = held_object(turn, key);
  if (!object) return std::nullopt;
  after = std::max(after, object->pending);
  return OwnedResult{std::string(key), object->value->size(), object->sha256, object->clock};
}

namespace {

/// Differs where somebody may be a primary of other keys: a member that was only started anew does
/// not make it worth looking through the store.
std::uint64_t placement_of(const NodeState& node) {
  std::string text = std::to_string(node.ring.ring.digest());
  for (const auto& [name, bucket] : node.ring.members.buckets()) {
    text += '/' + name + '=' + std::to_string(bucket.policy.n);
  }
  return hash64(text);
}

}  // namespace

void start_object_index(Turn& turn) {
  NodeState& node = turn.node;
  ObjectIndexing& indexing = node.adoption.objects;
  indexing.records = node.ring.members.digest();
  indexing.placement = placement_of(node);
  indexing.cursor = {};
  indexing.under_way = node.store.objects() > 0;
}

bool object_index_is_due(const NodeState& node) {
  const ObjectIndexing& indexing = node.adoption.objects;
  return indexing.under_way || indexing.records != node.ring.members.digest();
}

void look_after_object_index(Turn& turn) {
  NodeState& node = turn.node;
  ObjectIndexing& indexing = node.adoption.objects;
  if (indexing.records != node.ring.members.digest()) {
    indexing.records = node.ring.members.digest();
    // This peer may have become a primary of what it kept already, or be none any more.
    if (indexing.placement != placement_of(node)) start_object_index(turn);
  }
  if (!indexing.under_way) return;
  std::vector<ScannedObject> page;
  const auto more = node.store.scan(indexing.cursor, ~std::uint64_t{0}, limits::kObjectScan,
                                    limits::kScanBytes, page);
  for (const ScannedObject& scanned : page) {
    if (scanned.object.empty()) {
      damaged_copy_met(turn, scanned.key);
    } else if (is_live(scanned.object) && is_primary(node, scanned.key)) {
      add(turn, scanned.key);
    } else {
      node.index.remove_object(scanned.key);
    }
  }
  if (!more.ok()) {
    log_standing(turn, Severity::warning, kNoConnection, "objects not read/" + more.error().code,
                 "some objects of the ring cannot be found by a search: " + more.error().message);
  }
  indexing.under_way = more.ok() && *more;
}

}  // namespace oxbow
