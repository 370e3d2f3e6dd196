#include "ring/token_ring.h"

#include <algorithm>
#include <tuple>

#include "base/assert.h"

namespace oxbow {

struct TokenRing::Token {
  Position position;
  MemberNumber member;
};

namespace {

MemberNumber number_of(std::size_t index) {
  return MemberNumber{static_cast<std::uint32_t>(index)};
}

template <class Member>
std::vector<Member> by_id(std::span<const Member> members) {
  std::vector<Member> sorted(members.begin(), members.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Member& a, const Member& b) { return a.id < b.id; });
  const auto twice = std::adjacent_find(
      sorted.begin(), sorted.end(), [](const Member& a, const Member& b) { return a.id == b.id; });
  OXBOW_ASSERT(twice == sorted.end(), "a peer is a member once");
  return sorted;
}

void append(std::string& bytes, std::uint64_t word) {  // little-endian, whatever the machine
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>((word >> shift) & 0xff);
}

}  // namespace

void TokenRing::draw(const RingMember& member, MemberNumber number, std::vector<Token>& tokens) {
  OXBOW_ASSERT(member.tokens > 0 && member.tokens <= limits::kTokensMost,
               "a member's tokens are limited where its record comes in");
  for (std::uint32_t token = 0; token < member.tokens; ++token) {
    tokens.push_back({token_of(member.id, token), number});
  }
}

void TokenRing::sort(std::vector<Token>& tokens) {
  std::sort(tokens.begin(), tokens.end(), [](const Token& a, const Token& b) {
    return std::tie(a.position, a.member) < std::tie(b.position, b.member);
  });
}

TokenRing TokenRing::drawn(std::span<const RingMember> members) {
  std::vector<RingMember> sorted = by_id(members);
  std::vector<Token> tokens;
  tokens.reserve(sorted.size() * limits::kTokensPerMember);
  for (std::size_t i = 0; i < sorted.size(); ++i) draw(sorted[i], number_of(i), tokens);
  return of(std::move(sorted), std::move(tokens));
}

TokenRing TokenRing::redrawn(std::span<const RingMember> members) const {
  constexpr MemberNumber kGone{0xffffffff};
  TokenRing ring;
  ring.members_ = by_id(members);
  std::vector<MemberNumber> stays_as(size(), kGone);  // of the members until now
  std::vector<Token> added;
  ring.hashes_.assign(ring.size(), 0);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const RingMember& member = ring.members_[i];
    const auto before = find(member.id);
    if (!before || this->member(*before).tokens != member.tokens) {
      draw(member, number_of(i), added);
      continue;
    }
    stays_as[index_of(*before)] = number_of(i);
    if (this->member(*before) == member) ring.hashes_[i] = hashes_[index_of(*before)];
  }
  sort(added);

  std::vector<Position> positions;
  std::vector<MemberNumber> owners;
  positions.reserve(tokens_.size() + added.size());
  owners.reserve(tokens_.size() + added.size());
  auto next = added.begin();
  const auto add = [&](const Token& token) {
    positions.push_back(token.position);
    owners.push_back(token.member);
  };
  for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
    const Token stays{tokens_[TokenNumber{i}], stays_as[index_of(member_of_[i])]};
    if (stays.member == kGone) continue;
    while (next != added.end() &&
           std::tie(next->position, next->member) < std::tie(stays.position, stays.member)) {
      add(*next++);
    }
    add(stays);
  }
  for (; next != added.end(); ++next) add(*next);
  ring.set_tokens(std::move(positions), std::move(owners));
  return ring;
}

TokenRing TokenRing::placed(std::span<const PlacedMember> members) {
  std::vector<RingMember> plain;
  std::vector<Token> tokens;
  const std::vector<PlacedMember> sorted = by_id(members);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    OXBOW_ASSERT(!sorted[i].tokens.empty(), "a member has a token");
    const auto count = static_cast<std::uint32_t>(sorted[i].tokens.size());
    plain.push_back({sorted[i].id, sorted[i].zone, count});
    for (const Position token : sorted[i].tokens) tokens.push_back({token, number_of(i)});
  }
  return of(std::move(plain), std::move(tokens));
}

