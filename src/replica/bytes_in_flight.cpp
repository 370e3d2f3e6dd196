#include "replica/bytes_in_flight.h"

#include <algorithm>

#include "base/assert.h"

namespace oxbow {

namespace {

bool fits(std::size_t under_way, std::size_t more, std::size_t most) {
  return under_way == 0 || under_way + more <= most;
}

template <class Key>
void take_off(std::map<Key, std::size_t>& map, const Key& key, std::size_t bytes) {
  const auto found = map.find(key);
  OXBOW_ASSERT(found != map.end() && found->second >= bytes, "bytes end that were not begun");
  found->second -= bytes;
  if (found->second == 0) map.erase(found);
}

}  // namespace

bool BytesInFlight::has_room(const Load& load) const {
  if (load.bytes == 0) return true;
  if (!fits(all_, load.all(), limits_.all)) return false;
  if (load.asker != kNoConnection && !fits(of(askers_, load.asker), load.bytes, limits_.asker)) {
    return false;
  }
  return std::all_of(load.members.begin(), load.members.end(), [&](const PeerId& member) {
    return fits(of_member(member), load.bytes, limits_.member);
  });
}

BytesInFlight::Charge BytesInFlight::begin(Load load) {
  if (load.bytes == 0) return {};
  all_ += load.all();
  if (load.asker != kNoConnection) askers_[load.asker] += load.bytes;
  for (const PeerId& member : load.members) members_[member] += load.bytes;
  return {this, std::move(load)};
}

void BytesInFlight::add(Load& load, const PeerId& member) {
  if (std::find(load.members.begin(), load.members.end(), member) != load.members.end()) return;
  load.members.push_back(member);
  all_ += load.bytes;
  members_[member] += load.bytes;
}

void BytesInFlight::end(const Load& load) {
  OXBOW_ASSERT(all_ >= load.all(), "bytes end that were not begun");
  all_ -= load.all();
  if (load.asker != kNoConnection) take_off(askers_, load.asker, load.bytes);
  for (const PeerId& member : load.members) take_off(members_, member, load.bytes);
  ++ended_;
}

}  // namespace oxbow
