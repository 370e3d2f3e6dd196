#include "bench/support/raw_link.h"

#include <array>

#include "bench/support/child.h"

namespace oxbow::bench {

RawLink::RawLink(const Address& peer, std::uint8_t number) : socket_(Socket::connect_to(peer)) {
  Hello hello;
  hello.network = "oxbow";
  hello.peer = PeerId{{number, 0xbe}};
  hello.advertised = socket_.address();
  hello.name = "bench";
  hello.link = true;
  std::string bytes;
  append_magic(bytes);
  append_frame(hello, bytes);
  socket_.send(bytes);
  wait_for_agreement();
}

void RawLink::wait_for_agreement() {
  std::array<char, 4096> buffer;
  for (;;) {
    in_.feed(socket_.receive(buffer));
    while (in_.next() == PeerStream::Next::message) {
      const auto* const hello = std::get_if<Hello>(&in_.message());
      if (hello == nullptr) continue;
      if (!hello->link) fail("the peer did not agree to a link");
      while (in_.next() == PeerStream::Next::message) {
      }
      return;
    }
  }
}

}  // namespace oxbow::bench
