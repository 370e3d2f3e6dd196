// Records merge to the same everywhere, in whatever order they are heard.
#include "membership/members.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/random.h"
#include "membership/record_bytes.h"

using namespace oxbow;

namespace {

PeerId peer(std::uint64_t number) {
  PeerId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  id.bytes[15] = 1;
  return id;
}

Member member(std::uint64_t number, std::uint64_t incarnation) {
  Member record;
  record.id = peer(number);
  record.incarnation = incarnation;
  record.address = *parse_address("10.0.0.1:7400");
  record.name = "m" + std::to_string(number);
  record.tokens = limits::kTokensPerMember;
  return record;
}

Bucket bucket(std::string name, std::uint64_t version, std::uint64_t proposer) {
  Bucket record;
  record.policy.name = std::move(name);
  record.version = version;
  record.proposer = peer(proposer);
  return record;
}

/// Few members and incarnations, so that records meet others of the same.
Member any_member(Random& random) {
  Member record = member(random.below(4), 1 + random.below(3));
  record.state = random.below(2) == 0 ? MemberState::joined : MemberState::left;
  record.tokens = static_cast<std::uint32_t>(1 + random.below(2));
  record.zone = random.below(2) == 0 ? "a" : "b";
  record.address.port = static_cast<std::uint16_t>(1 + random.below(2));
  return record;
}

Bucket any_bucket(Random& random) {
  Bucket record =
      bucket("b" + std::to_string(random.below(2)), 1 + random.below(2), random.below(2));
  record.policy.n = static_cast<std::uint32_t>(2 + random.below(2));
  record.policy.conflicts = random.below(2) == 0 ? Conflicts::siblings : Conflicts::lww;
  return record;
}

template <class Record>
void shuffle(std::vector<Record>& records, Random& random) {
  for (std::size_t i = records.size(); i > 1; --i) {
    std::swap(records[i - 1], records[random.below(i)]);
  }
}

bool same(const Members& a, const Members& b) {
  return a.all() == b.all() && a.buckets() == b.buckets();
}

}  // namespace

TEST_CASE("whatever order records are heard in, and however often, the same is known") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<Member> members;
    std::vector<Bucket> buckets;
    for (int i = 0; i < 12; ++i) members.push_back(any_member(random));
    for (int i = 0; i < 6; ++i) buckets.push_back(any_bucket(random));
    Members one;
    for (const Member& record : members) one.take(record);
    for (const Bucket& record : buckets) one.take(record);

    members.insert(members.end(), members.begin(), members.begin() + 4);
    shuffle(members, random);
    shuffle(buckets, random);
    Members other;
    for (const Bucket& record : buckets) other.take(record);
    for (const Member& record : members) other.take(record);
    CHECK(same(one, other));
    CHECK(one.digest() == other.digest());
    CHECK(one.version() == other.version());
  }
}

TEST_CASE("merging what two peers know gives the same at both, and merging again changes nothing") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Members a;
    Members b;
    for (int i = 0; i < 8; ++i) {
      a.take(any_member(random));
      b.take(any_member(random));
    }
    const auto merge = [](Members& into, const Members& from) {
      for (const auto& [id, record] : from.all()) into.take(record);
    };
    const Members a_before = a;
    merge(a, b);
    merge(b, a_before);
    CHECK(same(a, b));
    CHECK(a.digest() == b.digest());
    const std::uint64_t digest = a.digest();
    merge(a, b);
    CHECK(a.digest() == digest);
  }
}

TEST_CASE("the higher incarnation wins; of equal ones, having left; then one of the two, always") {
  Members members;
  CHECK(members.take(member(1, 5)) == News::newer);
  CHECK(members.take(member(1, 5)) == News::known);
  CHECK(members.take(member(1, 4)) == News::older);
  CHECK(members.version() == 5);
  Member left = member(1, 5);
  left.state = MemberState::left;
  CHECK(members.take(left) == News::newer);
  CHECK(members.take(member(1, 5)) == News::older);
  CHECK(members.take(member(1, 6)) == News::newer);
  CHECK(members.find(peer(1))->state == MemberState::joined);
  CHECK(members.version() == 6);
  CHECK(members.take(member(2, 10)) == News::newer);
  CHECK(members.version() == 16);
  CHECK(members.all().size() == 2);
}

TEST_CASE("a bucket: the higher version wins, then the lower proposer") {
  Members members;
  CHECK(members.take(bucket("carts", 1, 5)) == News::newer);
  CHECK(members.take(bucket("carts", 1, 6)) == News::older);
  CHECK(members.take(bucket("carts", 1, 4)) == News::newer);
  CHECK(members.take(bucket("carts", 2, 9)) == News::newer);
  CHECK(members.take(bucket("carts", 1, 1)) == News::older);
  CHECK(members.find_bucket("carts")->version == 2);
}

