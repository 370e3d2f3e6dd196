// One message of every type and one request and answer of every method, with no field at its
// default: what the codec's tests, fuzzers and benchmarks start from.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "message/client.h"
#include "message/messages.h"

namespace oxbow::samples {

template <class Id>
Id id_from(std::uint8_t first) {
  Id id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(first + i);
  }
  return id;
}

inline constexpr RequestId kRequestId{0x0102030405060708, 0xf1f2f3f4f5f6f7f8};
inline const PeerId kPeer = id_from<PeerId>(0xa0);
inline const Digest kDigest = id_from<Digest>(0x40);

inline Address ipv4() {
  Address address;
  address.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
  address.port = 7400;
  return address;
}
inline Address ipv6() {
  Address address;
  address.ip = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  address.port = 65535;
  return address;
}

inline Hello hello() {
  return {kProtocolVersion,        "oxbow", kPeer,  ipv4(), "north", 0,
          ConnectionKind::control, true,    0x1122, 0x99,   5};
}
inline Query query() {
  return {kRequestId, 7, 0, 3, query_flags::kReport, Match::exact, 100, "docs/readme.txt"};
}

/// A hello first, as a stream needs it.
inline std::vector<Message> messages() {
  static const std::array<HitResult, 2> results{
      {{"docs/readme.txt", 1234567, kDigest},
       {std::string_view("\x00\xff", 2), 0, Digest{}, "clock"}}};
  static const std::array<TraceEntry, 2> trace{
      {{TraceKind::walker_left, 6, 1, 123456, ipv4()}, {TraceKind::started, 7, 0, 0, Address{}}}};
  static const std::array<PongEntry, 2> addresses{{{kPeer, ipv4()}, {kPeer, ipv6()}}};
  static const std::array<MemberRecord, 2> members{
      {{kPeer, 1ULL << 40, MemberState::left, ipv4(), "north", "east", 256},
       {id_from<PeerId>(0xb0), 1, MemberState::joined, ipv6(), "", "", 128}}};
  static const std::array<BucketRecord, 1> buckets{
      {{"carts", 300, kPeer, 5, 1, 4, Conflicts::lww, Sync::no}}};
  static const std::array<LookupHop, 2> path{{{kPeer, ipv4()}, {id_from<PeerId>(0xb0), ipv6()}}};
  static const std::array<MemberOutcome, 2> outcomes{
      {{kPeer, PeerId{}, Outcome::stored, false, 250},
       {id_from<PeerId>(0xb0), kPeer, Outcome::hinted, true, 70000}}};
  static constexpr RingStamp kRing{300, 0x1122334455667788};
  return {
      hello(),
      Bye{"network", "this is network 'other'"},
      LinkChange{LinkAction::refuse, "no room", addresses, 3},
      Ping{0x1122334455667788, true},
      Pong{0x1122334455667788, addresses, true, 300},
      query(),
      Hit{kRequestId, kPeer, ipv6(), "north", 1, 2, true, 3, results, {}},
      Hit{kRequestId, kPeer, ipv6(), "north", 0, 0, false, 3, {}, trace},
      QueryDone{kRequestId, 513, {1, 2, 3, 4, 5, 70000, 600, 8, marks::kRate | marks::kFull}},
      Walk{kRequestId, 1, 1000, 24, 20, query_flags::kAll, Match::glob, 5, kPeer, ipv4(), "*.txt"},
      WalkReport{kRequestId, 1, 24, WalkEvent::hit, 20, kPeer, ipv4(), "north", results},
      WalkReply{kRequestId, 1, true},
      PieceRequest{99, "docs/readme.txt", kDigest, 1ULL << 40, 65536},
      Piece{99, PieceStatus::busy, "bytes"},
      Gossip{0x1122334455667788, 0x0102030405},
      GossipRecords{members, buckets, true, 300},
      LookupStep{7, RingWay::finger, 0xdeadbeef, kPeer, ipv4(), path},
      LookupEnd{7, true, path},
      ObjectRead{7, kRing, true, "cart/7"},
      ObjectReply{7, ReplicaStatus::not_owner, false, "object", true},
      ObjectWrite{7, kRing, WriteReason::handoff, Conflicts::lww, Sync::no, kPeer, false, "cart/7",
                  "object", true, true},
      WriteReply{7, ReplicaStatus::no_room, "full"},
      Coordinate{7,
                 kRing,
                 Operation::put,
                 {QuorumKind::number, 2},
                 true,
                 5000,
                 "cart/7",
                 "milk",
                 "context",
                 OrderGrant::awaited},
      Coordinated{7, "quorum", "not enough", "2", "1", false, "object", "context", "carts", 3, 2, 4,
                  1500, outcomes, "{a#1:2}"},
      Confirmed{7},
      Grant{7, GrantWord::withdrawn},
      IdInUse{"north", ipv4(), 0x1122},
      DialReport{ipv4(), "connection refused"},
  };
}

