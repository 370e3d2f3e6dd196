// Whose connections count together: those of one IPv4 address, or of one IPv6 /64, which one host
// has for itself. Loopback is many peers of one machine, and no source.
#pragma once

#include <algorithm>

#include "base/address.h"

namespace oxbow {

inline bool same_source(const Address& a, const Address& b) {
  if (a.is_ipv4() || b.is_ipv4()) return a.same_host(b);
  return std::equal(a.ip.begin(), a.ip.begin() + 8, b.ip.begin());
}

inline bool is_bounded_source(const Address& address) { return !address.is_loopback(); }

}  // namespace oxbow
