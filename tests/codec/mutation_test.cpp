// Good streams with bytes changed, cut out, doubled and put in, in chunks of any size: whatever
// comes, the decoders end in a message, an error, or a wish for more, and what they accept they can
// write and read again. Seeded: a failure is found again. (tests/fuzz does the same without end.)
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "codec/peer_stream.h"
#include "codec/rpc.h"
#include "samples.h"

namespace oxbow {

namespace {

constexpr int kRounds = 4000;

std::string mutated(std::string bytes, Random& random) {
  const std::uint64_t changes = random.below(6);
  for (std::uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.below(bytes.size());
    const std::size_t length = std::min<std::size_t>(random.below(12), bytes.size() - at);
    switch (random.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), length));
        break;
      case 4:
        // The first bytes of MessagePack's containers, texts and ext types.
        bytes[at] = static_cast<char>(0xc0 + random.below(0x20));
        break;
    }
  }
  return bytes;
}

// Feeds `bytes` in chunks of random sizes and calls `take` until it returns false.
template <class Stream, class Take>
void feed_in_chunks(Stream& stream, std::string_view bytes, Random& random, Take take) {
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + random.below(200), bytes.size());
    std::string chunk(bytes.substr(0, size));  // of its own, so that sanitizers see overruns
    stream.feed(chunk);
    while (take()) {
    }
    bytes.remove_prefix(size);
  }
}

}  // namespace

TEST_CASE("a peer stream survives any bytes, and what it accepts it can repeat") {
  Random random(20240611);
  std::string good;
  append_magic(good);
  for (const Message& message : samples::messages()) append_frame(message, good);
  std::uint64_t messages = 0;
  std::uint64_t errors = 0;
  for (int round = 0; round < kRounds; ++round) {
    PeerStream stream;
    const std::string wire = mutated(good, random);
    std::string accepted;
    append_frame(samples::hello(), accepted);
    std::uint64_t taken = 1;
    bool failed = false;
    feed_in_chunks(stream, wire, random, [&] {
      const auto next = stream.next();
      failed = next == PeerStream::Next::error;
      if (next != PeerStream::Next::message) return false;
      append_frame(stream.message(), accepted);
      ++taken;
      return true;
    });
    CHECK(failed == !stream.error().code.empty());
    messages += taken;
    errors += failed ? 1 : 0;

    PeerStream second(false);
    std::string again;
    second.feed(accepted);
    for (std::uint64_t i = 0; i < taken; ++i) {
      REQUIRE(second.next() == PeerStream::Next::message);
      append_frame(second.message(), again);
    }
    CHECK(second.next() == PeerStream::Next::more);
    CHECK(again == accepted);
  }
  // Both ways out were taken, often.
  CHECK(messages > kRounds * 5);
  CHECK(errors > kRounds / 4);
}

TEST_CASE("a server stream survives any bytes, and answers or closes") {
  Random random(7);
  std::string good;
  RpcClientStream client;
  for (const ClientRequest& request : samples::requests()) client.append_request(request, good);
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t errors = 0;
  for (int round = 0; round < kRounds; ++round) {
    RpcServerStream stream;
    const std::string wire = mutated(good, random);
    feed_in_chunks(stream, wire, random, [&] {
      const auto next = stream.next();
      if (next == RpcServerStream::Next::error) ++errors;
      if (next != RpcServerStream::Next::request) return false;
      std::string out;
      if (stream.request()) {
        ++requests;
        RpcClientStream().append_request(stream.request().value(), out);
        RpcServerStream second;
        second.feed(out);
        REQUIRE(second.next() == RpcServerStream::Next::request);
        CHECK(second.request().ok());
      } else {
        ++refused;
        RpcClientStream asker;
        asker.append_request(PingRequest{}, out);
        out.clear();
        append_error(1, stream.request().error(), out);
        asker.feed(out);
        REQUIRE(asker.next() == RpcClientStream::Next::answer);
        CHECK(asker.answer().error() == stream.request().error());
      }
      return true;
    });
  }
  CHECK(requests > kRounds * 3);
  CHECK(refused > kRounds / 4);
  CHECK(errors > kRounds / 4);
}

TEST_CASE("a client stream survives any bytes") {
  Random random(11);
  std::string good;
  const auto answers = samples::answers();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    append_answer(static_cast<std::uint32_t>(i + 1), answers[i], good);
    append_hit(2, samples::search_hit(), good);
  }
  std::uint64_t taken = 0;
  std::uint64_t errors = 0;
  for (int round = 0; round < kRounds; ++round) {
    RpcClientStream stream;
    std::string out;
    for (const ClientRequest& request : samples::requests()) stream.append_request(request, out);
    const std::string wire = mutated(good, random);
    feed_in_chunks(stream, wire, random, [&] {
      const auto next = stream.next();
      if (next == RpcClientStream::Next::error) ++errors;
      if (next == RpcClientStream::Next::error || next == RpcClientStream::Next::more) return false;
      ++taken;
      return true;
    });
  }
  CHECK(taken > kRounds * 3);
  CHECK(errors > kRounds / 4);
}

}  // namespace oxbow