inline std::vector<ClientRequest> requests() {
  FindRequest find;
  find.key = "docs/*";
  find.match = Match::glob;
  find.via = Via::expanding;
  find.ttl = 5;
  find.all = false;
  find.first = true;
  find.report = false;
  find.trace = true;
  find.stream = true;
  find.timeout_ms = 1500;
  find.max_hits = 10;
  find.walkers = 4;
  find.steps = 64;
  return {PingRequest{},
          find,
          PieceCall{"docs/readme.txt", "192.0.2.7:7400", "a0a1", "4041", 65536, 1000},
          PublishRequest{"greeting", std::string("\x00\xffhello", 7)},
          UnpublishRequest{std::string("\xff\xfe", 2)},
          PeersRequest{},
          PeerAddRequest{"localhost:7401"},
          PeerRemoveRequest{"north"},
          StatusRequest{},
          WaitReadyRequest{2500},
          TraceRequest{"0102", 6, 700},
          GetRequest{"cart/7", "all", true, false, true, false, 3, 1500},
          PutRequest{"cart/7", std::string("\x00\xff", 2), "\x01\xfe", "quorum", true, false, 1500},
          DeleteRequest{"cart/7", "\x01\xfe", "2", true, false, 1500},
          LookupRequest{"cart/7", RingWay::successor, 1500},
          RingRequest{},
          OwnerRequest{"\xff"},
          RingJoinRequest{"east", 0.5},
          RingLeaveRequest{true},
          RingBucketRequest{"carts", 5, 3, std::nullopt, "lww", false}};
}

inline SearchHit search_hit() {
  return {"docs/readme.txt", "192.0.2.7:7400", "a0a1", "north", 3, 1234567, "4041", "{a0a1#1:2}"};
}

inline std::vector<ClientAnswer> answers() {
  SearchReport report;
  report.request_id = "0102";
  report.via = Via::walk;
  report.ttl = 7;
  report.query_messages = 25;
  report.duplicates = 6;
  report.refused = 1;
  report.max_hops = 4;
  report.first_hit_ms = 1.5;
  report.elapsed_ms = 12.25;
  report.waves = 3;
  report.marks = {"rate", "link lost"};
  report.stopped = Stopped::first_hit;

  NeighborStatus neighbor;
  neighbor.address = "192.0.2.7:7400";
  neighbor.id = "a0a1";
  neighbor.state = "linked";
  neighbor.configured = true;
  neighbor.round_trip_ms = 0.25;
  neighbor.queries_in = 1ULL << 33;

  StatusAnswer status;
  status.id_conflicts = {"two processes use the same id"};
  status.version = "0.1.0";
  status.ready = true;
  status.uptime_seconds = 61.5;
  status.shares = {10, 2000, 1, 30, true};
  status.tables = {{"seen", 12}, {"route", 3}};
  status.counters = {{"queries", 77}};
  status.warnings = {"this peer's clock is 3 days behind"};

  TracedPeer traced{"192.0.2.7:7400", "a0a1", "north", 2, {{"forwarded", "x", 6, 1, 0.5}}};

  QuorumReport quorum;
  quorum.bucket = "carts";
  quorum.n = 3;
  quorum.w = 2;
  quorum.acknowledged = 2;
  quorum.primaries = 1;
  quorum.fallbacks = 1;
  quorum.hints = 1;
  quorum.repairs = 1;
  quorum.coordinator = "192.0.2.7:7400";
  quorum.coordinator_id = "a0a1";
  quorum.clock = "{a0a1#1:2}";
  quorum.elapsed_ms = 1.5;
  quorum.members = {
      {"192.0.2.7:7400", "a0a1", "north", "east", "primary", "", "stored", true, false, 0.25},
      {"192.0.2.8:7400", "b0b1", "south", "west", "fallback", "192.0.2.9:7400", "hinted", false,
       true, std::nullopt}};
  GetAnswer get{true,
                true,
                true,
                {{std::string("\x00\xff", 2), "a0a1#1:2", 1714564803000}, {"milk", "b0b1#1:1", 0}},
                "\x01\xfe",
                Source::flood,
                quorum,
                true,
                quorum,
                {search_hit()},
                7,
                report,
                "26 siblings"};
  MemberInfo member{
      "192.0.2.7:7400", "a0a1", "north", "east", "joined", 128, 0.25, 3, true, false, 4,
      1ULL << 33};
  BucketInfo bucket{"carts", 3, 2, 1, "lww", false};
  LookupPeer peer{"192.0.2.7:7400", "a0a1", "north"};

  return {
      PingAnswer{},
      FindAnswer{true, {search_hit(), search_hit()}, report},
      PieceAnswer{std::string("\x00\x01\xff", 3)},
      PublishAnswer{"4041", true},
      UnpublishAnswer{true},
      PeersAnswer{{neighbor, NeighborStatus{}}},
      PeerAddAnswer{true},
      PeerRemoveAnswer{true},
      status,
      WaitReadyAnswer{true, "shared folders"},
      TraceAnswer{true, {traced}, report},
      get,
      PutAnswer{true, "\x01\xfe", 2, "26 siblings", quorum},
      DeleteAnswer{true, "\x01\xfe", 1, quorum},
      LookupAnswer{true, RingWay::finger, "00000000deadbeef", peer, {peer, peer}, 1, 0.5, "why"},
      RingAnswer{5, "0011", true, {member, MemberInfo{}}, {bucket}, 7, {"a warning"}},
      OwnerAnswer{"00000000deadbeef", bucket, {member}, {MemberInfo{}}},
      RingJoinAnswer{true, 3, false},
      RingLeaveAnswer{true, 2, true, 3, 4, true},
      RingBucketAnswer{true, true, bucket, 2}};
}

}  // namespace oxbow::samples
