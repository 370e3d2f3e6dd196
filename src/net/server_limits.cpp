// What is held for others: what they do not read, and what they have sent half. Who makes no
// progress is hung up on, however little it is; who makes some is not, however much, unless all
// together hold too much.
#include <fmt/format.h>

#include <algorithm>

#include "net/held_bytes.h"
#include "net/server.h"

namespace oxbow {

using namespace net;

namespace {

constexpr std::string_view kTooMuchHeld =
    "all connections together leave too much unread or unfinished, and it holds most";

}  // namespace

/// After a flush: what stays unread sets a deadline, which any progress puts off.
void PeerServer::Server::watch_progress(Connection& connection) {
  if (connection.stream.queued() == 0) {
    connection.progress_due = kNever;
    return;
  }
  const std::uint64_t written = connection.stream.written();
  if (connection.progress_due == kNever || written != connection.written_then) {
    connection.written_then = written;
    connection.moved = now().steady;
  }
  const bool is_long = connection.peer() != nullptr && connection.waiting() > limits::kCloseAbove;
  const Duration patience = is_long ? Duration(limits::kStalledAbove) : limits::kRpcStalled;
  set_deadline(connection.progress_due, connection.moved + patience);
}

/// All that has come was used but a half frame or request: the `frame`th of that connection.
void PeerServer::Server::watch_unfinished(Connection& connection, std::uint64_t frame) {
  const std::size_t bytes = connection.unfinished();
  if (bytes == 0) {
    connection.unfinished_due = kNever;
    return;
  }
  if (connection.unfinished_due == kNever || connection.unfinished_frame != frame) {
    connection.unfinished_frame = frame;
    connection.unfinished_since = now().steady;
  }
  set_deadline(connection.unfinished_due,
               has_to_be_whole_by(connection.unfinished_since, unfinished_time(), bytes));
}

/// Three hellos' time, so that who is impatient with those is it here too.
Duration PeerServer::Server::unfinished_time() const {
  return options_.hello_deadline * (limits::kUnfinishedTime / limits::kHelloDeadline);
}

void PeerServer::Server::account(Connection& connection) {
  const std::size_t holds = connection.waiting() + connection.unfinished();
  held_for_all_ += holds - connection.counted;
  connection.counted = holds;
}

bool PeerServer::Server::is_stalled(Connection& connection) {
  const Instant long_ago = now().steady - limits::kStalledWhenShort;
  const std::uint64_t written = connection.stream.written();
  if (written != connection.written_then) {
    connection.written_then = written;
    connection.moved = now().steady;
  }
  const bool reads_nothing = connection.stream.queued() > 0 && connection.moved <= long_ago;
  const bool sends_nothing =
      connection.unfinished_due != kNever && connection.unfinished_since <= long_ago;
  return reads_nothing || sends_nothing;
}

void PeerServer::Server::stay_within_sum() {
  while (held_for_all_ > limits::kHeldBytes) {
    std::vector<Holding> holdings;
    for (const auto& each : connections_.slots()) {
      if (each == nullptr) continue;
      account(*each);
      holdings.push_back({each->id, each->remote, each->counted, is_stalled(*each)});
    }
    if (held_for_all_ <= limits::kHeldBytes) return;
    const auto id = who_gives_way(holdings);
    if (!id) return;
    Connection& connection = *connections_.find(*id);
    log_standing(Severity::warning, kTooMuchHeld, connection.remote,
                 fmt::format("hung up on {}: {} ({} bytes of {})", describe(connection),
                             kTooMuchHeld, connection.counted, held_for_all_));
    end(*id, kTooMuchHeld, false);
  }
}

void PeerServer::Server::expire(Connection& connection, Instant time) {
  if (connection.progress_due <= time) {
    const bool moves = connection.stream.written() != connection.written_then;
    if (moves || connection.stream.queued() == 0) {
      watch_progress(connection);
    } else {
      connection.progress_due = kNever;
      const Duration silent = time - connection.moved;
      return mark_ended(connection, fmt::format("it has read nothing for {} s, while {} bytes wait",
                                                to_ms(silent) / 1000, connection.waiting()));
    }
  }
  if (connection.unfinished_due <= time) {
    const Error why{"too-slow", "what was begun did not come whole in time",
                    fmt::format("{} ms, and a second more for each {} bytes",
                                to_ms(unfinished_time()), limits::kUnfinishedRate),
                    fmt::format("{} bytes of it", connection.unfinished())};
    if (connection.client() != nullptr) return close_client(connection, why);
    return refuse_peer(connection, why);
  }
  if (connection.hello_due > time) return;
  const std::string reason = fmt::format("no hello within {} ms", to_ms(options_.hello_deadline));
  log_standing(Severity::warning, reason, connection.remote,
               fmt::format("hung up on {}: {}", describe(connection), reason));
  end(connection.id, reason, true);
}

}  // namespace oxbow
