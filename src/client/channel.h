// Requests out, answers in: MessagePack-RPC over one socket. Several requests may be under way;
// what comes back is told apart by the number that send() gave.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/socket.h"
#include "codec/rpc.h"
#include "message/client.h"

namespace oxbow {

/// A peer that has said nothing for `quiet` is pinged; one that says nothing for `ping_patience`
/// after that hangs. So who waits for a peer that has stopped knows it soon, however much time a
/// request may take.
struct Watch {
  std::chrono::milliseconds quiet{2'000};
  std::chrono::milliseconds ping_patience{3'000};
};

/// Something that came for the request `id`: a hit ahead of the answer, or what ends the request.
struct Arrival {
  std::uint32_t id = 0;
  std::variant<SearchHit, Result<ClientAnswer>> content;
};

class Channel {
 public:
  explicit Channel(Socket socket, Watch watch = {});

  /// The number of the request. After any error but "timeout" the channel is of no more use.
  Result<std::uint32_t> send(const ClientRequest& request, Deadline deadline);
  /// What comes next. Errors: "timeout", "peer-hangs" (for callers: see peer_hangs()), "peer-lost".
  Result<Arrival> receive(Deadline deadline);

 private:
  Result<std::size_t> receive_bytes(Deadline deadline);

  Socket socket_;
  Watch watch_;
  RpcClientStream stream_;
  std::string outgoing_;
  std::vector<char> buffer_;
  std::optional<std::uint32_t> ping_;  // that the peer has not answered
};

}  // namespace oxbow
