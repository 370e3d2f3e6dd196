#include "client/channel.h"

#include "client/endpoint.h"

namespace oxbow {
namespace {

constexpr std::size_t kReadBuffer = 256 * 1024;  // four pieces

}  // namespace

Channel::Channel(Socket socket) : socket_(std::move(socket)), buffer_(kReadBuffer) {}

Result<std::uint32_t> Channel::send(const ClientRequest& request, Deadline deadline) {
  outgoing_.clear();
  const std::uint32_t id = stream_.append_request(request, outgoing_);
  if (Status sent = socket_.send(outgoing_, deadline); !sent) {
    // Half a request cannot be taken back.
    Error error = sent.error();
    if (error.code == "timeout") error.code = "peer-lost";
    return error;
  }
  return id;
}

Result<Arrival> Channel::receive(Deadline deadline) {
  for (;;) {
    switch (stream_.next()) {
      case RpcClientStream::Next::answer:
        return Arrival{stream_.id(), std::move(stream_.answer())};
      case RpcClientStream::Next::hit:
        return Arrival{stream_.id(), std::move(stream_.hit())};
      case RpcClientStream::Next::error:
        return not_an_answer(stream_.error());
      case RpcClientStream::Next::more:
        break;
    }
    Result<std::size_t> count = socket_.receive(buffer_, deadline);
    if (!count) return stream_.closing() ? peer_closing(*stream_.closing()) : count.error();
    stream_.feed({buffer_.data(), *count});
  }
}

}  // namespace oxbow
