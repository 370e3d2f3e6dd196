// The value of a searched get on its way here: from one holder at a time, all pieces of it.
#include <fmt/format.h>

#include "node/handlers.h"

namespace oxbow {

namespace {

Error too_large(const SearchHit& hit) {
  return {"found-too-large",
          fmt::format("'{}' at {} is too large for the ring (oxbow fetch downloads it)", hit.key,
                      hit.holder),
          fmt::format("at most {} bytes", limits::kValue), fmt::format("{} bytes", hit.size)};
}

// One member's copy of an object is not shown as the key's value: it may be older than what was
// acknowledged, and lack siblings.
Error only_a_copy(const SearchedGet& get) {
  const SearchHit& hit = get.holders[*get.copy].hit;
  Error error{"quorum-not-met", "none of the key's primaries has it", "a copy at a primary",
              "none"};
  if (get.not_reread) error = *get.not_reread;
  if (get.failed) error = *get.failed;
  error.message +=
      fmt::format("; {} has a copy, perhaps an old one (oxbow fetch downloads it)", hit.holder);
  return error;
}

// No holder is left, and the search has ended.
void give_up(Turn& turn, SearchedGet& get) {
  if (get.last_error) {
    Error error = *get.last_error;
    error.message = fmt::format("'{}' was found at {}, but: {}", get.request.key,
                                get.holders[get.holder].hit.holder, error.message);
    return fail_get(turn, get, std::move(error));
  }
  if (get.copy) return fail_get(turn, get, only_a_copy(get));
  if (get.too_large) return fail_get(turn, get, too_large(*get.too_large));
  nothing_found(turn, get);
}

// A member keeps an object that the ring had not heard of: its copies are brought together by a
// read of all of them.
void reread(Turn& turn, SearchedGet& get) {
  NodeState& node = turn.node;
  get.step = SearchedGetStep::rereading;
  get.was_reread = true;
  GetRequest all;
  all.key = get.request.key;
  all.r = "all";
  all.search = false;
  all.explain = get.request.explain;
  const Duration left = (get.deadline - turn.now.steady) / 2;
  all.timeout_ms =
      static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
  get.reread = begin_own_request(node, get.handle);
  request_get(turn, *get.reread, all);
}

void check_value(Turn& turn, SearchedGet& get) {
  Fetch& fetch = *get.fetch;
  const Status verified = fetch.assembly.verify();
  if (!verified.ok()) return holder_failed(turn, get, verified.error());
  value_fetched(turn, get, std::move(fetch.bytes));
}

void fetch_from(Turn& turn, SearchedGet& get, const SearchHit& hit) {
  AdoptionState& adoption = turn.node.adoption;
  const auto digest = parse_digest(hit.sha256);
  OXBOW_ASSERT(digest.ok(), "a digest that a hit of ours gives");
  if (adoption.fetched_bytes + hit.size > limits::kFetchedBytes) {
    return fail_get(turn, get,
                    Error{"busy", "too many values are being fetched (try again)",
                          fmt::format("at most {} bytes", limits::kFetchedBytes),
                          fmt::format("{} bytes more", hit.size)});
  }
  adoption.fetched_bytes += hit.size;
  get.step = SearchedGetStep::fetching;
  get.fetch.emplace(hit.size, *digest);
  get.fetch->stalls = turn.now.steady + limits::kHolderStalls;
  if (hit.size == 0) return check_value(turn, get);
  ask_for_pieces(turn, get);
}

}  // namespace

void ask_next_holder(Turn& turn, SearchedGet& get) {
  get.step = SearchedGetStep::searching;
  look_again(turn.node, get);
  for (std::size_t i = 0; i < get.holders.size(); ++i) {
    Holder& holder = get.holders[i];
    if (holder.tried) continue;
    if (holder.is_object() && !get.failed && !get.was_reread) {
      get.holder = i;
      return reread(turn, get);
    }
    holder.tried = true;
    if (holder.is_object()) {
      get.copy = get.copy.value_or(i);
      continue;
    }
    if (holder.hit.size > limits::kValue) {
      get.too_large = get.too_large.value_or(holder.hit);
      continue;
    }
    get.holder = i;
    return fetch_from(turn, get, holder.hit);
  }
  if (!get.search) give_up(turn, get);
}

void ask_for_pieces(Turn& turn, SearchedGet& get) {
  Fetch& fetch = *get.fetch;
  const SearchHit& hit = get.holders[get.holder].hit;
  while (const auto range = fetch.download.next()) {
    const RequestHandle own = begin_own_request(turn.node, get.handle, range->offset);
    fetch.asked[range->offset] = own;
    request_piece(
        turn, own,
        PieceCall{hit.key, hit.holder, hit.holder_id, hit.sha256, range->offset, range->length});
  }
  look_again(turn.node, get);
}

void take_piece(Turn& turn, SearchedGet& get, std::uint64_t offset, std::string bytes) {
  Fetch& fetch = *get.fetch;
  fetch.asked.erase(offset);
  const Status arrived = fetch.download.arrived(offset, bytes.size());
  if (!arrived.ok()) return holder_failed(turn, get, arrived.error());
  fetch.assembly.add(offset, std::move(bytes));
  while (const auto next = fetch.assembly.take()) fetch.bytes += *next;
  if (fetch.download.finished()) return check_value(turn, get);
  fetch.stalls = turn.now.steady + limits::kHolderStalls;
  ask_for_pieces(turn, get);
}

void piece_failed(Turn& turn, SearchedGet& get, std::uint64_t offset, const Error& error) {
  if (error.code != "busy") return holder_failed(turn, get, error);
  Fetch& fetch = *get.fetch;
  fetch.asked.erase(offset);
  const Status lost = fetch.download.lost(offset);
  OXBOW_ASSERT(lost.ok(), "a piece that was asked for");
  fetch.retry = turn.now.steady + limits::kHolderIsBusy;
  look_again(turn.node, get);
}

void holder_failed(Turn& turn, SearchedGet& get, Error error) {
  abandon_fetch(turn, get);
  get.last_error = std::move(error);
  ask_next_holder(turn, get);
}

void abandon_fetch(Turn& turn, SearchedGet& get) {
  if (!get.fetch) return;
  for (const auto& [offset, own] : get.fetch->asked) end_own_request(turn, own);
  turn.node.adoption.fetched_bytes -= get.fetch->download.size();
  get.fetch.reset();
}

}  // namespace oxbow
