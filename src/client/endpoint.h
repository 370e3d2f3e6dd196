// The address of a peer as a client is given it, and the errors of not reaching it: the same words
// for the blocking and the asynchronous client.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>

#include "message/client.h"

namespace oxbow {

struct Endpoint {
  std::string host;  ///< a name or an IP, without brackets
  std::string port;  ///< 1 to 65535
};

/// `IP:PORT`, `[IPv6]:PORT` or `HOST:PORT`. Error: "bad-address".
Result<Endpoint> parse_endpoint(const std::string& address);

Error peer_unreachable(const std::string& address, const std::string& reason);
Error peer_lost(const std::string& reason);
/// The peer has said why it closes the connection.
Error peer_closing(const Error& why);
/// What came was not MessagePack-RPC, or answered nothing.
Error not_an_answer(const Error& error);
/// An answer of another kind than was asked for.
Error other_answer();
/// Whether a request that was not answered may have changed something.
enum class Asks : std::uint8_t { reads, changes };
Asks asks_of(const ClientRequest& request);
/// It did not answer in time.
Error peer_late(Asks asks);
/// It takes requests, and does not even say that it is alive.
Error peer_hangs(Asks asks);
/// Nothing more could be sent, or came, in time: of no request in particular.
Error socket_late();

}  // namespace oxbow
