// Connects to peers: an address at once, a host's name by way of the resolver. Every attempt ends
// within limits::kDialTimeout.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"

namespace oxbow::net {

class DialerUser {
 public:
  virtual void dial_connected(DialId id, Stream stream) = 0;
  virtual void dial_failed(DialId id, std::string_view reason) = 0;

 protected:
  ~DialerUser() = default;
};

struct DialAttempt;

class Dialer {
 public:
  Dialer(Loop& loop, DialerUser& user);
  ~Dialer();

  /// `target`: IP:PORT or HOST:PORT. Never calls the user from within.
  void dial(DialId id, std::string_view target);

  /// Ends attempts that failed at once or took too long.
  void expire(Instant now);
  Instant next_deadline() const;

 private:
  friend struct DialAttempt;
  void ended(DialAttempt& attempt, std::string_view reason);
  void connected(DialAttempt& attempt);
  std::unique_ptr<DialAttempt> remove(DialAttempt& attempt);

  Loop& loop_;
  DialerUser& user_;
  Resolver resolver_;
  std::vector<std::unique_ptr<DialAttempt>> attempts_;
};

}  // namespace oxbow::net
