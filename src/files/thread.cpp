#include "files/thread.h"

#include <signal.h>

#include <utility>

#include "base/limits.h"

namespace oxbow {

namespace {

extern "C" void* run_thread(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

Thread::Thread(Thread&& other) noexcept
    : thread_(other.thread_), started_(std::exchange(other.started_, false)) {}

bool Thread::start(const char* name, std::function<void()> body) {
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, limits::kThreadStack);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the new thread inherits it
  started_ = pthread_create(&thread_, &attributes, run_thread, argument.get()) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (!started_) return false;
  static_cast<void>(argument.release());  // run_thread's now
  pthread_setname_np(thread_, name);
  return true;
}

void Thread::join() {
  if (std::exchange(started_, false)) pthread_join(thread_, nullptr);
}

}  // namespace oxbow
