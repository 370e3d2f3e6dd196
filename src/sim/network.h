// A small network of whole Nodes in virtual time, determined by one seed. Nothing in it is real: no
// socket, clock or thread. Messages travel as encoded frames, so that the codec is at work too.
//
// Latencies, lost frames, cut and stalled connections, crashed and frozen peers are what a test
// makes them; simultaneous dials, resets and time-outs come about as they do with TCP.
//
// Not to be called from within its own run_…() but through what those call: a tap, an action, a
// stranger's on_message. What these do to a peer happens right after the event under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "node/node.h"
#include "sim/connection.h"
#include "sim/describe.h"
#include "sim/event_queue.h"
#include "sim/paths.h"
#include "sim/sim_store.h"
#include "sim/stranger.h"
#include "sim/topology.h"
#include "sim/traffic.h"

namespace oxbow {

/// What became of a client's request.
struct RequestRecord {
  PeerNumber peer = 0;
  Instant asked;
  std::vector<SearchHit> hits;  ///< streamed ahead of the answer
  std::optional<std::variant<ClientAnswer, Error>> ending;
  Instant ended;
  bool cancelled = false;
  bool peer_crashed = false;

  bool over() const { return ending.has_value() || cancelled || peer_crashed; }
  /// The answer, which must be there and of that type.
  template <class T>
  const T& answer() const {
    OXBOW_ASSERT(ending && std::holds_alternative<ClientAnswer>(*ending), "there is no answer");
    return std::get<T>(std::get<ClientAnswer>(*ending));
  }
  const Error* error() const { return ending ? std::get_if<Error>(&*ending) : nullptr; }
};

struct LinkOptions {
  Latency latency;         ///< in both directions
  bool both_dial = false;  ///< each has the other among its neighbors; otherwise `a` has `b`
};

/// A connection that is up at both ends.
struct LiveConnection {
  PeerNumber dialler = 0;
  ConnectionKind kind = ConnectionKind::control;
};

struct LoggedEvent {
  Instant at;
  PeerNumber peer = 0;
  Severity severity = Severity::info;
  std::string text;
};

class SimNetwork {
 public:
  explicit SimNetwork(std::uint64_t seed);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  // -- Who there is ---------------------------------------------------------------------------

  /// Exactly the configured links, and no limit on the rate of queries.
  static NodeConfig defaults();

  /// Id, name, address and randomness are filled in where `config` leaves them open. The peer
  /// starts with start().
  PeerNumber add_peer(NodeConfig config = defaults());
  /// Peers and links of a topology; with `both_dial` every link is dialled from both ends.
  void add(const Topology& topology, const NodeConfig& config = defaults(),
           const LinkOptions& options = {});
  /// Members of one ring: each is linked with the one before it and with the first of them.
  std::vector<PeerNumber> add_members(std::size_t count, const NodeConfig& config = defaults());
  /// The peer has no disk: its objects are gone when it crashes. To be called before its start.
  void keep_in_memory(PeerNumber peer);
  /// Lives as long as the network; it is there from the start.
  Stranger& add_stranger();

  /// Makes `b` a configured neighbor of `a` (and, if wanted, the other way round).
  void link(PeerNumber a, PeerNumber b, const LinkOptions& options = {});

  std::size_t size() const { return hosts_.size(); }
  Address address_of(PeerNumber peer) const;
  PeerId id_of(PeerNumber peer) const;
  NodeConfig& config_of(PeerNumber peer);   ///< takes effect at its next (re)start
  const Node& node(PeerNumber peer) const;  ///< it must be running
  bool is_running(PeerNumber peer) const;
  bool is_stranger(PeerNumber peer) const;
  StatusAnswer status(PeerNumber peer) const;
  /// Of a table or counter of `status`, which must have one of that name.
  std::uint64_t table(PeerNumber peer, std::string_view name) const;
  std::uint64_t counter(PeerNumber peer, std::string_view name) const;
  std::vector<LiveConnection> connections(PeerNumber a, PeerNumber b) const;
  bool has_disk(PeerNumber peer) const;
  /// What is on the peer's disk, whether it runs or not; it must have one.
  SimStore& store(PeerNumber peer);

