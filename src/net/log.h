// The peer's log: one line a matter, `2026-11-22 12:00:00.000 info  linked to …`. What strangers
// can cause is bounded: so many lines a second of each severity, then a count of the others; text
// of theirs is cut, and what is no printable text is escaped (base/printable.h).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "config/peer_options.h"
#include "message/outbox.h"

namespace oxbow::net {

/// Takes a line without its end.
using LogSink = std::function<void(std::string_view line)>;

class Log {
 public:
  /// Without a sink: to stderr.
  explicit Log(LogLevel level, LogSink sink = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Whether lines of this severity are written at all.
  bool wants(Severity severity) const;
  void write(Instant now, Severity severity, std::string_view text);

  /// Tells how many lines were left out, when it is time.
  void expire(Instant now);
  Instant next_deadline() const;

 private:
  struct Writer;
  struct Bound {
    Instant second_ends = Instant::min();
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
  };

  LogLevel level_;
  std::unique_ptr<Writer> writer_;
  std::array<Bound, 3> bounds_;  // by severity
};

}  // namespace oxbow::net
