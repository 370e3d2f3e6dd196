// Floods per second over 16 peers on loopback: a ring, and a chord from each peer to the fifth
// after it. One client of one peer searches for keys that nobody has, eight searches at a time; a
// flood has ended when all its copies have been answered for.
//
// The baseline does the same in bare libuv: 16 processes that pass frames of the same lengths on,
// know duplicates by an array, and answer each copy with a frame.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "bench/support/raw_server.h"
#include "bench/support/rpc.h"
#include "codec/peer_stream.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t kPeers = 16;
constexpr std::size_t kChord = 5;
constexpr std::uint64_t kMessages = 2 * 32 - kPeers + 1;  // 2E - N + 1 query messages a flood
constexpr std::uint32_t kTtl = 15;  // no copy ends before it has met a duplicate
constexpr std::size_t kInFlight = 8;
constexpr double kSeconds = 1.2;
constexpr double kWarmUpSeconds = 0.2;

/// The peers started before this one that it is linked with.
std::vector<std::size_t> earlier_neighbors(std::size_t peer) {
  std::set<std::size_t> neighbors;
  for (const std::size_t step : {std::size_t{1}, kChord}) {
    for (const std::size_t other : {(peer + step) % kPeers, (peer + kPeers - step) % kPeers}) {
      if (other < peer) neighbors.insert(other);
    }
  }
  return {neighbors.begin(), neighbors.end()};
}

/// `start` begins a flood; `wait` waits for the end of any.
template <class Start, class Wait>
double rate(Start start, Wait wait) {
  for (std::size_t i = 0; i < kInFlight; ++i) start();
  const auto keep_going = [&](double for_seconds) {
    const double began = seconds();
    std::size_t floods = 0;
    double took = 0;
    while ((took = seconds() - began) < for_seconds) {
      wait();
      start();
      ++floods;
    }
    return static_cast<double>(floods) / took;
  };
  keep_going(kWarmUpSeconds);
  const double result = keep_going(kSeconds);
  for (std::size_t i = 0; i < kInFlight; ++i) wait();
  return result;
}

// -- ours -----------------------------------------------------------------------------------------

std::string absent_key(std::uint64_t number) {
  return fmt::format("music/nobody/has/this/song {:012}.flac", number);
}

class PeerNetwork {
 public:
  PeerNetwork() {
    for (std::size_t i = 0; i < kPeers; ++i) {
      std::vector<Address> neighbors;
      for (const std::size_t earlier : earlier_neighbors(i)) {
        neighbors.push_back(peers_[earlier].address());
      }
      peers_.emplace_back(kAnyCore, neighbors);
    }
    for (const PeerProcess& peer : peers_) {
      RpcConnection connection(peer.address());
      connection.ask(WaitReadyRequest{});
      if (!connection.wait_for<WaitReadyAnswer>().ready) fail("a peer has not linked in 10 s");
    }
  }

  const Address& address() const { return peers_[0].address(); }

  double floods_per_second() {
    RpcConnection connection(peers_[0].address());
    return rate(
        [&] {
          FindRequest find;
          find.key = absent_key(next_++);
          find.ttl = kTtl;
          connection.ask(find);
        },
        [&] { check(connection.wait_for<FindAnswer>()); });
  }

 private:
  static void check(const FindAnswer& answer) {
    const SearchReport& search = answer.search;
    if (search.stopped == Stopped::complete && search.peers_reached == kPeers &&
        search.query_messages == kMessages) {
      return;
    }
    fail(fmt::format("a flood reached {} of {} peers with {} messages instead of {}",
                     search.peers_reached.value_or(0), kPeers, search.query_messages.value_or(0),
                     kMessages));
  }

  std::vector<PeerProcess> peers_;
  std::uint64_t next_ = 0;
};

// -- the baseline ---------------------------------------------------------------------------------

struct Lengths {
  std::size_t request, answer, query, done;
};

/// Of what the peers send: measured, so that the baseline sends as much.
Lengths lengths(const Address& peer) {
  FindRequest find;
  find.key = absent_key(0);
  find.ttl = kTtl;
  std::string request;
  RpcClientStream stream;
  stream.append_request(find, request);
  Socket client = Socket::connect_to(peer);
  client.send(request);
  std::size_t answer = 0;
  std::array<char, 4096> buffer;
  while (stream.next() != RpcClientStream::Next::answer) {
    const std::string_view bytes = client.receive(buffer);
    answer += bytes.size();
    stream.feed(bytes);
  }
  constexpr std::uint64_t kRandom = 0x0123456789abcdef;
  std::string query;
  append_frame(
      Query{{kRandom, kRandom}, 5, 2, 0, query_flags::kReport, Match::exact, 100, find.key}, query);
  std::string done;
  append_frame(QueryDone{{kRandom, kRandom}, 0, {3, 4, 5, 0, 0, 0, 0, 4, 0}}, done);
  return {request.size(), answer, query.size(), done.size()};
}

namespace type {
constexpr char kLink = 'l';     // from whoever dials, to a neighbor
constexpr char kReady = 'y';    // asked by a client, and answered once all links are there
constexpr char kRequest = 'r';  // from the client
constexpr char kAnswer = 'a';
constexpr char kQuery = 'q';
constexpr char kDone = 'd';
}  // namespace type

