// libFuzzer: any bytes as a client's connection, and as a peer's answers to one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../codec/samples.h"
#include "codec/rpc.h"

using namespace oxbow;

namespace {

// Writes every request again, and every refusal as the error that answers it.
std::string as_server(std::string_view wire, std::size_t chunk_size) {
  RpcServerStream stream;
  RpcClientStream writer;
  std::string out;
  while (!wire.empty()) {
    const std::string chunk(wire.substr(0, chunk_size));
    wire.remove_prefix(chunk.size());
    stream.feed(chunk);
    while (stream.next() == RpcServerStream::Next::request) {
      if (stream.request()) {
        writer.append_request(stream.request().value(), out);
      } else {
        append_error(stream.id(), stream.request().error(), out);
      }
    }
  }
  return out;
}

std::string as_client(std::string_view wire, std::size_t chunk_size) {
  RpcClientStream stream;
  std::string out;
  for (const ClientRequest& request : samples::requests()) stream.append_request(request, out);
  out.clear();
  while (!wire.empty()) {
    const std::string chunk(wire.substr(0, chunk_size));
    wire.remove_prefix(chunk.size());
    stream.feed(chunk);
    for (auto next = stream.next(); next != RpcClientStream::Next::more; next = stream.next()) {
      if (next == RpcClientStream::Next::error) return out;
      if (next == RpcClientStream::Next::hit) {
        append_hit(stream.id(), stream.hit(), out);
      } else if (stream.answer()) {
        append_answer(stream.id(), stream.answer().value(), out);
      } else {
        append_error(stream.id(), stream.answer().error(), out);
      }
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t chunk_size = 1 + data[0] % 128U;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (as_server(wire, chunk_size) != as_server(wire, size)) std::abort();
  if (as_client(wire, chunk_size) != as_client(wire, size)) std::abort();
  return 0;
}
