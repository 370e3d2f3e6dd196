// Clients of the peers of a simulated network: requests, and the one ending of each.
#include <fmt/format.h>

#include <utility>

#include "base/sha256.h"
#include "sim/host.h"
#include "sim/network.h"

namespace oxbow {

RequestHandle SimNetwork::request(PeerNumber peer, ClientRequest request) {
  OXBOW_ASSERT(is_running(peer), "a request to a peer that does not run");
  const RequestHandle handle{next_handle_++};
  RequestRecord& record = records_[handle];
  record.peer = peer;
  record.asked = now_;
  when_free([this, peer, handle, request = std::move(request)] {
    if (records_[handle].over()) return;  // its peer has crashed meanwhile
    call(peer, [&](Node& node, Now now, Outbox& out) { node.request(now, handle, request, out); });
  });
  return handle;
}

void SimNetwork::cancel(RequestHandle handle) {
  when_free([this, handle] {
    RequestRecord& record = records_.at(handle);
    if (record.over()) return;
    record.cancelled = true;
    record.ended = now_;
    call(record.peer, [&](Node& node, Now now, Outbox& out) { node.cancel(now, handle, out); });
  });
}

const RequestRecord& SimNetwork::record(RequestHandle handle) const { return records_.at(handle); }

void SimNetwork::take_reply(const Reply& reply) {
  const auto found = records_.find(reply.handle);
  OXBOW_ASSERT(found != records_.end(), "a reply to a request that nobody made");
  RequestRecord& record = found->second;
  OXBOW_ASSERT(!record.over(), "a reply to a request that was over");
  if (const auto* hit = std::get_if<SearchHit>(&reply.content)) {
    record.hits.push_back(*hit);
    if (tracing_) note(fmt::format("{} replies: a hit from {}", record.peer, hit->holder_name));
    return;
  }
  if (const auto* answer = std::get_if<ClientAnswer>(&reply.content)) {
    record.ending.emplace(*answer);
    if (tracing_) note(fmt::format("{} replies: the answer", record.peer));
  } else {
    const Error& error = std::get<Error>(reply.content);
    record.ending.emplace(error);
    if (tracing_) note(fmt::format("{} replies: error {}", record.peer, error.message));
  }
  record.ended = now_;
}

FindAnswer SimNetwork::find(PeerNumber peer, FindRequest wanted) {
  const RequestHandle handle = request(peer, std::move(wanted));
  const RequestRecord& asked = record(handle);
  const bool over = run_until([&] { return asked.over(); }, std::chrono::minutes(10));
  OXBOW_ASSERT(over, "a find has no end");
  return asked.answer<FindAnswer>();
}

template <class Answer>
Result<Answer> SimNetwork::ask(PeerNumber peer, ClientRequest wanted) {
  const RequestHandle handle = request(peer, std::move(wanted));
  const RequestRecord& asked = record(handle);
  const bool over = run_until([&] { return asked.over(); }, std::chrono::minutes(10));
  OXBOW_ASSERT(over, "a request has no end");
  if (asked.peer_crashed) return Error{"peer-lost", "the asked peer has crashed", "", ""};
  if (const Error* error = asked.error()) return *error;
  return asked.answer<Answer>();
}

Result<GetAnswer> SimNetwork::get(PeerNumber peer, GetRequest request) {
  return ask<GetAnswer>(peer, std::move(request));
}
Result<PutAnswer> SimNetwork::put(PeerNumber peer, PutRequest request) {
  return ask<PutAnswer>(peer, std::move(request));
}
Result<DeleteAnswer> SimNetwork::del(PeerNumber peer, DeleteRequest request) {
  return ask<DeleteAnswer>(peer, std::move(request));
}
Result<RingAnswer> SimNetwork::ring(PeerNumber peer) {
  return ask<RingAnswer>(peer, RingRequest{});
}
Result<OwnerAnswer> SimNetwork::owner(PeerNumber peer, std::string key) {
  return ask<OwnerAnswer>(peer, OwnerRequest{std::move(key)});
}
Result<LookupAnswer> SimNetwork::lookup(PeerNumber peer, LookupRequest request) {
  return ask<LookupAnswer>(peer, std::move(request));
}
Result<RingJoinAnswer> SimNetwork::ring_join(PeerNumber peer, RingJoinRequest request) {
  return ask<RingJoinAnswer>(peer, std::move(request));
}
Result<RingLeaveAnswer> SimNetwork::ring_leave(PeerNumber peer, RingLeaveRequest request) {
  return ask<RingLeaveAnswer>(peer, request);
}
Result<RingBucketAnswer> SimNetwork::ring_bucket(PeerNumber peer, RingBucketRequest request) {
  return ask<RingBucketAnswer>(peer, std::move(request));
}

void SimNetwork::publish(PeerNumber peer, std::string key, std::string value) {
  const RequestHandle handle = request(peer, PublishRequest{std::move(key), std::move(value)});
  OXBOW_ASSERT(record(handle).ending && !record(handle).error(), "a value was not published");
}

void SimNetwork::share(PeerNumber peer, const std::string& key, std::string bytes) {
  const Digest digest = sha256(bytes);
  host(peer).disk[key] = {std::move(bytes), digest};
  if (!is_running(peer)) return;
  when_free([this, peer] {
    const IndexUpdate update = whole_share(host(peer));
    call(peer, [&](Node& node, Now now, Outbox& out) { node.index_changed(now, update, out); });
  });
}

}  // namespace oxbow
