// What a Node is told once, at its construction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bucket_policy.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "overlay/flood.h"
#include "replica/hint_rules.h"

namespace oxbow {

struct NodeConfig {
  PeerId id;
  std::string name;               ///< for people; empty: the id's first digits
  std::string network = "oxbow";  ///< only peers of the same network talk
  Address advertised;             ///< where others can dial this peer
  std::string version = "0";      ///< of the program, for `status`

  std::uint64_t seed = 0;  ///< of all the core's randomness
  SipKey secret{};         ///< proves own request ids; drawn anew at each start

  std::vector<std::string> neighbors;  ///< HOST:PORT, kept up with back-off
  bool is_static = false;              ///< exactly these links: no discovery
  std::uint32_t minimum_degree = limits::kMinimumDegree;
  std::uint32_t outgoing_links = limits::kOutgoingLinks;  ///< configured ones always have a place
  std::uint32_t incoming_links = limits::kIncomingLinks;

  std::uint8_t ttl = limits::kDefaultTtl;
  std::uint8_t ttl_cap = limits::kTtlCap;
  Duplicates duplicates = Duplicates::drop;
  Duration find_timeout = limits::kFindTimeout;
  Duration patience = limits::kPatience;  ///< × TTL put on the copies: wait for their answers
  std::uint32_t hits_per_query = limits::kHitsPerQuery;

  double query_rate = limits::kQueryRate;  ///< per second and neighbor; 0: no limit
  double query_burst = limits::kQueryBurst;

  bool member = false;                ///< serves the replica layer
  std::string zone;                   ///< failure domain, as a member
  double weight = 1;                  ///< of its share of the ring, as a member
  std::vector<BucketPolicy> buckets;  ///< proposed to the ring
  bool adopt_on_find =
      false;              ///< located data goes into the ring, unless the client says otherwise
  std::uint64_t run = 0;  ///< 64 random bits, drawn by the driver at every start: see Actor
  Duration operation_timeout = limits::kOperationTimeout;  ///< of a get or put
  Duration replica_timeout = limits::kReplicaTimeout;      ///< for one member's answer
  double full_reads = limits::kFullReads;  ///< gets a second that ask all N and repair
  HintRules hints;                         ///< how many are kept, and for how long

  std::size_t seen_entries = limits::kSeenEntries;
  std::size_t route_entries = limits::kRouteEntries;
  std::size_t echo_entries = limits::kEchoEntries;
  std::size_t trace_steps = limits::kTraceSteps;
};

}  // namespace oxbow
