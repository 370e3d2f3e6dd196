// How records spread. What changed goes on at once to every link and connected member, once to
// each: nobody passes on what he knew. What that misses is found by comparing digests, now and then
// with one other (push-pull anti-entropy: Demers et al. 1987).
//
// A list of members that wants an answer is a piece of the circle of peer ids, from its first to
// its last record: what it does not list in between is unknown to the sender. The whole circle ends
// with the record that it began with. So no page of a long list needs to know of the others.
#include <algorithm>

#include "node/membership.h"

namespace oxbow {

namespace {

/// What one message, or several, is made of.
struct RecordList {
  std::vector<const Member*> members;
  std::vector<const Bucket*> buckets;
  bool empty() const { return members.empty() && buckets.empty(); }
};

void send_page(Turn& turn, std::span<const ConnectionId> to, std::span<const Member* const> members,
               std::span<const BucketRecord> buckets, bool wants_answer) {
  const auto records = turn.out.arena.array<MemberRecord>(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    records[i] = record_of(*members[i], turn.out.arena);
  }
  turn.out.send(to, GossipRecords{records, buckets, wants_answer, clock_to_tell(turn.now)});
  turn.node.counters.gossip_sent += to.size();
}

/// In pages, of which each begins with the record that the one before ended with.
void send_list(Turn& turn, std::span<const ConnectionId> to, const RecordList& list,
               bool wants_answer) {
  const auto buckets = turn.out.arena.array<BucketRecord>(list.buckets.size());
  for (std::size_t i = 0; i < list.buckets.size(); ++i) {
    buckets[i] = record_of(*list.buckets[i], turn.out.arena);
  }
  std::span<const Member* const> rest(list.members);
  while (rest.size() > limits::kContainerLength) {
    send_page(turn, to, rest.first(limits::kContainerLength), buckets, wants_answer);
    rest = rest.subspan(limits::kContainerLength - 1);
  }
  send_page(turn, to, rest, buckets, wants_answer);
}

RecordList everything(const Members& members) {
  RecordList list;
  for (const auto& [id, member] : members.all()) list.members.push_back(&member);
  if (!list.members.empty()) list.members.push_back(list.members.front());  // the whole circle
  for (const auto& [name, bucket] : members.buckets()) list.buckets.push_back(&bucket);
  return list;
}

/// A stranger that asks again and again does not make this peer send its list each time.
bool may_have_list(Turn& turn, Connection& connection) {
  return connection.ring_limiter.admit(turn.now.steady, limits::kRingListRate,
                                       limits::kRingListBurst);
}

/// Links, and members that a connection is up to.
std::vector<ConnectionId> all_to_tell(NodeState& node, ConnectionId but) {
  std::vector<ConnectionId> result;
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    if (id == but || !connection.up || connection.retired) continue;
    if (connection.kind != ConnectionKind::control) continue;
    if (connection.linked || node.ring.ring.find(connection.peer)) result.push_back(id);
  }
  return result;
}

bool lies_between(const PeerId& id, const PeerId& first, const PeerId& last) {
  if (first == last) return true;
  if (first < last) return first < id && id < last;
  return first < id || id < last;
}

/// What is known here and not by one who sent `records`.
RecordList unknown_to_sender(const Members& members, const GossipRecords& records) {
  RecordList list;
  std::vector<PeerId> listed;
  for (const MemberRecord& record : records.members) {
    listed.push_back(record.id);
    const Member* own = members.find(record.id);
    if (own != nullptr && supersedes(*own, member_of(record), members.trusted()))
      list.members.push_back(own);
  }
  for (const BucketRecord& record : records.buckets) {
    const Bucket* own = members.find_bucket(record.name);
    if (own != nullptr && supersedes(*own, bucket_of(record))) list.buckets.push_back(own);
  }
  if (records.wants_answer) {
    const PeerId first = listed.empty() ? PeerId{} : listed.front();
    const PeerId last = listed.empty() ? PeerId{} : listed.back();
    std::sort(listed.begin(), listed.end());
    for (const auto& [id, member] : members.all()) {
      const bool is_listed = std::binary_search(listed.begin(), listed.end(), id);
      if (!is_listed && lies_between(id, first, last)) list.members.push_back(&member);
    }
    for (const auto& [name, bucket] : members.buckets()) {
      const auto has_name = [&name = name](const BucketRecord& r) { return r.name == name; };
      if (std::none_of(records.buckets.begin(), records.buckets.end(), has_name)) {
        list.buckets.push_back(&bucket);
      }
    }
  }
  // A circle lists its first record twice.
  std::sort(list.members.begin(), list.members.end(),
            [](const Member* a, const Member* b) { return a->id < b->id; });
  list.members.erase(std::unique(list.members.begin(), list.members.end()), list.members.end());
  return list;
}

}  // namespace

