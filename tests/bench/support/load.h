// The load tool: many connections to one or more servers from one thread, each with a number of
// requests under way, for a bounded time. It speaks whatever a Protocol speaks, so that every
// server is measured by the same loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace oxbow::bench {

/// One connection's requests and answers.
class Protocol {
 public:
  virtual ~Protocol() = default;

  virtual void append_request(std::string& out) = 0;
  /// How many requests the bytes that have come in complete. Ends the benchmark (fail()) on an
  /// answer that is no success: a server that refuses is not a fast one.
  virtual std::size_t take_answers(std::string_view bytes) = 0;
  /// What the protocol itself has to say: at the beginning, and after bytes have come in.
  virtual void append_own(std::string&) {}
};

struct Load {
  std::vector<Address> servers;  ///< connections go to them in turn
  std::size_t connections = 1;
  std::size_t in_flight = 1;  ///< requests under way on each
  std::function<std::unique_ptr<Protocol>()> protocol;
  double seconds = 1;  ///< measured, after a fifth of it to warm up
};

struct LoadResult {
  double rate = 0;    ///< requests a second
  double p50_us = 0;  ///< from a request's sending to its answer, where in_flight is 1
  double p99_us = 0;
};

LoadResult run(const Load& load);

}  // namespace oxbow::bench
