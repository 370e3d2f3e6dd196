#include "bench/support/rpc.h"

#include "bench/support/child.h"

namespace oxbow::bench {

ClientAnswer RpcConnection::wait() {
  for (;;) {
    switch (stream_.next()) {
      case RpcClientStream::Next::answer:
        if (!stream_.answer().ok()) fail("the peer answered: " + stream_.answer().error().message);
        return std::move(*stream_.answer());
      case RpcClientStream::Next::hit:
        break;
      case RpcClientStream::Next::error:
        fail("the peer answered with garbage: " + stream_.error().message);
      case RpcClientStream::Next::more:
        if (!out_.empty()) socket_.send(out_);
        out_.clear();
        stream_.feed(socket_.receive(buffer_));
    }
  }
}

}  // namespace oxbow::bench