void spread_news(Turn& turn, const RingNews& news, ConnectionId from) {
  const std::vector<ConnectionId> to = all_to_tell(turn.node, from);
  if (to.empty()) return;
  const Members& members = turn.node.ring.members;
  RecordList list;
  for (const PeerId& id : news.members) list.members.push_back(members.find(id));
  for (const std::string& name : news.buckets) list.buckets.push_back(members.find_bucket(name));
  send_list(turn, to, list, false);
}

void tell_digest(Turn& turn, Connection& to) {
  const Members& members = turn.node.ring.members;
  if (members.empty() || to.kind != ConnectionKind::control) return;
  turn.out.send(to.id, Gossip{members.digest(), clock_to_tell(turn.now)});
  ++turn.node.counters.gossip_sent;
}

void gossip_now(Turn& turn) {
  NodeState& node = turn.node;
  node.ring.gossip_due = turn.now.steady + limits::kGossipEvery;
  compare_clocks(turn);
  const std::vector<ConnectionId> to = all_to_tell(node, kNoConnection);
  if (to.empty()) return;
  tell_digest(turn, *node.connections.find(to[node.random.below(to.size())]));
}

void send_ring_to(Turn& turn, Connection& to) {
  if (!may_have_list(turn, to)) return;
  send_list(turn, {&to.id, 1}, everything(turn.node.ring.members), false);
}

void receive_gossip(Turn& turn, Connection& from, const Gossip& gossip) {
  ++turn.node.counters.gossip_received;
  if (from.kind != ConnectionKind::control) return offence(turn, from, "gossip over bulk");
  from.told_of_ring = true;
  heard_clock(turn, from, gossip.clock);
  const Members& members = turn.node.ring.members;
  if (gossip.digest == members.digest()) {
    proposal_may_come(turn, !members.buckets().empty());
    if (is_member(turn.node) && turn.node.ring.ring.find(from.peer)) buckets_are_held(turn);
    return heard_of_ring(turn, false);
  }
  if (!may_have_list(turn, from)) return;
  send_list(turn, {&from.id, 1}, everything(members), true);
}

void receive_records(Turn& turn, Connection& from, const GossipRecords& records) {
  NodeState& node = turn.node;
  ++node.counters.gossip_received;
  if (from.kind != ConnectionKind::control) return offence(turn, from, "gossip over bulk");
  heard_clock(turn, from, records.clock);
  RingNews news;
  std::string wrong;
  for (const MemberRecord& record : records.members) {
    const Member member = member_of(record);
    const Status fine = check(member);
    if (fine.ok()) {
      take_record(turn, member, news);
    } else {
      wrong = fine.error().message;
    }
  }
  for (const BucketRecord& record : records.buckets) {
    const Bucket bucket = bucket_of(record);
    const Status fine = check(bucket);
    if (fine.ok()) {
      take_record(turn, bucket, news);
    } else {
      wrong = fine.error().message;
    }
  }
  const ConnectionId id = from.id;
  const bool answers = !records.wants_answer || may_have_list(turn, from);
  if (answers) {
    const RecordList list = unknown_to_sender(node.ring.members, records);
    if (!list.empty()) send_list(turn, {&id, 1}, list, false);
  }
  proposal_may_come(turn, !records.buckets.empty());
  records_changed(turn, news, id);
  Connection* still_there = node.connections.find(id);
  if (!records.members.empty()) {
    if (still_there != nullptr) still_there->told_of_ring = true;
    heard_of_ring(turn, !news.empty());
  }
  if (!wrong.empty() && still_there != nullptr) offence(turn, *still_there, wrong);
}

}  // namespace oxbow
