// Where a peer listens: an IP address and a TCP port. IPv4 addresses are kept in their IPv4-mapped
// IPv6 form, so that there is one kind of address.
#pragma once

#include <oxbow/result.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace oxbow {

struct Address {
  std::array<std::uint8_t, 16> ip{};  ///< network byte order; ::ffff:a.b.c.d for IPv4
  std::uint16_t port = 0;             ///< host byte order; 0: none, or to be chosen by the system

  friend auto operator<=>(const Address&, const Address&) = default;

  bool is_ipv4() const;
  bool is_loopback() const;     ///< 127.0.0.0/8 or ::1
  bool is_unspecified() const;  ///< 0.0.0.0 or ::
  /// Of one host: neither unspecified nor of a group, of everybody, or reserved.
  bool is_unicast() const;
  bool same_host(const Address& other) const { return ip == other.ip; }
};

/// `a.b.c.d:port` or `[ipv6]:port`.
std::string to_string(const Address& address);

/// Parses the same forms; a host name is an error (code "bad-address"): resolving is I/O.
Result<Address> parse_address(std::string_view text);

/// The 6 (IPv4) or 18 (IPv6) bytes that stand for an address on the wire: IP, then port, both in
/// network byte order. Returned through a caller's buffer of 18 bytes, so that nothing allocates.
std::string_view to_wire(const Address& address, std::array<char, 18>& buffer);
/// The address that these bytes stand for; an error for any length but 6 and 18.
Result<Address> address_from_wire(std::string_view bytes);

}  // namespace oxbow
