// A client of one running peer for programs with a libuv loop: many requests under way at a time
// over one connection, each with a callback. (A blocking one: oxbow/client.h.)
//
//   uv_loop_t* loop = uv_default_loop();
//   oxbow::AsyncClient client(loop, "127.0.0.1:7400");
//   for (const std::string& key : keys) {
//     client.get(key, [key](oxbow::Result<oxbow::GetAnswer> answer) {
//       if (!answer) return complain(key, answer.error());
//       show(key, answer->values);
//     });
//   }
//   client.when_idle([&] { client.close(); });  // else uv_run() goes on for as long as it is open
//   uv_run(loop, UV_RUN_DEFAULT);
//
// Rules:
//   * All of it belongs to the thread of the loop.
//   * A request may be made at once, before the connection is there. Every request ends with
//     exactly one call of its callback, unless it is cancelled or the AsyncClient is destroyed
//     before; never from within the function that made it.
//   * Answers come in any order.
//   * A callback may do anything: make requests, cancel others, close, destroy the AsyncClient.
//   * A connection that ended stays so: all requests end with "peer-lost" or "unreachable", later
//     ones too. Make a new AsyncClient then.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

struct uv_loop_s;  // uv_loop_t

namespace oxbow {

struct AsyncOptions {
  /// For the connection to be made.
  std::chrono::milliseconds connect_timeout{5'000};
  /// How long a peer may take to answer beyond the time that a request itself allows.
  std::chrono::milliseconds patience{10'000};
  /// Requests that the peer has at a time, 1 to 256 (more it would not read); others wait here.
  std::size_t in_flight = 128;
};

class AsyncClient {
 public:
  /// Names a request, to cancel it; never used twice. 0: the client was closed before, and the
  /// callback will not be called.
  using Ticket = std::uint64_t;
  template <class Answer>
  using Callback = std::function<void(Result<Answer>)>;

  /// Begins to connect to the peer at `address` (`IP:PORT` or `HOST:PORT`). `loop` must outlive
  /// the AsyncClient, and run on after its end, for one turn at least, to let go of its handles.
  AsyncClient(uv_loop_s* loop, const std::string& address, const AsyncOptions& options = {});
  /// Ends the connection; callbacks of requests under way are not called.
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  // Errors of all requests: "unreachable", "peer-lost", "timeout" (also, after 5 s, that the peer
  // answers nothing, not even a ping), "closed", "bad-address", and what the peer itself answers.
  // What the requests mean: oxbow/requests.h, oxbow/client.h.

  Ticket get(const std::string& key, Callback<GetAnswer> callback);
  Ticket get(const GetRequest& request, Callback<GetAnswer> callback);
  Ticket put(const std::string& key, const std::string& value, const std::string& context,
             Callback<PutAnswer> callback);
  Ticket put(const PutRequest& request, Callback<PutAnswer> callback);
  Ticket remove(const std::string& key, const std::string& context,
                Callback<DeleteAnswer> callback);
  Ticket remove(const DeleteRequest& request, Callback<DeleteAnswer> callback);
  Ticket lookup(const LookupRequest& request, Callback<LookupAnswer> callback);
  Ticket ring(Callback<RingAnswer> callback);
  Ticket owner(const std::string& key, Callback<OwnerAnswer> callback);
  Ticket ring_join(const RingJoinRequest& request, Callback<RingJoinAnswer> callback);
  Ticket ring_leave(const RingLeaveRequest& request, Callback<RingLeaveAnswer> callback);
  Ticket ring_bucket(const RingBucketRequest& request, Callback<RingBucketAnswer> callback);

  /// `on_hit`, if there is one, sees each hit as it comes; the answer has them all.
  Ticket find(const FindRequest& request, Callback<FindAnswer> callback,
              std::function<void(const SearchHit&)> on_hit = {});
  Ticket piece(const PieceCall& request, Callback<PieceAnswer> callback);
  Ticket publish(const std::string& key, const std::string& value,
                 Callback<PublishAnswer> callback);
  Ticket unpublish(const std::string& key, Callback<UnpublishAnswer> callback);
  Ticket peers(Callback<PeersAnswer> callback);
  Ticket status(Callback<StatusAnswer> callback);
  Ticket ping(Callback<PingAnswer> callback);

  /// Its callback will not be called. The peer may carry the request out nevertheless. False: it
  /// has ended, or was never made.
  bool cancel(Ticket ticket);

  /// Requests whose callbacks are still to be called.
  std::size_t under_way() const;

  /// Called once, when no request is under way any more (not before the loop's next turn).
  void when_idle(std::function<void()> callback);

  /// Ends the connection. Requests under way end with "closed", then `on_closed` is called; the
  /// loop is free of this client from then on. Later calls do nothing.
  void close(std::function<void()> on_closed = {});

 private:
  struct Implementation;
  Implementation* implementation_;  ///< frees itself once the loop has let go of its handles
};

}  // namespace oxbow
