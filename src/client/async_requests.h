// The requests of one AsyncClient: those that wait for a place, those that the peer has, and when
// each of them is given up. Frees itself once its client and the loop have let go of it.
#pragma once

#include <oxbow/async_client.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "client/async_connection.h"
#include "client/channel.h"
#include "client/endpoint.h"
#include "codec/rpc.h"
#include "message/client.h"

namespace oxbow {

struct AsyncClient::Implementation final : ConnectionObserver {
  using Answered = std::function<void(Result<ClientAnswer>)>;
  using Hits = std::function<void(const SearchHit&)>;

  Implementation(uv_loop_t* loop, const std::string& address, const AsyncOptions& options);

  Ticket submit(ClientRequest request, std::chrono::milliseconds allowed, Answered answered,
                Hits on_hit = {});
  template <class Answer>
  Ticket ask(ClientRequest request, Callback<Answer> callback,
             std::chrono::milliseconds allowed = std::chrono::milliseconds(0), Hits on_hit = {}) {
    return submit(
        std::move(request), allowed,
        [callback = std::move(callback)](Result<ClientAnswer> answer) {
          if (!callback) return;
          if (!answer) return callback(answer.error());
          auto* expected = std::get_if<Answer>(&*answer);
          if (expected == nullptr) return callback(other_answer());
          callback(std::move(*expected));
        },
        std::move(on_hit));
  }

  bool cancel(Ticket ticket);
  void when_idle(std::function<void()> callback);
  void close(std::function<void()> on_closed);
  void detach();  ///< the client is gone: nothing is told any more

  std::size_t under_way() const { return requests_.size(); }

 private:
  struct Request {
    ClientRequest content;
    Asks asks = Asks::reads;
    Answered answered;
    Hits on_hit;
    std::uint64_t deadline = 0;
  };

  ~Implementation() = default;

  void connection_opened() override {
    send_waiting();
    plan();  // from now on the peer is watched
  }
  void connection_received(std::string_view bytes) override;
  void connection_has_room() override { send_waiting(); }
  void connection_ended(const Error& error) override;
  void connection_due() override;
  void connection_closed() override;

  bool take(RpcClientStream::Next next);
  void send_waiting();
  void finish(Ticket ticket, Result<ClientAnswer> answer);
  void finish_all(const Error& error);
  void finish_late();
  std::uint64_t next_watch() const;
  void watch_peer();
  void tell_idle();
  void plan();

  AsyncConnection connection_;
  AsyncOptions options_;
  RpcClientStream stream_;
  Ticket last_ticket_ = 0;
  std::map<Ticket, Request> requests_;       // not answered, not given up
  std::deque<Ticket> waiting_;               // in their order; some may have been given up since
  std::map<std::uint32_t, Ticket> at_peer_;  // by the number in the message, until it is answered
  std::set<std::pair<std::uint64_t, Ticket>> deadlines_;
  std::uint64_t heard_ = 0;              // when bytes came last, or the first request went out
  std::optional<std::uint64_t> pinged_;  // since then nothing came
  std::optional<Error> failure_;         // nothing more can be sent
  std::function<void()> on_idle_;
  std::function<void()> on_closed_;
  bool closing_ = false;
  bool closed_ = false;
  bool detached_ = false;
};

}  // namespace oxbow
