// What a Node keeps for the replica layer: gets and puts under way, hints being delivered.
#pragma once

#include <cstdint>

#include "version/actor_run.h"

namespace oxbow {

struct ReplicaState {
  explicit ReplicaState(const PeerId& self, std::uint64_t run) : actors(self, run) {}

  ActorRun actors;
  std::uint64_t last_ticket = 0;
};

}  // namespace oxbow
