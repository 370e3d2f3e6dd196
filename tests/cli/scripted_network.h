// A network behind one peer that answers by a script: what the live comparison is tested against.
#pragma once

#include <oxbow/client.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "cli/ran.h"
#include "client/fake_peer.h"

namespace oxbow::test {

inline const std::string kOwn = "a0";  // the asked peer's id

inline QuorumMember member(const std::string& id, const std::string& outcome,
                           bool coordinator = false) {
  QuorumMember one;
  one.id = id;
  one.role = "primary";
  one.outcome = outcome;
  one.coordinator = coordinator;
  return one;
}

/// Of a get that `b1` coordinated for the asked peer, with R = 2.
inline GetAnswer ring_answer(const std::string& outcome) {
  GetAnswer answer;
  answer.quorum.n = 3;
  answer.quorum.r = 2;
  answer.quorum.primaries = 2;
  answer.quorum.coordinator_id = "b1";
  answer.quorum.members = {member("b1", outcome, true), member("b2", outcome),
                           member("b3", "asked")};
  return answer;
}

inline GetAnswer stored() {
  GetAnswer answer = ring_answer("answered");
  answer.found = true;
  answer.values = {{"value", "", 0}};
  return answer;
}

inline SearchHit hit(std::uint32_t hops, std::uint64_t size = 5) {
  return {"key", "10.0.0.9:7400", "c9", "", hops, size, ""};
}

/// 5 peers reached by 7 copies, 3 of them duplicates.
inline FindAnswer flood(std::vector<SearchHit> hits) {
  FindAnswer answer;
  answer.found = !hits.empty();
  answer.hits = std::move(hits);
  answer.search.ttl = 7;
  answer.search.query_messages = 7;
  answer.search.duplicates = 3;
  answer.search.hit_messages = answer.found ? 2 : 0;
  answer.search.done_messages = 7;
  answer.search.peers_reached = 5;
  if (answer.found) answer.search.first_hit_ms = 1.5;
  answer.search.elapsed_ms = 4;
  return answer;
}

inline LookupAnswer lookup(RingWay via) {
  LookupAnswer answer;
  answer.found = true;
  answer.via = via;
  answer.position = "8000000000000000";
  answer.owner = {"10.0.0.3:7400", "b2", "b2"};
  answer.path = {{"10.0.0.1:7400", kOwn, ""}, {"10.0.0.2:7400", "b1", "b1"}, answer.owner};
  answer.forwards = 2;
  answer.elapsed_ms = 0.5;
  return answer;
}

/// What a scripted network answers; without a get, there is no ring.
struct Network {
  std::function<FindAnswer(const FindRequest&)> find = [](const auto&) { return flood({}); };
  std::function<Result<GetAnswer>(const GetRequest&)> get;
  TraceAnswer trace;     // of every search
  bool looks_up = true;  // else every lookup is lost on its way

  void answer(std::uint32_t id, const ClientRequest& request, std::string& out) const {
    if (std::holds_alternative<StatusRequest>(request)) {
      StatusAnswer status;
      status.id = kOwn;
      status.name = "asked";
      append_answer(id, status, out);
    } else if (const auto* found = std::get_if<FindRequest>(&request)) {
      append_answer(id, find(*found), out);
    } else if (const auto* got = std::get_if<GetRequest>(&request)) {
      const Result<GetAnswer> answer =
          get ? get(*got) : Error{"no-ring", "this peer knows of no ring", "", ""};
      if (answer.ok()) {
        append_answer(id, *answer, out);
      } else {
        append_error(id, answer.error(), out);
      }
    } else if (const auto* asked = std::get_if<LookupRequest>(&request)) {
      LookupAnswer found_owner = lookup(asked->via);
      found_owner.found = looks_up;
      append_answer(id, found_owner, out);
    } else if (std::holds_alternative<RingRequest>(request)) {
      RingAnswer ring;
      MemberInfo joined;
      joined.state = "joined";
      if (get) ring.members = {joined};
      append_answer(id, ring, out);
    } else if (std::holds_alternative<TraceRequest>(request)) {
      append_answer(id, trace, out);
    } else {
      append_error(id, {"unexpected", "no such request in this script", "", ""}, out);
    }
  }
};

inline FakePeer peer_of(const Network& network) {
  return FakePeer([network](std::uint32_t id, const ClientRequest& request, std::string& out) {
    network.answer(id, request, out);
    return true;
  });
}

/// Runs `oxbow compare` against it.
inline Ran ask(const FakePeer& peer, std::vector<std::string> words) {
  words.insert(words.begin(), {"--peer", peer.address(), "compare"});
  return run_words(words);
}

}  // namespace oxbow::test
