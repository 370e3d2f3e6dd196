// What only this run of the process knows: drawn from the system's generator.
#pragma once

#include "base/hash.h"
#include "base/ids.h"

namespace oxbow::net {

PeerId draw_peer_id();
SipKey draw_secret();
std::uint64_t draw_seed();

}  // namespace oxbow::net
