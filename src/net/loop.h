// The loop that drives one peer: libuv's, with a clock that is read once a turn, one timer, one
// buffer that all connections read into, and spare buffers that they write from.
//
// A turn: what came in is handed on, then LoopUser::end_turn does what is due and writes out what
// was gathered; then the loop waits.
//
// To be woken takes tens of microseconds where the processor has gone to sleep meanwhile, more than
// a turn. So a loop to which things come in quick succession looks for more for a while before it
// waits (the idle polling of Seastar; the kernel does likewise for guests, see haltpoll). In
// between it offers the processor to others. Where one of them takes it for long, the machine is
// busy: then nothing is won by looking, and to wait is the faster way to get the processor back.
#pragma once

#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"

namespace oxbow::net {

class LoopUser {
 public:
  /// Everything that has come in was handed on. Returns when to be called again at the latest; if
  /// that has passed already: after the next I/O, without waiting for any.
  virtual Instant end_turn() = 0;

 protected:
  ~LoopUser() = default;
};

class Loop {
 public:
  /// `idle_poll`: for how long to look for more before waiting; zero: never.
  Loop(LoopUser& user, Duration idle_poll);
  /// Everything on the loop must have been closed (uv_close) before; waits for that to be done.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* uv() { return &loop_; }

  /// The time of this turn.
  Now now();

  /// Runs turns until stop().
  void run();
  void stop() { uv_stop(&loop_); }

  /// For uv_read_start: always the same buffer, so what was read is to be used up at once.
  uv_buf_t read_buffer();
  /// Something came in that was not read from a connection.
  void note_input() { has_input_ = true; }

  /// An empty string that may have memory already, and its way back.
  std::string take_buffer();
  void give_buffer(std::string buffer);

 private:
  static constexpr std::size_t kReadBuffer = 64 * 1024;

  void end_turn();
  bool looks_for_more(Instant now);
  void yield();

  LoopUser& user_;
  const Duration idle_poll_;
  uv_loop_t loop_{};
  uv_prepare_t prepare_{};
  uv_timer_t timer_{};
  uv_idle_t idle_{};
  Instant armed_ = kNever;
  bool yields_ = false;     // in the turn to come, where it does not wait
  bool has_input_ = false;  // in this turn
  Instant last_input_{};
  Instant poll_until_{};
  Instant poll_not_before_{};
  bool has_now_ = false;
  Now now_{};
  std::unique_ptr<char[]> read_buffer_;
  std::vector<std::string> spare_buffers_;
};

}  // namespace oxbow::net