std::uint64_t id_of(std::string_view frame) {
  std::uint64_t id = 0;
  std::memcpy(&id, frame.data() + kRawHeader, sizeof id);
  return id;
}
void set_id(std::string& frame, std::uint64_t id) {
  std::memcpy(frame.data() + kRawHeader, &id, sizeof id);
}

class RawPeer final : public RawServer {
 public:
  RawPeer(const Socket& listening, const Lengths& lengths)
      : RawServer(listening),
        done_(raw_frame(type::kDone, lengths.done)),
        query_(raw_frame(type::kQuery, lengths.query)),
        answer_(raw_frame(type::kAnswer, lengths.answer)) {}

  void link_with(const Address& address) {
    const Link link = dial(address);
    append(link, raw_frame(type::kLink, kRawHeader));
    links_.push_back(link);
  }

 private:
  struct Flood {
    std::uint64_t id = 0;
    Link upstream = 0;
    std::uint32_t outstanding = 0;
    bool is_own = false;
  };

  void frame(Link from, std::string_view bytes) override {
    switch (bytes[4]) {
      case type::kQuery:
        return query(from, bytes);
      case type::kDone:
        return done(id_of(bytes));
      case type::kRequest:
        return request(from, id_of(bytes));
      case type::kLink:
        links_.push_back(from);
        return answer_waiting();
      case type::kReady:
        waiting_.push_back(from);
        return answer_waiting();
      default:
        fail("a frame of no type");
    }
  }

  void answer_waiting() {
    if (links_.size() != 4) return;
    for (const Link client : waiting_) append(client, raw_frame(type::kReady, kRawHeader));
    waiting_.clear();
  }

  Flood& flood(std::uint64_t id) { return floods_[id % floods_.size()]; }

  void query(Link from, std::string_view bytes) {
    const std::uint64_t id = id_of(bytes);
    if (flood(id).id == id) return answer_copy(from, id);
    flood(id) = {id, from, 0, false};
    spread(flood(id), from, bytes);
    if (flood(id).outstanding == 0) answer_copy(from, id);
  }

  void request(Link from, std::uint64_t id) {
    flood(id) = {id, from, 0, true};
    set_id(query_, id);
    spread(flood(id), from, query_);
  }

  void spread(Flood& flood, Link from, std::string_view bytes) {
    for (const Link link : links_) {
      if (link == from) continue;
      append(link, bytes);
      ++flood.outstanding;
    }
  }

  void done(std::uint64_t id) {
    Flood& ended = flood(id);
    if (--ended.outstanding > 0) return;
    if (!ended.is_own) return answer_copy(ended.upstream, id);
    set_id(answer_, id);
    append(ended.upstream, answer_);
  }

  void answer_copy(Link to, std::uint64_t id) {
    set_id(done_, id);
    append(to, done_);
  }

  std::vector<Link> links_;
  std::vector<Link> waiting_;  // clients
  std::vector<Flood> floods_ = std::vector<Flood>(64 * 1024);
  std::string done_;
  std::string query_;
  std::string answer_;
};

class RawNetwork {
 public:
  explicit RawNetwork(const Lengths& lengths) : lengths_(lengths) {
    for (std::size_t i = 0; i < kPeers; ++i) listening_.push_back(Socket::listen());
    for (std::size_t i = 0; i < kPeers; ++i) {
      peers_.emplace_back(kAnyCore, [&, i] {
        RawPeer peer(listening_[i], lengths);
        for (const std::size_t earlier : earlier_neighbors(i)) {
          peer.link_with(listening_[earlier].address());
        }
        peer.run();
      });
    }
    for (const Socket& peer : listening_) {
      Socket client = Socket::connect_to(peer.address());
      client.send(raw_frame(type::kReady, kRawHeader));
      client.receive_exactly(kRawHeader);
    }
  }

  double floods_per_second() {
    Socket client = Socket::connect_to(listening_[0].address());
    std::string request = raw_frame(type::kRequest, lengths_.request);
    std::string out;
    std::size_t got = 0;
    std::vector<char> buffer(64 * 1024);
    return rate(
        [&] {
          set_id(request, ++last_);
          out += request;
        },
        [&] {
          while (got < lengths_.answer) {
            if (!out.empty()) client.send(out);
            out.clear();
            got += client.receive(buffer).size();
          }
          got -= lengths_.answer;
        });
  }

 private:
  Lengths lengths_;
  std::vector<Socket> listening_;
  std::vector<Child> peers_;
  std::uint64_t last_ = 0;
};

void run() {
  PeerNetwork ours;
  const Lengths same = lengths(ours.address());
  RawNetwork raw(same);
  fmt::print(
      "{} peers, ring and chords, {} floods at a time; bytes of a query {}, of a done {}, "
      "of a request {}, of an answer {}\n",
      kPeers, kInFlight, same.query, same.done, same.request, same.answer);
  const Comparison floods = compare(
      "floods", [&] { return ours.floods_per_second(); }, [&] { return raw.floods_per_second(); });
  report({outcome_of("floods over 16 peers, 8 at a time", "floods", floods, 0.5)});
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