  // -- Time -----------------------------------------------------------------------------------

  Instant now() const { return now_; }
  void start();  ///< all that do not run yet
  void start(PeerNumber peer);
  void run_until(Instant instant);
  void run_for(Duration duration) { run_until(now_ + duration); }
  /// Until `predicate` holds (asked after every event); false: it did not within that time.
  bool run_until(const std::function<bool()>& predicate, Duration within);
  /// Starts all and runs until every configured link between running peers is up and has one
  /// connection; false: not within a minute.
  bool settle();
  void at(Instant instant, std::function<void()> action);
  /// Until every running peer knows the same ring, of that many members; false: not in time.
  bool wait_for_ring(std::size_t members, Duration within = std::chrono::minutes(1));

  // -- Clients --------------------------------------------------------------------------------

  RequestHandle request(PeerNumber peer, ClientRequest request);
  void cancel(RequestHandle handle);
  const RequestRecord& record(RequestHandle handle) const;
  const std::map<RequestHandle, RequestRecord>& records() const { return records_; }
  /// Asks, runs until the answer is there and returns it; it must come within 10 minutes.
  FindAnswer find(PeerNumber peer, FindRequest request);
  /// The same for requests that may fail. Error of its own: "peer-lost" (the peer crashed).
  Result<GetAnswer> get(PeerNumber peer, GetRequest request);
  Result<PutAnswer> put(PeerNumber peer, PutRequest request);
  Result<DeleteAnswer> del(PeerNumber peer, DeleteRequest request);
  Result<RingAnswer> ring(PeerNumber peer);
  Result<OwnerAnswer> owner(PeerNumber peer, std::string key);
  Result<LookupAnswer> lookup(PeerNumber peer, LookupRequest request);
  Result<RingJoinAnswer> ring_join(PeerNumber peer, RingJoinRequest request = {});
  Result<RingLeaveAnswer> ring_leave(PeerNumber peer, RingLeaveRequest request = {});
  Result<RingBucketAnswer> ring_bucket(PeerNumber peer, RingBucketRequest request);
  /// Puts a value into the peer's local index.
  void publish(PeerNumber peer, std::string key, std::string value);
  /// Lays a file into the peer's shared folder, where it stays over restarts.
  void share(PeerNumber peer, const std::string& key, std::string bytes);

  // -- Faults ---------------------------------------------------------------------------------

