#include "sim/dot_watch.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "version/object_bytes.h"

namespace oxbow {

DotWatch::DotWatch(SimNetwork& network) {
  network.tap([this](const Carried& carried) {
    const auto* write = std::get_if<ObjectWrite>(&carried.message);
    if (write == nullptr || carried.phase != Carried::Phase::sent) return;
    const auto object = parse_object(write->object, write->key);
    if (!object.ok()) {
      breaches_.push_back(fmt::format("peer {} sent {} a damaged object of {}: {}", carried.from,
                                      carried.to, write->key, object.error().message));
      return;
    }
    see(write->key, *object);
  });
}

void DotWatch::see(std::string_view key, const Object& object) {
  for (const Sibling& sibling : object.siblings()) {
    const Written now{sibling.tombstone(), sibling.tombstone() ? 0 : hash64(*sibling.value),
                      sibling.time};
    const auto [known, is_new] =
        written_.try_emplace(std::pair(std::string(key), sibling.dot), now);
    if (!is_new && !(known->second == now)) {
      breaches_.push_back(fmt::format("{} of {} names two writes{}", abbreviated(sibling.dot), key,
                                      known->second.value == now.value ? ", of two times" : ""));
    }
  }
}

void DotWatch::see(SimStore& store) {
  for (const ScannedObject& met : store.all_objects()) see(met.key, met.object);
  for (const Hint& hint : store.every_hint()) see(hint.key, hint.object);
}

void DotWatch::see_disks(SimNetwork& network) {
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    if (network.has_disk(peer)) see(network.store(peer));
  }
}

}  // namespace oxbow
