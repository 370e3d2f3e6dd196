// A client's search: checked here, then started as a flood, an expanding ring or a walk.
#include <fmt/format.h>

#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

namespace {

Error busy() { return {"busy", "too many searches in progress", "fewer at once", ""}; }

Result<Done> check(const NodeState& node, const FindRequest& request) {
  if (request.key.empty() || request.key.size() > limits::kKey) {
    return Error{"bad-key", fmt::format("a key of {} bytes", request.key.size()),
                 fmt::format("1 to {} bytes", limits::kKey), fmt::format("{}", request.key.size())};
  }
  if (request.ttl && *request.ttl > node.config.ttl_cap) {
    return Error{"bad-ttl", fmt::format("TTL {} is above this peer's cap", *request.ttl),
                 fmt::format("0 to {} (a peer's ttl-cap)", node.config.ttl_cap),
                 fmt::format("{}", *request.ttl)};
  }
  if (request.walkers > limits::kMaxWalkers || request.steps > limits::kWalkSteps) {
    return Error{
        "bad-walk", "too many walkers or steps",
        fmt::format("at most {} walkers of {} steps", limits::kMaxWalkers, limits::kWalkSteps),
        fmt::format("{} of {}", request.walkers, request.steps)};
  }
  if (request.match == Match::trace) {
    return Error{"bad-match", "a trace is asked for by the method trace", "exact, glob or words",
                 "trace"};
  }
  if (request.match != Match::exact) {
    if (request.via == Via::walk) {
      return Error{"bad-match", "walks look for exact keys only",
                   "exact, or via flood or expanding",
                   request.match == Match::glob ? "glob" : "words"};
    }
    const auto pattern = Pattern::compile(request.match, request.key);
    if (!pattern.ok()) return pattern.error();
  }
  const bool is_pattern = request.match != Match::exact;
  if (is_pattern && !node.scans.has_room(kNoLink, 0)) return busy();
  if (node.finds.size() >= limits::kRequests) return busy();
  return Done{};
}

FindOperation& begin(Turn& turn, RequestHandle handle, FindRequest request) {
  NodeState& node = turn.node;
  const NodeConfig& config = node.config;
  FindOperation& find = node.finds[handle];
  find.handle = handle;
  find.ttl = request.ttl ? static_cast<std::uint8_t>(*request.ttl) : config.ttl;
  find.all = request.all.value_or(request.match != Match::exact);
  find.max_hits = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(request.max_hits, limits::kContainerLength));
  find.started = turn.now.steady;
  find.deadline = turn.now.steady + (request.timeout_ms == 0
                                         ? config.find_timeout
                                         : Duration(std::chrono::milliseconds(request.timeout_ms)));
  find.request = std::move(request);
  // Else no wave would end, nor a search that nobody else is asked for.
  if (find.request.via == Via::expanding || find.ttl == 0) find.request.report = true;
  look_again(node, find, find.deadline);
  return find;
}

}  // namespace

void request_find(Turn& turn, RequestHandle handle, const FindRequest& request) {
  const auto checked = check(turn.node, request);
  if (!checked.ok()) return reply(turn, handle, checked.error());
  FindOperation& find = begin(turn, handle, request);
  if (find.ttl == 0) return start_wave(turn, find, 0);  // this peer alone, whatever the way
  switch (find.request.via) {
    case Via::flood:
      return start_wave(turn, find, find.ttl);
    case Via::expanding:
      return start_wave(turn, find, 1);
    case Via::walk:
      return start_walk(turn, find);
  }
}

void request_trace(Turn& turn, RequestHandle handle, const TraceRequest& request) {
  const auto id = parse_request_id(request.request_id);
  if (!id.ok()) return reply(turn, handle, id.error());
  if (turn.node.finds.size() >= limits::kRequests) return reply(turn, handle, busy());
  const auto bytes = from_hex(request.request_id);
  FindRequest flood;
  flood.key = *bytes;
  flood.match = Match::trace;
  if (request.ttl) flood.ttl = std::min<std::uint32_t>(*request.ttl, turn.node.config.ttl_cap);
  flood.all = true;
  flood.timeout_ms = request.timeout_ms;
  FindOperation& find = begin(turn, handle, std::move(flood));
  find.is_trace = true;
  start_wave(turn, find, find.ttl);
}

}  // namespace oxbow
