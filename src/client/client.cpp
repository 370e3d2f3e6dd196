#include <oxbow/client.h>

#include <algorithm>

#include "client/download_session.h"
#include "client/implementation.h"
#include "client/time_allowed.h"

namespace oxbow {
namespace {

using std::chrono::milliseconds;

constexpr int kUpdateAttempts = 5;

}  // namespace

Result<ClientAnswer> Client::Implementation::call(
    const ClientRequest& request, milliseconds time,
    const std::function<void(const SearchHit&)>& on_hit) {
  const Deadline deadline = deadline_after(time);
  Result<std::uint32_t> id = channel.send(request, deadline);
  if (!id) return id.error();
  for (;;) {
    Result<Arrival> arrival = channel.receive(deadline);
    if (!arrival) {
      const std::string& code = arrival.error().code;
      if (code == "timeout") return peer_late(asks_of(request));
      if (code == "peer-hangs") return peer_hangs(asks_of(request));
      return arrival.error();
    }
    if (arrival->id != *id) continue;
    if (auto* answer = std::get_if<Result<ClientAnswer>>(&arrival->content))
      return std::move(*answer);
    if (on_hit) on_hit(std::get<SearchHit>(arrival->content));
  }
}

Client::Client(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::connect(const std::string& address, milliseconds timeout) {
  Result<Socket> socket = Socket::connect(address, std::chrono::steady_clock::now() + timeout);
  if (!socket) return socket.error();
  return Client(std::make_unique<Implementation>(address, std::move(*socket)));
}

const std::string& Client::address() const { return implementation_->address; }

void Client::set_patience(milliseconds patience) { implementation_->patience = patience; }

Result<FindAnswer> Client::find(const FindRequest& request,
                                const std::function<void(const SearchHit&)>& on_hit) {
  FindRequest asked = request;
  asked.stream = static_cast<bool>(on_hit);
  return implementation_->ask<FindAnswer>(asked, allowed(request.timeout_ms), on_hit);
}

Result<FetchSummary> Client::fetch(const std::vector<SearchHit>& hits, const FetchOptions& options,
                                   const std::function<void(const FetchProgress&)>& on_progress) {
  return download(implementation_->channel, implementation_->patience, hits, options, on_progress);
}

Result<PieceAnswer> Client::piece(const PieceCall& request) {
  return implementation_->ask<PieceAnswer>(request);
}
Result<PublishAnswer> Client::publish(const std::string& key, const std::string& value) {
  return implementation_->ask<PublishAnswer>(PublishRequest{key, value});
}
Result<UnpublishAnswer> Client::unpublish(const std::string& key) {
  return implementation_->ask<UnpublishAnswer>(UnpublishRequest{key});
}
Result<PeersAnswer> Client::peers() { return implementation_->ask<PeersAnswer>(PeersRequest{}); }
Result<PeerAddAnswer> Client::peer_add(const std::string& address) {
  return implementation_->ask<PeerAddAnswer>(PeerAddRequest{address});
}
Result<PeerRemoveAnswer> Client::peer_remove(const std::string& address_id_or_name) {
  return implementation_->ask<PeerRemoveAnswer>(PeerRemoveRequest{address_id_or_name});
}
Result<StatusAnswer> Client::status() {
  return implementation_->ask<StatusAnswer>(StatusRequest{});
}

Result<WaitReadyAnswer> Client::wait_ready(milliseconds timeout) {
  // 0 would mean the peer's own default.
  const auto asked = static_cast<std::uint32_t>(
      std::clamp<long>(static_cast<long>(timeout.count()), 1, 86'400'000));
  return implementation_->ask<WaitReadyAnswer>(WaitReadyRequest{asked}, milliseconds(asked));
}

Result<TraceAnswer> Client::trace(const TraceRequest& request) {
  return implementation_->ask<TraceAnswer>(request, allowed(request.timeout_ms));
}

Result<GetAnswer> Client::get(const std::string& key) {
  GetRequest request;
  request.key = key;
  return get(request);
}
Result<GetAnswer> Client::get(const GetRequest& request) {
  return implementation_->ask<GetAnswer>(request, allowed(request.timeout_ms));
}

Result<PutAnswer> Client::put(const std::string& key, const std::string& value,
                              const std::string& context) {
  PutRequest request;
  request.key = key;
  request.value = value;
  request.context = context;
  return put(request);
}
Result<PutAnswer> Client::put(const PutRequest& request) {
  return implementation_->ask<PutAnswer>(request, allowed(request.timeout_ms));
}

Result<DeleteAnswer> Client::remove(const std::string& key, const std::string& context) {
  DeleteRequest request;
  request.key = key;
  request.context = context;
  return remove(request);
}
Result<DeleteAnswer> Client::remove(const DeleteRequest& request) {
  return implementation_->ask<DeleteAnswer>(request, allowed(request.timeout_ms));
}

Result<PutAnswer> Client::update(const std::string& key, const Merge& merge) {
  GetRequest request;
  request.key = key;
  request.search = false;
  for (int attempt = 1;; ++attempt) {
    const Result<GetAnswer> seen = get(request);
    if (!seen) return seen.error();
    Result<PutAnswer> written = put(key, merge(seen->values), seen->context);
    if (!written || written->siblings <= 1 || attempt == kUpdateAttempts) return written;
  }
}

Result<LookupAnswer> Client::lookup(const std::string& key, RingWay via) {
  LookupRequest request;
  request.key = key;
  request.via = via;
  return lookup(request);
}
Result<LookupAnswer> Client::lookup(const LookupRequest& request) {
  return implementation_->ask<LookupAnswer>(request, allowed(request.timeout_ms));
}
Result<RingAnswer> Client::ring() { return implementation_->ask<RingAnswer>(RingRequest{}); }
Result<OwnerAnswer> Client::owner(const std::string& key) {
  return implementation_->ask<OwnerAnswer>(OwnerRequest{key});
}
Result<RingJoinAnswer> Client::ring_join(const RingJoinRequest& request) {
  return implementation_->ask<RingJoinAnswer>(request);
}
Result<RingLeaveAnswer> Client::ring_leave(const RingLeaveRequest& request) {
  return implementation_->ask<RingLeaveAnswer>(request);
}
Result<RingBucketAnswer> Client::ring_bucket(const RingBucketRequest& request) {
  return implementation_->ask<RingBucketAnswer>(request);
}

Status Client::ping() {
  Result<PingAnswer> answer = implementation_->ask<PingAnswer>(PingRequest{});
  if (!answer) return answer.error();
  return Done{};
}

}  // namespace oxbow