TEST_CASE("records above the trusted incarnation are taken, and give way to any other") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<Member> records;
    for (int i = 0; i < 12; ++i) records.push_back(any_member(random));
    Members one;
    one.trust(2);
    for (const Member& record : records) one.take(record);
    shuffle(records, random);
    Members other;
    other.trust(2);
    for (const Member& record : records) other.take(record);
    CHECK(same(one, other));
    CHECK(one.digest() == other.digest());
    for (const Member& record : records) {
      CHECK(!supersedes(record, *one.find(record.id), 2));
      if (record.incarnation <= 2) CHECK(one.find(record.id)->incarnation <= 2);
    }
  }
  Members members;
  members.trust(10);
  CHECK(members.take(member(1, 50)) == News::newer);
  CHECK(members.find(peer(1))->state == MemberState::joined);
  CHECK(members.take(member(1, 9)) == News::newer);
  CHECK(members.take(member(1, 51)) == News::older);
  members.trust(60);
  CHECK(members.take(member(1, 51)) == News::newer);
}

TEST_CASE("what a start made alone gives way to what two members hold, and both to an operator") {
  const Bucket alone = bucket("carts", kProposedVersion, 1);
  const Bucket others = *held(bucket("carts", kProposedVersion, 9));
  CHECK(supersedes(others, alone));
  CHECK(others.proposer == peer(9));
  CHECK(!held(others));
  CHECK(!held(bucket("carts", 7, 9)));
  Bucket changed = bucket("carts", changed_version(nullptr), 9);
  CHECK(supersedes(changed, others));
  CHECK(supersedes(changed, *held(alone)));
  changed.version = changed_version(&changed);
  CHECK(changed.version == 4);
  const Bucket old_change = bucket("carts", 2, 3);  // by a version that knew of no held ones
  CHECK(changed_version(&old_change) == 3);
}

TEST_CASE("proposals that are marked as held on the way merge to the same in any order") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<Bucket> records;
    for (int i = 0; i < 6; ++i) {
      records.push_back(any_bucket(random));
      if (const auto better = held(records.back()); better && random.below(2) == 0) {
        records.push_back(*better);
      }
    }
    Members one;
    for (const Bucket& record : records) one.take(record);
    shuffle(records, random);
    Members left, right, other;
    for (std::size_t i = 0; i < records.size(); ++i) {
      (i % 2 == 0 ? left : right).take(records[i]);
    }
    for (const auto& [name, record] : right.buckets()) other.take(record);
    for (const auto& [name, record] : left.buckets()) other.take(record);
    for (const auto& [name, record] : left.buckets()) other.take(record);
    CHECK(same(one, other));
    CHECK(one.digest() == other.digest());
  }
}

TEST_CASE("digests differ where what is known differs, and are 0 where nothing is") {
  Members members;
  CHECK(members.digest() == 0);
  CHECK(members.empty());
  members.take(member(1, 1));
  const std::uint64_t one = members.digest();
  CHECK(one != 0);
  members.take(bucket("carts", 1, 1));
  const std::uint64_t two = members.digest();
  CHECK(two != one);
  members.take(member(1, 2));
  CHECK(members.digest() != two);
  Members again;
  again.take(bucket("carts", 1, 1));
  again.take(member(1, 2));
  CHECK(again.digest() == members.digest());
}

TEST_CASE("there is room for so many members and buckets; known ones can still change") {
  Members members;
  for (std::uint64_t i = 0; i < limits::kMembers; ++i) {
    REQUIRE(members.take(member(i, 1)) == News::newer);
  }
  CHECK(members.take(member(limits::kMembers, 1)) == News::full);
  CHECK(members.all().size() == limits::kMembers);
  CHECK(members.take(member(7, 2)) == News::newer);
  for (std::size_t i = 0; i < limits::kBuckets; ++i) {
    REQUIRE(members.take(bucket("b" + std::to_string(i), 1, 1)) == News::newer);
  }
  CHECK(members.take(bucket("one more", 1, 1)) == News::full);
}

