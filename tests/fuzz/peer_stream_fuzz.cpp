// libFuzzer: any bytes as one connection of a peer, in chunks whose sizes come from the input too.
// What is accepted must be written and read again to the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/peer_stream.h"

using namespace oxbow;

namespace {

// Encodes every message that comes out of `wire`.
std::string repeated(std::string_view wire, std::size_t chunk_size, bool magic) {
  PeerStream stream(magic);
  std::string out;
  while (!wire.empty()) {
    const std::string chunk(wire.substr(0, chunk_size));
    wire.remove_prefix(chunk.size());
    stream.feed(chunk);
    while (stream.next() == PeerStream::Next::message) append_frame(stream.message(), out);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t chunk_size = 1 + data[0] % 128U;
  const bool magic = (data[1] & 1) != 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string out = repeated(wire, chunk_size, magic);
  if (out != repeated(wire, size, magic)) std::abort();  // chunks must not matter
  if (out != repeated(out, size, false)) std::abort();
  return 0;
}
