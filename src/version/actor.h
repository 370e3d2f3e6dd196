// Whoever numbers write events. A member is not one actor but many: it goes on with an actor only
// where it can be certain of the number it used last, and takes a fresh one everywhere else (see
// version/actor_run.h). So a dot names one write for ever, whatever was lost, restarted or
// restored.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "base/ids.h"

namespace oxbow {

/// Ordered by peer, then run, then number.
struct Actor {
  PeerId peer;
  std::uint64_t run = 0;     ///< 64 random bits, drawn by the driver at every start of the process
  std::uint64_t number = 0;  ///< counts the fresh actors of that run, from 1

  friend auto operator<=>(const Actor&, const Actor&) = default;
};

/// For people: the first 8 digits of the peer, the first 4 of the run, and the number, such as
/// `3f2a90c1/07be#4`.
std::string abbreviated(const Actor& actor);

/// For people: what a peer is called.
using PeerName = std::function<std::string(const PeerId&)>;

}  // namespace oxbow
