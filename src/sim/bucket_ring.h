// What is still to happen in virtual time, by ticks: a ring of buckets (calendar queue, Brown 1988;
// the timing wheel of Varghese and Lauck 1987). Putting an event in and taking it out costs the
// same few instructions however many there are. Events of one tick come in the order in which they
// were put in, so that a run is determined by its seed alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/assert.h"

namespace oxbow::sim {

using Tick = std::uint64_t;  ///< of virtual time, from 0

/// Memory follows the most events that were ever there at once: 16.3 bytes for one of 16 bytes.
template <class Event>
class BucketRing {
  static_assert(std::is_trivially_copyable_v<Event>);

 public:
  /// Events may lie 1 to `horizon` ticks ahead.
  explicit BucketRing(std::uint32_t horizon)
      : buckets_(std::bit_ceil(std::size_t{horizon} + 1)),
        occupied_((buckets_.size() + 63) / 64),
        mask_(buckets_.size() - 1) {}
  BucketRing(const BucketRing&) = delete;
  BucketRing& operator=(const BucketRing&) = delete;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  Tick now() const { return now_; }
  std::uint32_t horizon() const { return static_cast<std::uint32_t>(mask_); }

  void push(std::uint32_t delay, const Event& event) {
    const std::size_t slot = (now_ + delay) & mask_;
    Bucket& bucket = buckets_[slot];
    if (bucket.next == bucket.end) grow(bucket, slot);
    *bucket.next++ = event;
    ++size_;
  }

  /// The next tick that has an event; there must be one.
  Tick next_tick() const {
    OXBOW_ASSERT(size_ > 0, "an empty bucket ring has no next tick");
    std::size_t slot = (now_ + 1) & mask_;
    for (;;) {
      const std::uint64_t word = occupied_[slot / 64] >> (slot % 64);
      const std::size_t left = std::min<std::size_t>(64 - slot % 64, buckets_.size() - slot);
      if (word != 0) {
        slot += static_cast<std::size_t>(std::countr_zero(word));
        return now_ + 1 + ((slot - (now_ + 1)) & mask_);
      }
      slot = (slot + left) & mask_;
    }
  }

  /// Moves on to `tick`, before which nothing may be due.
  void skip_to(Tick tick) {
    OXBOW_ASSERT(size_ == 0 || tick < next_tick(), "events were skipped");
    now_ = tick;
  }

  /// Moves on to the next tick that has an event and takes out all of its events, in order.
  /// `look` is told of each a few events ahead, so that it may fetch what `take` will need.
  template <class Look, class Take>
  void run_tick(Look&& look, Take&& take) {
    now_ = next_tick();
    const std::size_t slot = now_ & mask_;
    Chunk* chunk = buckets_[slot].first;
    const Event* const end = buckets_[slot].next;
    buckets_[slot] = Bucket{};
    occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    while (chunk != nullptr) {
      const Event* event = chunk->events;
      const Event* const stop = chunk->next == nullptr ? end : event + kChunkEvents;
      const Event* ahead = event;
      while (ahead != stop && ahead - event < kAhead) look(*ahead++);
      for (; event != stop; ++event) {
        if (ahead != stop) look(*ahead++);
        take(*event);
      }
      size_ -= static_cast<std::size_t>(stop - chunk->events);
      Chunk* const done = chunk;
      chunk = chunk->next;
      done->next = free_;
      free_ = done;
    }
  }

  /// Forgets every event and begins anew at tick 0.
  void reset() {
    while (size_ > 0) {
      run_tick([](const Event&) {}, [](const Event&) {});
    }
    now_ = 0;
  }

 private:
  static constexpr std::size_t kChunkEvents = 63;
  static constexpr std::size_t kChunksAtOnce = 256;
  static constexpr std::ptrdiff_t kAhead = 12;

  struct Chunk {
    Chunk* next;
    Event events[kChunkEvents];
  };
  struct Bucket {
    Event* next = nullptr;  // where the next event goes
    Event* end = nullptr;   // of the last chunk
    Chunk* first = nullptr;
    Chunk* last = nullptr;
  };

  void grow(Bucket& bucket, std::size_t slot) {
    if (free_ == nullptr) allocate();
    Chunk* const chunk = free_;
    free_ = chunk->next;
    chunk->next = nullptr;
    if (bucket.first == nullptr) {
      bucket.first = chunk;
      occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    } else {
      bucket.last->next = chunk;
    }
    bucket.last = chunk;
    bucket.next = chunk->events;
    bucket.end = chunk->events + kChunkEvents;
  }

  void allocate() {
    blocks_.push_back(std::make_unique_for_overwrite<Chunk[]>(kChunksAtOnce));
    for (std::size_t i = kChunksAtOnce; i > 0; --i) {
      Chunk& chunk = blocks_.back()[i - 1];
      chunk.next = free_;
      free_ = &chunk;
    }
  }

  std::vector<Bucket> buckets_;
  std::vector<std::uint64_t> occupied_;  // one bit a bucket
  std::size_t mask_;
  std::size_t size_ = 0;
  Tick now_ = 0;
  std::vector<std::unique_ptr<Chunk[]>> blocks_;
  Chunk* free_ = nullptr;
};

}  // namespace oxbow::sim