  /// Others notice by a reset, after the latency; on its disk is what was synced.
  void crash(PeerNumber peer);
  void stop(PeerNumber peer);     ///< in order: what it has to write is on its disk
  void restart(PeerNumber peer);  ///< as a new process with the same configuration
  void freeze(PeerNumber peer);   ///< it hangs: takes nothing in, does nothing
  void thaw(PeerNumber peer);
  /// Ends every connection between the two at once, at both ends. They may dial again.
  void cut(PeerNumber a, PeerNumber b);
  /// The machine is gone: no reset, no answer, and dials to it time out. After start(peer), what
  /// comes over connections that it had before is answered by a reset.
  void vanish(PeerNumber peer);
  /// Nothing gets through the connections that are open between the two any more, and nobody is
  /// told: as if a router had forgotten them. New ones are not affected.
  void silence(PeerNumber a, PeerNumber b);
  /// Nothing gets through in either direction any more, and nobody is told.
  void partition(PeerNumber a, PeerNumber b);
  /// The same in this direction only.
  void block(PeerNumber from, PeerNumber to);
  void heal(PeerNumber a, PeerNumber b);
  /// Partitions peers of different groups; a peer of no group is cut off from nobody.
  void split(const std::vector<std::vector<PeerNumber>>& groups);
  void heal_all();
  /// What waited in a connection while nothing got through comes only some time after that is over:
  /// up to as long as it waited, but at most two minutes. So TCP does, whose pauses double.
  void slow_down_retransmission() { retransmission_backs_off_ = true; }
  /// How long a sync of the peer's disk takes.
  void set_sync_latency(PeerNumber peer, Latency latency);
  /// How far the peer's wall clock is ahead of the right time (or, negative, behind).
  void set_wall_clock(PeerNumber peer, Duration ahead);
  void set_latency(PeerNumber from, PeerNumber to, Latency latency);  ///< this direction only
  void set_loss(PeerNumber a, PeerNumber b, double probability);      ///< both directions
  PathTable& paths() { return paths_; }
  /// Bytes a second of each connection between the two, in both directions; 0: no limit. Where
  /// there is one, what is sent waits in a queue, with the limits and notices of a real peer's.
  void set_bandwidth(PeerNumber a, PeerNumber b, std::uint64_t bandwidth);
  void set_bandwidth(std::uint64_t bandwidth) { paths_.standard.bandwidth = bandwidth; }
  /// Connections that were ended because the other side read nothing.
  std::uint64_t closed_unread() const { return closed_unread_; }
  /// The longest that any connection's queue has been, in bytes.
  std::size_t longest_queue() const { return longest_queue_; }
  /// As if the send queue towards `other` had grown long, or short again.
  void set_pressure(PeerNumber peer, PeerNumber other, Pressure level);

  // -- Strangers, and peers made to misbehave -----------------------------------------------------

  void dial(const Stranger& stranger, PeerNumber peer);
  /// Sends on the newest open control connection from `from` to `to`, as if `from` had done so;
  /// false: there is none.
  bool inject(PeerNumber from, PeerNumber to, const Message& message);
  bool inject_bytes(PeerNumber from, PeerNumber to, std::string bytes);
  void hang_up(const Stranger& stranger, PeerNumber peer);

  // -- Watching -------------------------------------------------------------------------------

  /// Called when a message is sent, delivered, or lost.
  void tap(std::function<void(const Carried&)> tap) { taps_.push_back(std::move(tap)); }
  /// Messages for which it returns true, when they are sent, are lost.
  void lose_if(std::function<bool(const Carried&)> filter) { filter_ = std::move(filter); }
  const Traffic& traffic() const { return traffic_; }
  void reset_traffic() { traffic_ = Traffic{}; }
  const std::vector<LoggedEvent>& events() const { return events_; }
  std::size_t count_events(std::string_view part_of_text) const;
  /// Sends of a Node to a connection that is not open: always 0 unless the Node is wrong.
  std::uint64_t misdirected() const { return misdirected_; }

  /// `   1.000 ms  0 -> 1  query q1 ttl 3 hops 0 #0`
  std::string line(const Carried& carried);
  /// From here on, every delivery, loss, event and reply becomes a line of trace().
  void record_trace() { tracing_ = true; }
  const std::string& trace() const { return trace_; }

 private:
  struct Host;
  struct Tick {
    PeerNumber peer;
  };
  struct Arrival {
    std::uint32_t connection;
    std::uint32_t sender;  ///< which end
  };
  struct Action {
    std::function<void()> run;
  };
  using SimEvent = std::variant<Tick, Arrival, Action>;

  Host& host(PeerNumber peer) const;
  Now time(PeerNumber peer) const;
  void step();

  // A call of a Node, and carrying out what it wants done (network.cpp).
  template <class Call>
  void call(PeerNumber peer, Call&& call_node);
  template <class Call>
  void deliver(PeerNumber peer, std::uint32_t run, Call&& what);
  void when_free(std::function<void()> action);
  void carry_out(PeerNumber peer);
  void take_reply(const Reply& reply);
  template <class Answer>
  Result<Answer> ask(PeerNumber peer, ClientRequest wanted);
  void read_disk(PeerNumber peer, const DiskRead& read);
  void schedule_tick(PeerNumber peer);
  void tick(PeerNumber peer);
  IndexUpdate whole_share(const Host& host) const;
  void note(std::string line);

