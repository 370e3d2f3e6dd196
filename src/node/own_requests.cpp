// Requests of our own: the searches and pieces of gets that search. They are made as clients make
// them, under handles that no client has; what comes of them is looked at in ticks, never from
// within the handler that gave it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "node/handlers.h"

namespace oxbow {

namespace {

// No driver draws such handles: see Node::request.
constexpr std::uint64_t kOwnHandles = std::uint64_t{0xffff'ffff} << 32;

}  // namespace

bool is_own_handle(RequestHandle handle) {
  return (static_cast<std::uint64_t>(handle) & kOwnHandles) == kOwnHandles;
}

RequestHandle begin_own_request(NodeState& node, RequestHandle client, std::uint64_t offset) {
  AdoptionState& adoption = node.adoption;
  const RequestHandle own{kOwnHandles | ++adoption.last_request};
  adoption.requests[own] = {client, offset};
  return own;
}

void end_own_request(Turn& turn, RequestHandle own) {
  turn.node.adoption.requests.erase(own);
  cancel_request(turn, own);
}

namespace {

void take_hit(Turn& turn, SearchedGet& get, SearchHit hit) {
  // A holder that answers for another key is not worth asking.
  if (hit.key != get.request.key || get.holders.size() >= limits::kSearchedHolders) return;
  get.holders.push_back({std::move(hit), false});
  if (get.step == SearchedGetStep::searching) ask_next_holder(turn, get);
}

void take_search(Turn& turn, SearchedGet& get, const FindAnswer& answer) {
  get.search.reset();
  get.answer.search = answer.search;
  if (get.step == SearchedGetStep::searching) ask_next_holder(turn, get);
}

// The ring's second answer, for which all copies were asked; nullptr: it has none.
void take_reread(Turn& turn, SearchedGet& get, GetAnswer* answer, const Error* error = nullptr) {
  get.reread.reset();
  if (error != nullptr) get.not_reread = *error;
  if (answer == nullptr || !(answer->found || answer->deleted)) {
    get.step = SearchedGetStep::searching;
    return ask_next_holder(turn, get);
  }
  answer->search = std::move(get.answer.search);
  get.answer = std::move(*answer);
  answer_get(turn, get);
}

void take_reply(Turn& turn, Reply reply) {
  AdoptionState& adoption = turn.node.adoption;
  const auto found = adoption.requests.find(reply.handle);
  if (found == adoption.requests.end()) return;
  const OwnRequest own = found->second;
  if (reply.is_final()) adoption.requests.erase(found);
  const auto asked_by = adoption.gets.find(own.client);
  if (asked_by == adoption.gets.end()) return;
  SearchedGet& get = asked_by->second;
  get.after = std::max(get.after, reply.after);

  if (auto* hit = std::get_if<SearchHit>(&reply.content)) {
    return take_hit(turn, get, std::move(*hit));
  }
  if (const Error* error = std::get_if<Error>(&reply.content)) {
    if (get.search == reply.handle) {
      get.search.reset();
      return fail_get(turn, get, *error);
    }
    if (get.reread == reply.handle) return take_reread(turn, get, nullptr, error);
    return piece_failed(turn, get, own.offset, *error);
  }
  auto& answer = std::get<ClientAnswer>(reply.content);
  if (const auto* search = std::get_if<FindAnswer>(&answer)) return take_search(turn, get, *search);
  if (auto* reread = std::get_if<GetAnswer>(&answer)) return take_reread(turn, get, reread);
  auto* piece = std::get_if<PieceAnswer>(&answer);
  OXBOW_ASSERT(piece != nullptr, "an answer to what was asked");
  take_piece(turn, get, own.offset, std::move(piece->data));
}

void take_adopted(Turn& turn, RequestHandle handle, Result<QuorumReport> result) {
  const auto found = turn.node.adoption.gets.find(handle);
  if (found == turn.node.adoption.gets.end()) return;
  SearchedGet& get = found->second;
  if (get.step == SearchedGetStep::adopting) adoption_ended(turn, get, std::move(result));
}

void take_all(Turn& turn) {
  AdoptionState& adoption = turn.node.adoption;
  while (!adoption.replies.empty() || !adoption.adopted.empty()) {
    std::vector<Reply> replies;
    replies.swap(adoption.replies);
    for (Reply& reply : replies) take_reply(turn, std::move(reply));
    std::vector<std::pair<RequestHandle, Result<QuorumReport>>> adopted;
    adopted.swap(adoption.adopted);
    for (auto& [handle, result] : adopted) take_adopted(turn, handle, std::move(result));
  }
}

void time_is_up(Turn& turn, SearchedGet& get) {
  switch (get.step) {
    case SearchedGetStep::searching:
      end_search(turn, get, Stopped::timeout);
      return ask_next_holder(turn, get);
    case SearchedGetStep::rereading:
    case SearchedGetStep::fetching: {
      const SearchHit& hit = get.holders[get.holder].hit;
      return fail_get(turn, get,
                      Error{"timeout",
                            fmt::format("'{}' was found at {}, but could not be fetched in time",
                                        hit.key, hit.holder),
                            fmt::format("{} bytes", hit.size),
                            fmt::format("{} bytes", get.fetch ? get.fetch->download.done() : 0)});
    }
    case SearchedGetStep::adopting:
      get.answer.warning = "the ring did not say in time whether it has adopted the value";
      return answer_get(turn, get);
  }
}

void time_has_come(Turn& turn, SearchedGet& get) {
  const Instant now = turn.now.steady;
  if (get.deadline <= now) return time_is_up(turn, get);
  Fetch& fetch = *get.fetch;  // nothing else is due earlier
  if (fetch.retry <= now) {
    fetch.retry = kNever;
    return ask_for_pieces(turn, get);
  }
  const bool others = std::any_of(get.holders.begin(), get.holders.end(),
                                  [](const Holder& holder) { return !holder.tried; });
  if (others) {
    return holder_failed(turn, get,
                         Error{"holder-silent", "the holder did not answer in time", "", ""});
  }
  fetch.stalls = now + limits::kHolderStalls;
  look_again(turn.node, get);
}

}  // namespace

void look_after_adoptions(Turn& turn) {
  AdoptionState& adoption = turn.node.adoption;
  take_all(turn);
  while (!adoption.due.empty() && adoption.due.begin()->first <= turn.now.steady) {
    time_has_come(turn, adoption.gets.at(adoption.due.begin()->second));
    take_all(turn);
  }
  look_after_object_index(turn);
}

Instant adoption_deadline(const NodeState& node) {
  const AdoptionState& adoption = node.adoption;
  const bool now =
      !adoption.replies.empty() || !adoption.adopted.empty() || object_index_is_due(node);
  if (now) return Instant::min();
  return adoption.due.empty() ? kNever : adoption.due.begin()->first;
}

}  // namespace oxbow
