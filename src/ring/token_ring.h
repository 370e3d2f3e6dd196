// The ring: which members a key belongs to. A key's owner is the first token at or after its hash,
// clockwise (Karger et al. 1997); its preference list is the first N distinct members from there
// (DeCandia et al. 2007, sections 4.2 and 4.3), spread over zones in rounds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ring/sorted_tokens.h"

namespace oxbow {

/// A member as the ring sees it.
struct RingMember {
  PeerId id;
  std::string zone;  ///< failure domain that copies are spread over; members may share ""
  std::uint32_t tokens = limits::kTokensPerMember;  ///< 1 to limits::kTokensMost

  friend bool operator==(const RingMember&, const RingMember&) = default;
};

/// A member whose tokens were chosen instead of drawn.
struct PlacedMember {
  PeerId id;
  std::string zone;
  std::vector<Position> tokens;  ///< at least one; in any order
};

/// Names a member within one ring, in the order of the peer ids; another ring numbers anew.
enum class MemberNumber : std::uint32_t {};
constexpr std::size_t index_of(MemberNumber member) { return static_cast<std::size_t>(member); }

/// Names a zone within one ring, in the order of the names.
enum class ZoneNumber : std::uint32_t {};
constexpr std::size_t index_of(ZoneNumber zone) { return static_cast<std::size_t>(zone); }

/// Immutable, and the same on every peer that knows the same members, in whatever order it heard of
/// them. Where two tokens fall on one position, that of the lower peer id owns it.
class TokenRing {
 public:
  /// Nobody is a member.
  TokenRing() = default;
  /// Members with tokens drawn from their ids; each id once.
  static TokenRing drawn(std::span<const RingMember> members);
  /// Likewise, made from this ring, which has to be drawn too: only tokens of members that came,
  /// went or have another number of them are drawn and sorted.
  TokenRing redrawn(std::span<const RingMember> members) const;
  /// Members with given tokens; each id once.
  static TokenRing placed(std::span<const PlacedMember> members);

  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }  ///< members
  const RingMember& member(MemberNumber member) const { return members_[index_of(member)]; }
  std::span<const RingMember> members() const { return members_; }
  std::optional<MemberNumber> find(const PeerId& id) const;

  std::size_t zones() const { return zone_sizes_.size(); }
  ZoneNumber zone_of(MemberNumber member) const { return zone_of_[index_of(member)]; }

  const SortedTokens& tokens() const { return tokens_; }
  MemberNumber member_of(TokenNumber token) const { return member_of_[index_of(token)]; }
  /// In clockwise order.
  std::span<const TokenNumber> tokens_of(MemberNumber member) const;

  /// Must not be empty.
  MemberNumber owner(Position position) const { return member_of(tokens_.owner(position)); }

  /// The first `n` distinct members of a position; all there are if there are fewer, never one
  /// twice. With several zones in rounds: each takes, clockwise, the first member not yet taken of
  /// every zone, until there are n. So the first n are also the first of any longer list:
  /// primaries, then those who stand in for them. The second form fills `list` and allocates
  /// nothing more where one zone is all there is and n is at most 32.
  std::vector<MemberNumber> preference_list(Position position, std::size_t n) const;
  void preference_list(Position position, std::size_t n, std::vector<MemberNumber>& list) const;

  /// What a member owns: one range a token, clockwise from the lowest.
  std::vector<RingRange> ranges_owned(MemberNumber member) const;
  /// What a member stores if every key has n copies: the ranges, token by token, whose preference
  /// list it is on. Looks at every token: milliseconds for 1,000 members.
  std::vector<RingRange> ranges_stored(MemberNumber member, std::size_t n) const;
  /// The part of the ring that a member owns, in [0, 1].
  double share(MemberNumber member) const;

  /// Tells rings apart in messages: a hash of all members, zones and tokens. 0 if empty.
  std::uint64_t digest() const { return digest_; }

 private:
  struct Token;
  static TokenRing of(std::vector<RingMember> members, std::vector<Token> tokens);
  static void draw(const RingMember& member, MemberNumber number, std::vector<Token>& tokens);
  static void sort(std::vector<Token>& tokens);
  void set_tokens(std::vector<Position> positions, std::vector<MemberNumber> members);
  void number_zones();
  void list_tokens_of_members();
  std::uint64_t hash_of(MemberNumber member) const;
  std::uint64_t digest_of_all() const;
  void list_over_zones(Position position, std::size_t n, std::vector<MemberNumber>& list) const;

  std::vector<RingMember> members_;  // by id
  std::vector<ZoneNumber> zone_of_;  // of each member
  std::vector<std::size_t> zone_sizes_;

  SortedTokens tokens_;
  std::vector<MemberNumber> member_of_;  // of each token
  std::vector<TokenNumber> by_member_;   // tokens, those of one member together
  std::vector<std::size_t> first_of_;    // where each member's begin in by_member_, and the end
  std::vector<std::uint64_t> hashes_;    // of each member, with its zone and tokens
  std::uint64_t digest_ = 0;
};

}  // namespace oxbow
