#include "net/dialer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "base/limits.h"
#include "net/socket_address.h"

namespace oxbow::net {

/// A request of libuv's outlives the attempt that it was made for: then its owner is null.
struct ConnectRequest {
  uv_connect_t uv{};
  DialAttempt* owner = nullptr;
};

struct DialAttempt {
  Dialer* dialer = nullptr;
  DialId id{};
  Instant deadline = kNever;
  std::string failure;            // not empty: it failed at once
  std::deque<Address> addresses;  // still to be tried
  std::optional<Stream> stream;
  std::optional<LookupNumber> resolving;
  ConnectRequest* connecting = nullptr;

  ~DialAttempt() {
    if (resolving) dialer->resolver_.cancel(*resolving);
    if (connecting != nullptr) connecting->owner = nullptr;
  }

  /// Connects to the next address. An error of libuv's: none could be tried.
  int connect_next();
  void resolve(std::string_view host, std::uint16_t port);
  static void on_connected(uv_connect_t* request, int status);
};

namespace {

/// Of HOST:PORT; 0: there is none.
std::uint16_t port_of(std::string_view target) {
  const auto colon = target.rfind(':');
  if (colon == std::string_view::npos) return 0;
  const std::string_view digits = target.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() ? port : 0;
}

}  // namespace

int DialAttempt::connect_next() {
  int code = UV_EADDRNOTAVAIL;
  while (!addresses.empty()) {
    const sockaddr_storage target = to_socket_address(addresses.front());
    addresses.pop_front();
    stream.emplace(dialer->loop_);
    auto request = std::make_unique<ConnectRequest>();
    request->owner = this;
    request->uv.data = request.get();
    code = uv_tcp_connect(&request->uv, stream->tcp(), reinterpret_cast<const sockaddr*>(&target),
                          on_connected);
    if (code != 0) continue;
    connecting = request.release();
    return 0;
  }
  return code;
}

void DialAttempt::resolve(std::string_view host, std::uint16_t port) {
  const auto looked_up = [this, port](std::span<const Address> found, std::string_view error) {
    resolving.reset();
    for (Address address : found) {
      address.port = port;
      addresses.push_back(address);
    }
    if (addresses.empty()) return dialer->ended(*this, error);
    if (const int code = connect_next(); code != 0) dialer->ended(*this, uv_strerror(code));
  };
  resolving = dialer->resolver_.look_up(std::string(host), looked_up);
}

void DialAttempt::on_connected(uv_connect_t* uv, int status) {
  const std::unique_ptr<ConnectRequest> request(static_cast<ConnectRequest*>(uv->data));
  DialAttempt* const self = request->owner;
  if (self == nullptr) return;
  self->connecting = nullptr;
  if (status == 0) {
    self->dialer->connected(*self);
  } else if (self->addresses.empty() || self->connect_next() != 0) {
    self->dialer->ended(*self, uv_strerror(status));
  }
}

Dialer::Dialer(Loop& loop, DialerUser& user) : loop_(loop), user_(user), resolver_(loop) {}
Dialer::~Dialer() = default;

void Dialer::dial(DialId id, std::string_view target) {
  auto attempt = std::make_unique<DialAttempt>();
  attempt->dialer = this;
  attempt->id = id;
  attempt->deadline = loop_.now().steady + limits::kDialTimeout;
  int code = UV_EINVAL;
  if (const auto address = parse_address(target)) {
    attempt->addresses.push_back(*address);
    code = attempt->connect_next();
  } else if (const auto port = port_of(target); port != 0) {
    attempt->resolve(target.substr(0, target.rfind(':')), port);
    code = 0;
  }
  if (code != 0) {
    attempt->failure = uv_strerror(code);
    attempt->deadline = loop_.now().steady;
  }
  attempts_.push_back(std::move(attempt));
}

void Dialer::expire(Instant now) {
  // The user may dial again from within: those attempts are looked at next time.
  std::size_t unseen = attempts_.size();
  for (std::size_t i = 0; unseen > 0; --unseen) {
    DialAttempt& attempt = *attempts_[i];
    if (attempt.deadline > now) {
      ++i;
      continue;
    }
    const std::string reason = attempt.failure.empty() ? "no answer in time" : attempt.failure;
    ended(attempt, reason);
  }
}

Instant Dialer::next_deadline() const {
  Instant next = kNever;
  for (const auto& attempt : attempts_) next = std::min(next, attempt->deadline);
  return next;
}

std::unique_ptr<DialAttempt> Dialer::remove(DialAttempt& attempt) {
  const auto found = std::find_if(attempts_.begin(), attempts_.end(),
                                  [&](const auto& each) { return each.get() == &attempt; });
  std::unique_ptr<DialAttempt> removed = std::move(*found);
  attempts_.erase(found);
  return removed;
}

void Dialer::ended(DialAttempt& attempt, std::string_view reason) {
  const auto removed = remove(attempt);
  user_.dial_failed(removed->id, reason);
}

void Dialer::connected(DialAttempt& attempt) {
  const auto removed = remove(attempt);
  uv_tcp_nodelay(removed->stream->tcp(), 1);
  removed->stream->notice_a_vanished_end();
  user_.dial_connected(removed->id, std::move(*removed->stream));
}

}  // namespace oxbow::net
