// Requests out, answers in: MessagePack-RPC over one socket. Several requests may be under way;
// what comes back is told apart by the number that send() gave.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "client/socket.h"
#include "codec/rpc.h"
#include "message/client.h"

namespace oxbow {

/// Something that came for the request `id`: a hit ahead of the answer, or what ends the request.
struct Arrival {
  std::uint32_t id = 0;
  std::variant<SearchHit, Result<ClientAnswer>> content;
};

class Channel {
 public:
  explicit Channel(Socket socket);

  /// The number of the request. After any error but "timeout" the channel is of no more use.
  Result<std::uint32_t> send(const ClientRequest& request, Deadline deadline);
  Result<Arrival> receive(Deadline deadline);

 private:
  Socket socket_;
  RpcClientStream stream_;
  std::string outgoing_;
  std::vector<char> buffer_;
};

}  // namespace oxbow
