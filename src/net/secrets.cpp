#include "net/secrets.h"

#include <sys/random.h>

#include <cerrno>
#include <type_traits>

namespace oxbow::net {

namespace {

template <class T>
T draw() {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  ssize_t got = 0;
  do {
    got = getrandom(&value, sizeof value, 0);
  } while (got < 0 && errno == EINTR);
  OXBOW_ASSERT(got == static_cast<ssize_t>(sizeof value), "the system gave no random bytes");
  return value;
}

}  // namespace

PeerId draw_peer_id() { return draw<PeerId>(); }
SipKey draw_secret() { return draw<SipKey>(); }
std::uint64_t draw_seed() { return draw<std::uint64_t>(); }

}  // namespace oxbow::net
