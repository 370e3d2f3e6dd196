// What is still to happen in virtual time, earliest first. Of two events at one instant the one
// that was put in first comes first, so that a run is determined by its seed alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/time.h"

namespace oxbow {

template <class Event>
class EventQueue {
 public:
  struct Entry {
    Instant at;
    std::uint64_t sequence = 0;
    Event event;
  };

  void push(Instant at, Event event) {
    heap_.push_back({at, next_sequence_++, std::move(event)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }

  /// When the earliest event is due; kNever if there is none.
  Instant next_at() const { return heap_.empty() ? kNever : heap_.front().at; }

  /// Takes the earliest event out; there must be one.
  Entry pop() {
    OXBOW_ASSERT(!heap_.empty(), "an event was taken out of an empty queue");
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry earliest = std::move(heap_.back());
    heap_.pop_back();
    return earliest;
  }

 private:
  static bool later(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }

  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace oxbow
