// What other threads and signals wake the loop by, and where the store leaves its news. Freed by
// libuv's close callback, so it may outlive the server that made it.
#pragma once

#include <uv.h>

#include <oxbow/result.h>

#include <atomic>
#include <mutex>
#include <optional>

#include "base/ids.h"

namespace oxbow::net {

struct Handles {
  uv_async_t wake{};    ///< there is news of the shared folders, or `stopping` was set
  uv_async_t synced{};  ///< the store has news
  uv_signal_t terminate{};
  uv_signal_t interrupt{};
  std::atomic<bool> stopping{false};

  std::atomic<WriteSequence> durable{kNothingPending};
  std::atomic<bool> has_failed{false};
  std::mutex mutex;
  std::optional<Error> failure;  ///< of the store, under `mutex`

  /// From any thread: the store has synced everything up to `sequence`.
  void tell_durable(WriteSequence sequence) {
    durable.store(sequence, std::memory_order_release);
    uv_async_send(&synced);
  }
  /// From any thread: the store can keep no promise any more.
  void tell_failure(const Error& error) {
    {
      const std::scoped_lock lock(mutex);
      if (!failure) failure = error;
    }
    has_failed = true;
    uv_async_send(&synced);
  }

  void close() {
    for (uv_handle_t* const handle :
         {reinterpret_cast<uv_handle_t*>(&wake), reinterpret_cast<uv_handle_t*>(&synced),
          reinterpret_cast<uv_handle_t*>(&terminate), reinterpret_cast<uv_handle_t*>(&interrupt)}) {
      handle->data = this;
      uv_close(handle, [](uv_handle_t* closed) {
        auto* const self = static_cast<Handles*>(closed->data);
        if (--self->open_ == 0) delete self;
      });
    }
  }

 private:
  int open_ = 4;
};

}  // namespace oxbow::net