  // What waits for a peer's disk (disks.cpp).
  bool must_wait(const Host& host, WriteSequence after) const;
  void hold(Host& host, WriteSequence after, ConnectionId target, const Message& message,
            const std::shared_ptr<const std::string>& frame);
  void hold(Host& host, const Reply& reply);
  void begin_sync(PeerNumber peer);
  void finish_sync(PeerNumber peer);
  void tell_durable(PeerNumber peer, WriteSequence sequence);
  void release_held(PeerNumber peer);

  // Connections (transport.cpp).
  void dial(PeerNumber from, DialId dial, std::string_view target);
  void knock(std::uint32_t connection);
  void dial_failed(std::uint32_t connection, std::string reason);
  void accept(std::uint32_t connection);
  void establish(std::uint32_t connection);
  void transmit(std::uint32_t connection, std::size_t sender, Segment segment);
  void put_on_path(std::uint32_t connection, std::size_t sender, Segment segment);
  void arrive(std::uint32_t connection, std::size_t sender);

  // Queues of connections whose path has a bandwidth (send_queues.cpp).
  void enqueue(std::uint32_t connection, std::size_t sender, Segment segment);
  void send_next(std::uint32_t connection, std::size_t sender);
  void watch_queue(std::uint32_t connection, std::size_t sender);
  void watch_progress(std::uint32_t connection, std::size_t sender);
  void close_unread(std::uint32_t connection, std::size_t sender);
  void tell_pressure(PeerNumber peer);
  void receive_bytes(std::uint32_t connection, std::size_t receiver, const std::string& bytes);
  void receive_message(std::uint32_t connection, std::size_t receiver, const Message& message);
  void stranger_receives(std::uint32_t connection, std::size_t receiver, const Message& message);
  void say_hello(std::uint32_t connection, std::size_t sender);
  void send_message(std::uint32_t connection, std::size_t sender, const Message& message,
                    const std::shared_ptr<const std::string>& frame);
  void send_one(std::uint32_t connection, std::size_t sender, const Message& message);
  void open_end(std::uint32_t connection, std::size_t end);
  void close_end(std::uint32_t connection, std::size_t end, const char* reason);
  void lose_end(std::uint32_t connection, std::size_t end, const std::string& reason);
  void refuse_bytes(std::uint32_t connection, std::size_t end, const std::string& reason);
  void release_stalled();
  Duration retransmission_pause(const ConnectionEnd& end);
  bool gets_through(PeerNumber from, PeerNumber to) const;
  std::pair<std::uint32_t, std::size_t> open_connection(PeerNumber from, PeerNumber to) const;
  void watch(Carried::Phase phase, PeerNumber from, PeerNumber to, const Message& message);

  Random random_;
  Random disk_random_;  // of its own, so that writes change nothing for those who write nothing
  Instant now_;
  EventQueue<SimEvent> queue_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::map<Address, PeerNumber> by_address_;
  std::vector<Edge> links_;
  std::deque<SimConnection> connections_;
  PathTable paths_;
  bool retransmission_backs_off_ = false;
  std::map<RequestHandle, RequestRecord> records_;
  std::uint64_t next_handle_ = 1;
  Outbox outbox_;
  bool busy_ = false;     // an event is under way: what is asked for now happens after it
  bool calling_ = false;  // a Node is being called, or what it wants is being carried out

  std::vector<std::function<void(const Carried&)>> taps_;
  std::function<bool(const Carried&)> filter_;
  Traffic traffic_;
  std::vector<LoggedEvent> events_;
  std::uint64_t misdirected_ = 0;
  std::uint64_t closed_unread_ = 0;
  std::size_t longest_queue_ = 0;
  std::vector<std::pair<std::uint32_t, std::size_t>> pressed_;  // the Node is to be told
  RequestLabels labels_;
  bool tracing_ = false;
  std::string trace_;
};

}  // namespace oxbow
