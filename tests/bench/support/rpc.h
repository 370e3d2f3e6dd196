// One client connection to a peer, with several requests under way.
#pragma once

#include <vector>

#include "bench/support/socket.h"
#include "codec/rpc.h"

namespace oxbow::bench {

class RpcConnection {
 public:
  explicit RpcConnection(const Address& peer) : socket_(Socket::connect_to(peer)) {}

  /// Goes out when the next answer is waited for.
  void ask(const ClientRequest& request) { stream_.append_request(request, out_); }
  /// The next answer, to whichever request; an error ends the benchmark.
  ClientAnswer wait();
  /// Answers must be of that kind.
  template <class Answer>
  Answer wait_for() {
    return std::get<Answer>(wait());
  }

 private:
  Socket socket_;
  RpcClientStream stream_;
  std::string out_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

}  // namespace oxbow::bench