TEST_CASE("those who left give way to members, and of them those that said so first") {
  const auto left = [](std::uint64_t number, std::uint64_t incarnation) {
    Member record = member(number, incarnation);
    record.state = MemberState::left;
    return record;
  };
  Members members;
  for (std::uint64_t i = 0; i < limits::kMembers; ++i) {
    REQUIRE(members.take(left(i, 100 + i)) == News::newer);
  }
  CHECK(members.take(left(9'999, 50)) == News::full);
  CHECK(members.take(left(9'999, 5'000)) == News::newer);
  CHECK(members.find(peer(0)) == nullptr);
  CHECK(members.take(member(8'888, 1)) == News::newer);
  CHECK(members.find(peer(1)) == nullptr);
  CHECK(members.all().size() == limits::kMembers);
  // Whatever order they come in, the same stay.
  std::vector<Member> records;
  for (std::uint64_t i = 0; i < limits::kMembers + 500; ++i)
    records.push_back(left(i, 1 + i % 700));
  for (std::uint64_t i = 0; i < 50; ++i) records.push_back(member(10'000 + i, 1));
  Random random(3);
  Members one, other;
  for (const Member& record : records) one.take(record);
  shuffle(records, random);
  for (const Member& record : records) other.take(record);
  CHECK(same(one, other));
  CHECK(one.digest() == other.digest());
  CHECK(one.version() == other.version());
  for (std::uint64_t i = 0; i < 50; ++i) CHECK(one.find(peer(10'000 + i)) != nullptr);
}

TEST_CASE("heavy members leave the others the tokens of weight 1") {
  Members members;
  std::uint64_t heavy = 0;
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < limits::kMembers; ++i) {
    Member record = member(i, 1);
    record.tokens = limits::kTokensMost;
    if (members.take(record) == News::newer) {
      ++heavy;
      continue;
    }
    ++refused;
    record.tokens = limits::kTokensPerMember;
    REQUIRE(members.take(record) == News::newer);
  }
  CHECK(heavy == 585);
  CHECK(refused == limits::kMembers - heavy);
  std::uint64_t tokens = 0;
  for (const auto& [id, record] : members.all()) tokens += record.tokens;
  CHECK(tokens <= limits::kRingTokens);
  Member gone = member(3, 2);
  gone.state = MemberState::left;
  CHECK(members.take(gone) == News::newer);
  Member grows = member(2'000, 2);
  grows.tokens = limits::kTokensMost;
  CHECK(members.take(grows) == News::newer);
}

TEST_CASE("the policy of a key: its bucket's by the ring, by the configuration, or the default's") {
  Members members;
  CHECK(members.policy_of("carts/1") == BucketPolicy{});
  BucketPolicy configured{"carts", 5, 1, 1, Conflicts::lww, Sync::no};
  members.set_configured({configured});
  CHECK(members.policy_of("carts/1") == configured);
  CHECK(members.policy_of("carts") == BucketPolicy{});
  CHECK(members.policy_of("other/1") == BucketPolicy{});
  members.take(bucket("carts", 1, 1));
  CHECK(members.policy_of("carts/1").n == 3);
  Bucket fallback = bucket("default", 1, 1);
  fallback.policy.n = 7;
  members.take(fallback);
  CHECK(members.policy_of("other/1").n == 7);
  CHECK(members.policy_of("no bucket").n == 7);
}

TEST_CASE("records that may not enter a table") {
  CHECK(check(member(1, 1)).ok());
  const auto refused = [](auto change) {
    Member record = member(1, 1);
    change(record);
    return !check(record).ok();
  };
  CHECK(refused([](Member& m) { m.id = PeerId{}; }));
  CHECK(refused([](Member& m) { m.incarnation = 0; }));
  CHECK(refused([](Member& m) { m.tokens = 0; }));
  CHECK(refused([](Member& m) { m.tokens = limits::kTokensMost + 1; }));
  CHECK(refused([](Member& m) { m.address.port = 0; }));
  CHECK(refused([](Member& m) { m.address = *parse_address("0.0.0.0:7400"); }));
  CHECK(refused([](Member& m) { m.name = "a\nb"; }));
  CHECK(refused([](Member& m) { m.zone = std::string(limits::kName + 1, 'z'); }));
  CHECK(refused([](Member& m) { m.zone = "\xff"; }));

  CHECK(check(bucket("carts", 1, 1)).ok());
  const auto bad_bucket = [](auto change) {
    Bucket record = bucket("carts", 1, 1);
    change(record);
    return !check(record).ok();
  };
  CHECK(bad_bucket([](Bucket& b) { b.policy.name = ""; }));
  CHECK(bad_bucket([](Bucket& b) { b.policy.name = "a/b"; }));
  CHECK(bad_bucket([](Bucket& b) { b.version = 0; }));
  CHECK(bad_bucket([](Bucket& b) { b.version = ~std::uint64_t{0}; }));
  CHECK(bad_bucket([](Bucket& b) { b.proposer = PeerId{}; }));
  CHECK(bad_bucket([](Bucket& b) { b.policy.r = 0; }));
  CHECK(bad_bucket([](Bucket& b) { b.policy.w = 4; }));
  CHECK(bad_bucket([](Bucket& b) { b.policy.n = limits::kCopiesMost + 1; }));
}

TEST_CASE("records survive being kept as bytes, and damaged ones are taken for what they are") {
  Members members;
  Random random(5);
  for (int i = 0; i < 20; ++i) {
    Member record = any_member(random);
    record.id = peer(random.below(10));
    members.take(record);
    members.take(any_bucket(random));
  }
  const std::string bytes = to_bytes(members);
  Members read;
  REQUIRE(take_bytes(bytes, read).ok());
  CHECK(same(read, members));
  CHECK(read.digest() == members.digest());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Members part;
    CHECK(!take_bytes(std::string_view(bytes).substr(0, size), part).ok());
    CHECK(part.empty());
  }
  Members longer;
  CHECK(take_bytes(bytes + "x", longer).error().code == "damaged");
  Members other_format;
  CHECK(take_bytes("\x07" + bytes.substr(1), other_format).error().code == "format");
}
