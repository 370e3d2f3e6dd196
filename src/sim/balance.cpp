#include "sim/balance.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/assert.h"
#include "base/random.h"
#include "ring/token_ring.h"
#include "sim/workload.h"

namespace oxbow::sim {

namespace {

PeerId id_of(std::uint64_t member, std::uint64_t seed) {
  PeerId id;
  std::memcpy(id.bytes.data(), &seed, sizeof seed);
  std::memcpy(id.bytes.data() + sizeof seed, &member, sizeof member);
  return id;
}

/// The last position of a partition.
Position end_of(std::uint64_t partition, std::uint64_t partitions) {
  const std::uint64_t width = std::numeric_limits<std::uint64_t>::max() / partitions;
  return Position{partition + 1 == partitions ? std::numeric_limits<std::uint64_t>::max()
                                              : (partition + 1) * width};
}

std::uint64_t partition_of(Position position, std::uint64_t partitions) {
  const std::uint64_t width = std::numeric_limits<std::uint64_t>::max() / partitions;
  const std::uint64_t before = static_cast<std::uint64_t>(position) - 1;  // an end is within
  return position == Position{0} ? 0 : std::min(before / width, partitions - 1);
}

TokenRing drawn_ring(const BalancePlan& plan, std::uint64_t seed) {
  std::vector<RingMember> members;
  for (std::uint32_t member = 0; member < plan.members; ++member) {
    members.push_back({id_of(member, seed), "", plan.tokens});
  }
  return TokenRing::drawn(members);
}

TokenRing dealt_ring(const BalancePlan& plan, std::uint64_t seed) {
  const std::uint32_t partitions = plan.members * plan.tokens;
  std::vector<std::uint32_t> dealt(partitions);
  for (std::uint32_t i = 0; i < partitions; ++i) dealt[i] = i;
  Random random(seed);
  for (std::uint32_t i = partitions; i > 1; --i) std::swap(dealt[i - 1], dealt[random.below(i)]);
  std::vector<PlacedMember> members(plan.members);
  for (std::uint32_t member = 0; member < plan.members; ++member) {
    members[member].id = id_of(member, seed);
    for (std::uint32_t token = 0; token < plan.tokens; ++token) {
      members[member].tokens.push_back(
          end_of(dealt[std::size_t{member} * plan.tokens + token], partitions));
    }
  }
  return TokenRing::placed(members);
}

std::uint32_t partitions_of(const BalancePlan& plan, int strategy) {
  if (strategy != 2) return plan.members * plan.tokens;
  return plan.partitions > 0 ? plan.partitions : 8 * plan.members * plan.tokens;
}

}  // namespace

std::vector<double> shares_of_load(const BalancePlan& plan, int strategy, std::uint64_t seed) {
  OXBOW_ASSERT(strategy >= 1 && strategy <= 3 && plan.members > 0, "a strategy and a ring");
  const TokenRing ring = strategy == 3 ? dealt_ring(plan, seed) : drawn_ring(plan, seed);
  std::vector<double> loads(plan.members);
  std::vector<MemberNumber> list;
  double sum = 0;
  const auto add = [&](Position position, double share) {
    ring.preference_list(position, plan.copies, list);
    for (const MemberNumber member : list) loads[index_of(member)] += share;
    sum += share * static_cast<double>(list.size());
  };
  const std::uint32_t partitions = partitions_of(plan, strategy);
  if (plan.keys > 0) {
    const Popularity popularity(plan.keys, plan.zipf);
    for (ObjectNumber key = 0; key < plan.keys; ++key) {
      const Position position = position_of(key_of(key));
      // Equal partitions are stored as a whole; with 3 their ends are the tokens.
      add(strategy == 2 ? end_of(partition_of(position, partitions), partitions) : position,
          popularity.share(key));
    }
  } else if (strategy == 2) {
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
      add(end_of(partition, partitions), 1);
    }
  } else {
    const SortedTokens& tokens = ring.tokens();
    for (std::uint32_t token = 0; token < tokens.size(); ++token) {
      if (!tokens.has_range(TokenNumber{token})) continue;
      const RingRange range = tokens.range(TokenNumber{token});
      add(range.last, range.share());
    }
  }
  for (double& load : loads) load /= sum;
  return loads;
}

Balance measure_balance(const BalancePlan& plan, int strategy) {
  Balance balance{strategy, partitions_of(plan, strategy), 0, 1, 0};
  Random seeds(plan.seed);
  for (std::uint32_t ring = 0; ring < plan.rings; ++ring) {
    const std::vector<double> loads = shares_of_load(plan, strategy, seeds.next());
    const double efficiency =
        1 / (static_cast<double>(plan.members) * *std::max_element(loads.begin(), loads.end()));
    balance.efficiency += efficiency / plan.rings;
    balance.worst = std::min(balance.worst, efficiency);
    balance.best = std::max(balance.best, efficiency);
  }
  return balance;
}

}  // namespace oxbow::sim
