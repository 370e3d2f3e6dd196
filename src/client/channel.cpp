#include "client/channel.h"

#include <algorithm>

#include "client/endpoint.h"

namespace oxbow {
namespace {

constexpr std::size_t kReadBuffer = 256 * 1024;  // four pieces

}  // namespace

Channel::Channel(Socket socket, Watch watch)
    : socket_(std::move(socket)), watch_(watch), buffer_(kReadBuffer) {}

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

// Waits for the next bytes; a peer that is quiet meanwhile is pinged.
Result<std::size_t> Channel::receive_bytes(Deadline deadline) {
  const Deadline quiet = std::chrono::steady_clock::now() + watch_.quiet;
  if (quiet >= deadline) return socket_.receive(buffer_, deadline);
  Result<std::size_t> count = socket_.receive(buffer_, quiet);
  if (count || count.error().code != "timeout") return count;
  const Deadline hangs = std::chrono::steady_clock::now() + watch_.ping_patience;
  if (!ping_) {
    const Result<std::uint32_t> ping = send(PingRequest{}, std::min(deadline, hangs));
    if (!ping) return ping.error();
    ping_ = *ping;
  }
  count = socket_.receive(buffer_, std::min(deadline, hangs));
  if (!count && count.error().code == "timeout" && hangs < deadline) {
    return Error{"peer-hangs", "the peer answers nothing, not even a ping", "an answer", "none"};
  }
  return count;
}

Result<Arrival> Channel::receive(Deadline deadline) {
  for (;;) {
    switch (stream_.next()) {
      case RpcClientStream::Next::answer:
        if (ping_ == stream_.id()) {
          ping_.reset();
          break;
        }
        return Arrival{stream_.id(), std::move(stream_.answer())};
      case RpcClientStream::Next::hit:
        return Arrival{stream_.id(), std::move(stream_.hit())};
      case RpcClientStream::Next::error:
        return not_an_answer(stream_.error());
      case RpcClientStream::Next::more: {
        Result<std::size_t> count = receive_bytes(deadline);
        if (!count) return stream_.closing() ? peer_closing(*stream_.closing()) : count.error();
        stream_.feed({buffer_.data(), *count});
        break;
      }
    }
  }
}

}  // namespace oxbow
