// Addresses as the socket calls want them. Private to this room.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.h"

namespace oxbow::net {

sockaddr_storage to_socket_address(const Address& address);
/// All zero for a family other than IPv4 and IPv6.
Address from_socket_address(const sockaddr& address);

}  // namespace oxbow::net
