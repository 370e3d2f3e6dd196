#include "net/loop.h"

#include <sched.h>
#include <time.h>

#include <algorithm>

#include "base/assert.h"

namespace oxbow::net {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSpareBuffers = 16;
constexpr int kQuickSuccession = 8;        // input within so many times what it looks for more
constexpr Duration kTakenForLong = 200us;  // more than turns of other peers, less than a slice
constexpr Duration kBusyFor = 20ms;
constexpr std::size_t kSpareCapacity = 256 * 1024;  // a larger one is given back to the system

Now read_clock() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  const auto since_1970 =
      std::chrono::seconds(wall.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec);
  return {Instant(std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(uv_hrtime()))),
          WallTime(std::chrono::duration_cast<Duration>(since_1970))};
}

}  // namespace

Loop::Loop(LoopUser& user, Duration idle_poll)
    : user_(user), idle_poll_(idle_poll), read_buffer_(new char[kReadBuffer]) {
  OXBOW_ASSERT(uv_loop_init(&loop_) == 0, "no event loop: out of memory or descriptors");
  uv_prepare_init(&loop_, &prepare_);
  uv_timer_init(&loop_, &timer_);
  uv_idle_init(&loop_, &idle_);
  prepare_.data = idle_.data = this;
}

Loop::~Loop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&prepare_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&idle_), nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  OXBOW_ASSERT(uv_loop_close(&loop_) == 0, "something on the loop was left open");
}

Now Loop::now() {
  if (!has_now_) now_ = read_clock();
  has_now_ = true;
  return now_;
}

void Loop::run() {
  uv_prepare_start(&prepare_,
                   [](uv_prepare_t* handle) { static_cast<Loop*>(handle->data)->end_turn(); });
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_prepare_stop(&prepare_);
  uv_timer_stop(&timer_);
  uv_idle_stop(&idle_);
  armed_ = kNever;
  has_now_ = false;
}

/// Whether what came in last came soon enough after what came before it, and not too long ago.
bool Loop::looks_for_more(Instant now) {
  if (has_input_) {
    has_input_ = false;
    const bool in_quick_succession = now - last_input_ <= kQuickSuccession * idle_poll_;
    last_input_ = now;
    if (in_quick_succession && now >= poll_not_before_) poll_until_ = now + idle_poll_;
  }
  return now < poll_until_;
}

void Loop::yield() {
  const Instant before = read_clock().steady;
  sched_yield();
  const Instant after = read_clock().steady;
  if (after - before < kTakenForLong) return;
  poll_until_ = {};
  poll_not_before_ = after + kBusyFor;
}

void Loop::end_turn() {
  const Instant deadline = user_.end_turn();
  // An idle handle keeps the loop from waiting. (Started again it would keep its first callback.)
  const bool is_due = deadline <= now().steady;
  yields_ = looks_for_more(now().steady) && !is_due;
  if (is_due || yields_) {
    uv_idle_start(&idle_, [](uv_idle_t* handle) {
      Loop& loop = *static_cast<Loop*>(handle->data);
      if (loop.yields_) loop.yield();
    });
  } else {
    uv_idle_stop(&idle_);
    if (deadline == kNever) {
      uv_timer_stop(&timer_);
    } else if (deadline != armed_ || uv_is_active(reinterpret_cast<uv_handle_t*>(&timer_)) == 0) {
      const auto due_ms =
          static_cast<std::uint64_t>((deadline.time_since_epoch().count() + 999) / 1000);
      const std::uint64_t now_ms = uv_now(&loop_);
      // The timer only ends the wait: what is due is done at the end of the turn.
      uv_timer_start(
          &timer_, [](uv_timer_t*) {}, due_ms > now_ms ? due_ms - now_ms : 0, 0);
    }
    armed_ = deadline;
  }
  has_now_ = false;
}

uv_buf_t Loop::read_buffer() {
  has_input_ = true;
  return uv_buf_init(read_buffer_.get(), kReadBuffer);
}

std::string Loop::take_buffer() {
  if (spare_buffers_.empty()) return {};
  std::string buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void Loop::give_buffer(std::string buffer) {
  if (spare_buffers_.size() >= kSpareBuffers || buffer.capacity() > kSpareCapacity) return;
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

}  // namespace oxbow::net
