// Looks up the addresses of hosts' names, each name once at a time, on threads of its own: the
// system's resolver blocks for as long as a name server does not answer, and cannot be interrupted.
// So nobody waits for a thread: a lookup that nobody wants any more goes on unheard, also beyond
// the end of the Resolver.
//
// Names of which nothing came the last time have half of the threads at the most, so that however
// many dead ones there are do not hold back a good one.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/limits.h"
#include "net/loop.h"

namespace oxbow::net {

enum class LookupNumber : std::uint64_t {};

/// `addresses` have port 0. None: `error` says why.
using LookedUp = std::function<void(std::span<const Address> addresses, std::string_view error)>;
/// Blocks. What getaddrinfo() does, but for tests.
using LookUp = std::function<std::vector<Address>(const std::string& name, std::string& error)>;

std::vector<Address> look_up_host(const std::string& name, std::string& error);

class Resolver {
 public:
  explicit Resolver(Loop& loop, LookUp look_up = look_up_host,
                    std::size_t threads = limits::kLookups);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// `done` is called from the loop, never from within, unless it is cancelled before.
  LookupNumber look_up(const std::string& name, LookedUp done);
  void cancel(LookupNumber number);
  /// Threads that wait for the system's resolver, also for lookups that were cancelled.
  std::size_t running() const { return running_; }

 private:
  struct Answers;  // shared with the threads, which may outlive the Resolver
  struct Lookup {
    std::map<LookupNumber, LookedUp> waiting;
    bool is_running = false;
    bool had_failed = false;  ///< the last time, when it was begun
  };
  using Lookups = std::map<std::string, Lookup>;

  void begin_some();
  bool begin(const std::string& name, Lookup& lookup);
  void take_answers();
  void ended(const std::string& name, std::span<const Address> addresses, std::string_view error);
  void remember_failed(const std::string& name);

  LookUp look_up_;
  std::size_t threads_;
  std::shared_ptr<Answers> answers_;
  uv_async_t* wake_;  // closes itself
  Lookups lookups_;
  std::vector<std::string> line_;  // names that wait for a thread, in the order of their coming
  std::map<LookupNumber, LookedUp> ending_;  // of the lookup that has ended just now
  std::set<std::string> failed_;
  std::size_t running_ = 0;
  std::size_t running_failed_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace oxbow::net
