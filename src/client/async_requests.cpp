#include "client/async_requests.h"

#include <algorithm>
#include <vector>

namespace oxbow {
namespace {

// Beyond it requests wait as they are, not as bytes.
constexpr std::size_t kUnsent = 1024 * 1024;

}  // namespace

AsyncClient::Implementation::Implementation(uv_loop_t* loop, const std::string& address,
                                            const AsyncOptions& options)
    : connection_(loop, *this), options_(options) {
  options_.in_flight =
      std::clamp<std::size_t>(options.in_flight, 1, std::size_t{limits::kRpcInFlight});
  Result<Endpoint> endpoint = parse_endpoint(address);
  if (endpoint) {
    connection_.connect(address, std::move(*endpoint), options.connect_timeout);
  } else {
    failure_ = endpoint.error();
  }
}

// -- requests out ---------------------------------------------------------------------------------

AsyncClient::Ticket AsyncClient::Implementation::submit(ClientRequest request,
                                                        std::chrono::milliseconds allowed,
                                                        Answered answered, Hits on_hit) {
  if (closing_) return 0;
  const Ticket ticket = ++last_ticket_;
  const auto patience = (allowed + options_.patience).count();
  const std::uint64_t deadline = AsyncConnection::now() + static_cast<std::uint64_t>(patience);
  const Asks asks = asks_of(request);
  requests_.emplace(
      ticket, Request{std::move(request), asks, std::move(answered), std::move(on_hit), deadline});
  deadlines_.emplace(deadline, ticket);
  waiting_.push_back(ticket);
  send_waiting();
  plan();
  return ticket;
}

void AsyncClient::Implementation::send_waiting() {
  while (connection_.is_open() && !waiting_.empty() && at_peer_.size() < options_.in_flight &&
         connection_.unsent() < kUnsent) {
    const Ticket ticket = waiting_.front();
    waiting_.pop_front();
    const auto request = requests_.find(ticket);
    if (request == requests_.end()) continue;
    if (at_peer_.empty()) heard_ = AsyncConnection::now();
    at_peer_[stream_.append_request(request->second.content, connection_.outgoing())] = ticket;
    request->second.content = PingRequest{};  // a value may be large
  }
}

// -- answers in -----------------------------------------------------------------------------------

void AsyncClient::Implementation::connection_received(std::string_view bytes) {
  heard_ = AsyncConnection::now();
  pinged_.reset();
  stream_.feed(bytes);
  while (!closing_ && take(stream_.next())) {
  }
  if (closing_) return;
  send_waiting();
  tell_idle();
  plan();
}

bool AsyncClient::Implementation::take(RpcClientStream::Next next) {
  switch (next) {
    case RpcClientStream::Next::more:
      return false;
    case RpcClientStream::Next::error: {
      connection_.end();
      connection_ended(not_an_answer(stream_.error()));
      return false;
    }
    case RpcClientStream::Next::hit: {
      const auto sent = at_peer_.find(stream_.id());
      const auto request = sent == at_peer_.end() ? requests_.end() : requests_.find(sent->second);
      if (request == requests_.end() || !request->second.on_hit) return true;
      const Hits on_hit = request->second.on_hit;  // it may cancel the request
      on_hit(stream_.hit());
      return true;
    }
    case RpcClientStream::Next::answer: {
      const auto sent = at_peer_.find(stream_.id());
      if (sent == at_peer_.end()) return true;
      const Ticket ticket = sent->second;
      at_peer_.erase(sent);
      finish(ticket, std::move(stream_.answer()));
      return true;
    }
  }
  return false;
}

void AsyncClient::Implementation::finish(Ticket ticket, Result<ClientAnswer> answer) {
  const auto found = requests_.find(ticket);
  if (found == requests_.end()) return;
  const Answered answered = std::move(found->second.answered);
  deadlines_.erase({found->second.deadline, ticket});
  requests_.erase(found);
  answered(std::move(answer));
}

// Requests that are made meanwhile are not among them.
void AsyncClient::Implementation::finish_all(const Error& error) {
  std::vector<Ticket> tickets;
  for (const auto& request : requests_) tickets.push_back(request.first);
  for (const Ticket ticket : tickets) {
    if (detached_) return;
    finish(ticket, error);
  }
}

void AsyncClient::Implementation::finish_late() {
  const std::uint64_t now = AsyncConnection::now();
  std::vector<Ticket> late;
  for (const auto& [deadline, ticket] : deadlines_) {
    if (deadline > now) break;
    late.push_back(ticket);
  }
  for (const Ticket ticket : late) {
    if (closing_) return;
    const auto request = requests_.find(ticket);
    if (request == requests_.end()) continue;
    finish(ticket, peer_late(request->second.asks));
  }
}

// When a peer that has requests, and is quiet, is pinged; or hangs, as it did not answer that.
std::uint64_t AsyncClient::Implementation::next_watch() const {
  if (at_peer_.empty() || !connection_.is_open()) return ~std::uint64_t{0};
  constexpr Watch kWatch;
  if (pinged_) return *pinged_ + static_cast<std::uint64_t>(kWatch.ping_patience.count());
  return heard_ + static_cast<std::uint64_t>(kWatch.quiet.count());
}

void AsyncClient::Implementation::watch_peer() {
  const std::uint64_t now = AsyncConnection::now();
  if (next_watch() > now) return;
  if (!pinged_) {
    pinged_ = now;
    stream_.append_request(PingRequest{}, connection_.outgoing());
    return;
  }
  pinged_.reset();
  heard_ = now;
  std::vector<std::pair<Ticket, Asks>> given_up;
  for (const auto& [ticket, request] : requests_) given_up.emplace_back(ticket, request.asks);
  for (const auto& [ticket, asks] : given_up) {
    if (closing_ || detached_) return;
    finish(ticket, peer_hangs(asks));
  }
}

bool AsyncClient::Implementation::cancel(Ticket ticket) {
  const auto found = requests_.find(ticket);
  if (found == requests_.end()) return false;
  deadlines_.erase({found->second.deadline, ticket});
  requests_.erase(found);
  plan();
  return true;
}

// -- time -----------------------------------------------------------------------------------------

void AsyncClient::Implementation::plan() {
  if (closing_) return;
  const bool has_news = requests_.empty() ? static_cast<bool>(on_idle_) : failure_.has_value();
  if (has_news) {
    connection_.wake_at(0);
  } else if (deadlines_.empty()) {
    connection_.sleep();
  } else {
    connection_.wake_at(std::min(deadlines_.begin()->first, next_watch()));
  }
}

void AsyncClient::Implementation::connection_due() {
  if (failure_) {
    finish_all(*failure_);
  } else {
    finish_late();
    if (!closing_) watch_peer();
  }
  if (closing_) return;
  tell_idle();
  plan();
}

void AsyncClient::Implementation::when_idle(std::function<void()> callback) {
  on_idle_ = std::move(callback);
  plan();
}

void AsyncClient::Implementation::tell_idle() {
  if (closing_ || !requests_.empty() || !on_idle_) return;
  const auto callback = std::exchange(on_idle_, nullptr);
  callback();
}

// -- the end --------------------------------------------------------------------------------------

void AsyncClient::Implementation::connection_ended(const Error& error) {
  failure_ = stream_.closing() ? peer_closing(*stream_.closing()) : error;
  at_peer_.clear();
  waiting_.clear();
  plan();  // the callbacks come from the timer
}

void AsyncClient::Implementation::close(std::function<void()> on_closed) {
  if (closing_) return;
  closing_ = true;
  on_closed_ = std::move(on_closed);
  connection_.close();
}

void AsyncClient::Implementation::detach() {
  detached_ = true;
  requests_.clear();
  if (closed_) {
    delete this;
  } else {
    close({});
  }
}

void AsyncClient::Implementation::connection_closed() {
  finish_all({"closed", "the client was closed before the answer came", "", ""});
  closed_ = true;
  if (detached_) {
    delete this;
    return;
  }
  const auto callback = std::exchange(on_closed_, nullptr);
  if (callback) callback();  // which may destroy this
}

}  // namespace oxbow
