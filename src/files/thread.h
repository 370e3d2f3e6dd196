// A thread with a small stack that takes no signals (they are for the loop). Ends by itself; the
// destructor waits for that.
#pragma once

#include <pthread.h>

#include <functional>
#include <memory>
#include <string>

namespace oxbow {

class Thread {
 public:
  Thread() = default;
  ~Thread() { join(); }
  Thread(Thread&& other) noexcept;
  Thread& operator=(Thread&&) = delete;

  /// Runs `body`; `name` (at most 15 bytes) is for debuggers. False: no thread could be started.
  bool start(const char* name, std::function<void()> body);
  void join();

 private:
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace oxbow
