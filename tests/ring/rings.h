// Rings for tests: members named by letters or drawn from a seed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "ring/token_ring.h"

namespace oxbow::rings {

inline PeerId peer(char letter) {
  PeerId id;
  id.bytes[0] = static_cast<std::uint8_t>(letter);
  return id;
}

inline PeerId draw_peer(Random& random) {
  PeerId id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random.next());
  return id;
}

/// Members named by letters, each with one token.
inline TokenRing letters(const std::vector<std::pair<char, std::uint64_t>>& tokens) {
  std::vector<PlacedMember> members;
  for (const auto& [letter, token] : tokens) {
    members.push_back({peer(letter), "", {Position{token}}});
  }
  return TokenRing::placed(members);
}

inline std::vector<RingMember> draw_members(Random& random, std::size_t count,
                                            std::uint32_t tokens = limits::kTokensPerMember,
                                            std::size_t zones = 1) {
  std::vector<RingMember> members;
  for (std::size_t i = 0; i < count; ++i) {
    std::string zone = zones == 1 ? "" : "zone-" + std::to_string(random.below(zones));
    members.push_back({draw_peer(random), std::move(zone), tokens});
  }
  return members;
}

inline std::vector<RingMember> without(std::vector<RingMember> members, const PeerId& id) {
  std::erase_if(members, [&id](const RingMember& member) { return member.id == id; });
  return members;
}

inline PeerId owner(const TokenRing& ring, std::uint64_t position) {
  return ring.member(ring.owner(Position{position})).id;
}

/// The letters of a list.
inline std::string spell(const TokenRing& ring, const std::vector<MemberNumber>& list) {
  std::string letters;
  for (const MemberNumber member : list) {
    letters += static_cast<char>(ring.member(member).id.bytes[0]);
  }
  return letters;
}

inline std::vector<PeerId> ids(const TokenRing& ring, const std::vector<MemberNumber>& list) {
  std::vector<PeerId> ids;
  for (const MemberNumber member : list) ids.push_back(ring.member(member).id);
  return ids;
}

}  // namespace oxbow::rings