TokenRing TokenRing::of(std::vector<RingMember> members, std::vector<Token> tokens) {
  sort(tokens);
  TokenRing ring;
  ring.members_ = std::move(members);
  ring.hashes_.assign(ring.size(), 0);
  std::vector<Position> positions;
  std::vector<MemberNumber> owners;
  positions.reserve(tokens.size());
  owners.reserve(tokens.size());
  for (const Token& token : tokens) {
    positions.push_back(token.position);
    owners.push_back(token.member);
  }
  ring.set_tokens(std::move(positions), std::move(owners));
  return ring;
}

/// In clockwise order. Members' hashes that are 0 are not known yet.
void TokenRing::set_tokens(std::vector<Position> positions, std::vector<MemberNumber> members) {
  tokens_ = SortedTokens(std::move(positions));
  member_of_ = std::move(members);
  number_zones();
  list_tokens_of_members();
  for (std::size_t i = 0; i < size(); ++i) {
    if (hashes_[i] == 0) hashes_[i] = hash_of(number_of(i));
  }
  digest_ = digest_of_all();
}

void TokenRing::number_zones() {
  std::vector<std::string_view> names;
  for (const RingMember& member : members_) names.push_back(member.zone);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  zone_sizes_.assign(names.size(), 0);
  for (const RingMember& member : members_) {
    const auto name = std::lower_bound(names.begin(), names.end(), member.zone);
    const ZoneNumber zone{static_cast<std::uint32_t>(name - names.begin())};
    zone_of_.push_back(zone);
    ++zone_sizes_[index_of(zone)];
  }
}

void TokenRing::list_tokens_of_members() {
  first_of_.assign(size() + 1, 0);
  for (std::size_t i = 0; i < size(); ++i) first_of_[i + 1] = first_of_[i] + members_[i].tokens;
  by_member_.resize(member_of_.size());
  std::vector<std::size_t> next(first_of_.begin(), first_of_.end() - 1);
  for (std::size_t token = 0; token < member_of_.size(); ++token) {
    by_member_[next[index_of(member_of_[token])]++] =
        TokenNumber{static_cast<std::uint32_t>(token)};
  }
}

std::uint64_t TokenRing::hash_of(MemberNumber member) const {
  const RingMember& about = members_[index_of(member)];
  std::string all(about.id.view());
  append(all, about.zone.size());
  all += about.zone;
  for (const TokenNumber token : tokens_of(member)) {
    append(all, static_cast<std::uint64_t>(tokens_[token]));
  }
  return hash64(all);
}

std::uint64_t TokenRing::digest_of_all() const {
  if (empty()) return 0;
  std::string all;
  for (const std::uint64_t hash : hashes_) append(all, hash);
  return hash64(all);
}

std::optional<MemberNumber> TokenRing::find(const PeerId& id) const {
  const auto found =
      std::lower_bound(members_.begin(), members_.end(), id,
                       [](const RingMember& member, const PeerId& key) { return member.id < key; });
  if (found == members_.end() || found->id != id) return std::nullopt;
  return number_of(static_cast<std::size_t>(found - members_.begin()));
}

std::span<const TokenNumber> TokenRing::tokens_of(MemberNumber member) const {
  const std::size_t first = first_of_[index_of(member)];
  return std::span(by_member_).subspan(first, first_of_[index_of(member) + 1] - first);
}

std::vector<RingRange> TokenRing::ranges_owned(MemberNumber member) const {
  std::vector<RingRange> ranges;
  for (const TokenNumber token : tokens_of(member)) {
    if (tokens_.has_range(token)) ranges.push_back(tokens_.range(token));
  }
  return ranges;
}

std::vector<RingRange> TokenRing::ranges_stored(MemberNumber member, std::size_t n) const {
  std::vector<RingRange> ranges;
  std::vector<MemberNumber> list;
  for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
    const TokenNumber token{i};
    if (!tokens_.has_range(token)) continue;
    preference_list(tokens_[token], n, list);
    if (std::find(list.begin(), list.end(), member) != list.end()) {
      ranges.push_back(tokens_.range(token));
    }
  }
  return ranges;
}

double TokenRing::share(MemberNumber member) const {
  double sum = 0;
  for (const RingRange& range : ranges_owned(member)) sum += range.share();
  return sum;
}

}  // namespace oxbow
