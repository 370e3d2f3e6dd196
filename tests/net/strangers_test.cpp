// Whatever connects: the peer says in its log why it hung up, and goes on serving others.
#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

RunningPeer& shared_peer() {
  static RunningPeer peer;
  return peer;
}

/// Sends it; the peer hangs up, says why, and answers others.
void check_hung_up(RunningPeer& peer, const std::string& bytes, const std::string& log_text) {
  CAPTURE(log_text);
  RawSocket socket(peer.address());
  socket.send(bytes);
  socket.receive_all();
  const bool is_logged = peer.logs(log_text);
  CHECK_MESSAGE(is_logged, peer.log());
  CHECK(answers_a_ping(peer));
}

}  // namespace

TEST_CASE("a stranger's bytes are named in the log") {
  RunningPeer& peer = shared_peer();
  check_hung_up(peer, std::string("\0\1garbage", 9),
                "it looks like nothing known: 0001676172626167");
  check_hung_up(peer, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "it looks like HTTP");
  check_hung_up(peer, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "it looks like TLS");
  check_hung_up(peer, "*1\r\n$4\r\nPING\r\n", "it looks like RESP (a Redis client)");
  check_hung_up(peer, "SSH-2.0-OpenSSH_9.2\r\n", "it looks like SSH");
  check_hung_up(peer, "OXBOX and more", "not an Oxbow peer (needed: OXBOW)");
}

TEST_CASE("the same stranger's same fault is told once, however often it comes") {
  PeerOptions options = quiet_options("told-once");
  options.log_level = LogLevel::info;
  RunningPeer peer(options);
  for (int i = 0; i < 100; ++i) {
    RawSocket socket(peer.address());
    socket.send(i % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : "OXBOX and more");
    socket.receive_all();
  }
  CHECK(answers_a_ping(peer));
  const std::string log = peer.log();
  const auto count = [&log](std::string_view text) {
    std::size_t found = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  CHECK_MESSAGE(count("it looks like HTTP") == 1, log);
  CHECK_MESSAGE(count("not an Oxbow peer") == 1, log);
  CHECK(count("left out") == 0);
}

TEST_CASE("the acceptor is silent until a byte has come") {
  RunningPeer& peer = shared_peer();
  RawSocket silent(peer.address());
  CHECK(answers_a_ping(peer));  // so the peer has had its turn
  CHECK(!silent.has_something());
}

TEST_CASE("bad frames end the connection with a reason, before they cost memory") {
  RunningPeer& peer = shared_peer();
  const std::string magic = "OXBOW";
  check_hung_up(peer, magic + "\xff\xff\xff\xff\x01", "got: 4294967295");
  check_hung_up(peer, magic + raw_frame(0, std::string(4097, 'x')), "got: 4098");
  check_hung_up(peer, magic + std::string(4, '\0'), "frame");
  std::string eleven = magic;
  for (int i = 0; i < 11; ++i) eleven += raw_frame(250, "\x90");
  check_hung_up(peer, eleven, "before");
  std::string query = magic;
  append_frame(Query{}, query);
  check_hung_up(peer, query, "hello");
  check_hung_up(peer, hello_bytes() + raw_frame(3, std::string(10'000, '\x91')), "hung up on");
  check_hung_up(peer, "\x94" + std::string(10'000, '\x91'), "hung up on the client");
  check_hung_up(peer, "\x94\x07\x07\x07\x07", "hung up on the client");
}

TEST_CASE("half a frame and silence end at the hello's deadline") {
  PeerOptions options = quiet_options("impatient");
  options.hello_deadline = 200ms;
  RunningPeer peer(options);
  check_hung_up(peer, std::string("OXBOW\0\0", 7), "no hello within 200 ms");
  check_hung_up(peer, "", "no hello within 200 ms");
}

TEST_CASE("a peer that sends nonsense is told why in a Bye") {
  RunningPeer& peer = shared_peer();
  RawSocket socket(peer.address());
  socket.send(hello_bytes() + raw_frame(3, "\xc1"));
  const std::string answer = socket.receive_all();
  PeerStream stream;
  stream.feed(answer);
  std::string code;
  while (stream.next() == PeerStream::Next::message) {
    if (const auto* bye = std::get_if<Bye>(&stream.message())) code = std::string(bye->code);
  }
  CHECK(code == "bad-msgpack");
}

TEST_CASE("many silent connections give way to a client") {
  RunningPeer peer;
  std::vector<std::unique_ptr<RawSocket>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<RawSocket>(peer.address()));
  CHECK(answers_a_ping(peer));
  CHECK(peer.logs("64 connections have not said what they are, this one for longest"));
}
