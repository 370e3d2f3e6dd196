#include <oxbow/async_client.h>

#include "client/async_requests.h"
#include "client/time_allowed.h"

namespace oxbow {

AsyncClient::AsyncClient(uv_loop_s* loop, const std::string& address, const AsyncOptions& options)
    : implementation_(new Implementation(loop, address, options)) {}
AsyncClient::~AsyncClient() { implementation_->detach(); }

AsyncClient::Ticket AsyncClient::get(const std::string& key, Callback<GetAnswer> callback) {
  GetRequest request;
  request.key = key;
  return get(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::get(const GetRequest& request, Callback<GetAnswer> callback) {
  return implementation_->ask(request, std::move(callback), allowed(request.timeout_ms));
}

AsyncClient::Ticket AsyncClient::put(const std::string& key, const std::string& value,
                                     const std::string& context, Callback<PutAnswer> callback) {
  PutRequest request;
  request.key = key;
  request.value = value;
  request.context = context;
  return put(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::put(const PutRequest& request, Callback<PutAnswer> callback) {
  return implementation_->ask(request, std::move(callback), allowed(request.timeout_ms));
}

AsyncClient::Ticket AsyncClient::remove(const std::string& key, const std::string& context,
                                        Callback<DeleteAnswer> callback) {
  DeleteRequest request;
  request.key = key;
  request.context = context;
  return remove(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::remove(const DeleteRequest& request,
                                        Callback<DeleteAnswer> callback) {
  return implementation_->ask(request, std::move(callback), allowed(request.timeout_ms));
}

AsyncClient::Ticket AsyncClient::lookup(const LookupRequest& request,
                                        Callback<LookupAnswer> callback) {
  return implementation_->ask(request, std::move(callback), allowed(request.timeout_ms));
}
AsyncClient::Ticket AsyncClient::ring(Callback<RingAnswer> callback) {
  return implementation_->ask(RingRequest{}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::owner(const std::string& key, Callback<OwnerAnswer> callback) {
  return implementation_->ask(OwnerRequest{key}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::ring_join(const RingJoinRequest& request,
                                           Callback<RingJoinAnswer> callback) {
  return implementation_->ask(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::ring_leave(const RingLeaveRequest& request,
                                            Callback<RingLeaveAnswer> callback) {
  return implementation_->ask(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::ring_bucket(const RingBucketRequest& request,
                                             Callback<RingBucketAnswer> callback) {
  return implementation_->ask(request, std::move(callback));
}

AsyncClient::Ticket AsyncClient::find(const FindRequest& request, Callback<FindAnswer> callback,
                                      std::function<void(const SearchHit&)> on_hit) {
  FindRequest asked = request;
  asked.stream = static_cast<bool>(on_hit);
  return implementation_->ask(std::move(asked), std::move(callback), allowed(request.timeout_ms),
                              std::move(on_hit));
}
AsyncClient::Ticket AsyncClient::piece(const PieceCall& request, Callback<PieceAnswer> callback) {
  return implementation_->ask(request, std::move(callback));
}
AsyncClient::Ticket AsyncClient::publish(const std::string& key, const std::string& value,
                                         Callback<PublishAnswer> callback) {
  return implementation_->ask(PublishRequest{key, value}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::unpublish(const std::string& key,
                                           Callback<UnpublishAnswer> callback) {
  return implementation_->ask(UnpublishRequest{key}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::peers(Callback<PeersAnswer> callback) {
  return implementation_->ask(PeersRequest{}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::status(Callback<StatusAnswer> callback) {
  return implementation_->ask(StatusRequest{}, std::move(callback));
}
AsyncClient::Ticket AsyncClient::ping(Callback<PingAnswer> callback) {
  return implementation_->ask(PingRequest{}, std::move(callback));
}

bool AsyncClient::cancel(Ticket ticket) { return implementation_->cancel(ticket); }
std::size_t AsyncClient::under_way() const { return implementation_->under_way(); }
void AsyncClient::when_idle(std::function<void()> callback) {
  implementation_->when_idle(std::move(callback));
}
void AsyncClient::close(std::function<void()> on_closed) {
  implementation_->close(std::move(on_closed));
}

}  // namespace oxbow
