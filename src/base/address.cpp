#include "base/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace oxbow {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Error bad_address(std::string_view text, std::string_view got) {
  return Error{"bad-address", fmt::format("not an address: '{}'", text.substr(0, 80)),
               "IP:PORT, such as 127.0.0.1:7400 or [::1]:7400", std::string(got)};
}

/// Every answer of the replica layer names its members: so this has to be quick.
std::string ipv4_text(const Address& address) {
  char text[sizeof "255.255.255.255:65535"];
  char* const end = text + sizeof text;
  char* next = text;
  for (std::size_t i = 12; i < 16; ++i) {
    next = std::to_chars(next, end, address.ip[i]).ptr;
    *next++ = i < 15 ? '.' : ':';
  }
  next = std::to_chars(next, end, address.port).ptr;
  return {text, next};
}

}  // namespace

bool Address::is_ipv4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin());
}

bool Address::is_loopback() const {
  if (is_ipv4()) return ip[12] == 127;
  return std::all_of(ip.begin(), ip.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
         ip[15] == 1;
}

bool Address::is_unspecified() const {
  const auto first = is_ipv4() ? ip.begin() + 12 : ip.begin();
  return std::all_of(first, ip.end(), [](std::uint8_t b) { return b == 0; });
}

bool Address::is_unicast() const {
  if (is_unspecified()) return false;
  if (!is_ipv4()) return ip[0] != 0xff;  // ff00::/8: multicast
  return ip[12] != 0 && ip[12] < 224;    // 0.0.0.0/8; multicast; reserved, and 255.255.255.255
}

std::string to_string(const Address& address) {
  if (address.is_ipv4()) return ipv4_text(address);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, address.ip.data(), text, sizeof text);
  return fmt::format("[{}]:{}", text, address.port);
}

Result<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text, "no port");
  const std::string_view port = text.substr(colon + 1);
  Address address;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) {
    return bad_address(text, fmt::format("port '{}'", port.substr(0, 20)));
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    const std::string inner(host.substr(1, host.size() - 2));
    if (inet_pton(AF_INET6, inner.c_str(), address.ip.data()) == 1) return address;
    return bad_address(text, fmt::format("host '{}'", host.substr(0, 60)));
  }
  const std::string inner(host);
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.ip.begin());
  if (inet_pton(AF_INET, inner.c_str(), address.ip.data() + 12) == 1) return address;
  return bad_address(text, fmt::format("host '{}'", host.substr(0, 60)));
}

std::string_view to_wire(const Address& address, std::array<char, 18>& buffer) {
  const std::size_t skip = address.is_ipv4() ? 12 : 0;
  std::memcpy(buffer.data(), address.ip.data() + skip, 16 - skip);
  buffer[16 - skip] = static_cast<char>(address.port >> 8);
  buffer[17 - skip] = static_cast<char>(address.port & 0xff);
  return {buffer.data(), 18 - skip};
}

Result<Address> address_from_wire(std::string_view bytes) {
  if (bytes.size() != 6 && bytes.size() != 18) {
    return Error{"bad-address", "an address of an unknown length", "6 or 18 bytes",
                 fmt::format("{} bytes", bytes.size())};
  }
  Address address;
  const std::size_t skip = 18 - bytes.size();
  if (skip != 0) std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.ip.begin());
  std::memcpy(address.ip.data() + skip, bytes.data(), 16 - skip);
  address.port = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[16 - skip]) << 8 |
                                            static_cast<unsigned char>(bytes[17 - skip]));
  return address;
}

}  // namespace oxbow
