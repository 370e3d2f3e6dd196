#include "net/socket_address.h"

#include <algorithm>
#include <cstring>

namespace oxbow::net {

sockaddr_storage to_socket_address(const Address& address) {
  sockaddr_storage storage{};
  if (address.is_ipv4()) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(address.port);
    std::memcpy(&four.sin_addr, address.ip.data() + 12, 4);
    std::memcpy(&storage, &four, sizeof four);
  } else {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    std::memcpy(&six.sin6_addr, address.ip.data(), 16);
    std::memcpy(&storage, &six, sizeof six);
  }
  return storage;
}

Address from_socket_address(const sockaddr& address) {
  Address result;
  if (address.sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, &address, sizeof four);
    result.ip[10] = result.ip[11] = 0xff;
    std::memcpy(result.ip.data() + 12, &four.sin_addr, 4);
    result.port = ntohs(four.sin_port);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, &address, sizeof six);
    std::memcpy(result.ip.data(), &six.sin6_addr, 16);
    result.port = ntohs(six.sin6_port);
  }
  return result;
}

}  // namespace oxbow::net
