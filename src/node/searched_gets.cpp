// A get that the ring has never heard of: the key is searched for, its value fetched and, if that
// is wanted, adopted. The search and the pieces are requests as clients make them, by handles of
// our own; what comes of them is looked at in ticks.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "node/handlers.h"

namespace oxbow {

// -- requests of our own -------------------------------------------------------------------------

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

// -- beginning and end ---------------------------------------------------------------------------

namespace {

Duration patience(const NodeState& node, const GetRequest& request) {
  return request.timeout_ms == 0 ? node.config.find_timeout
                                 : Duration(std::chrono::milliseconds(request.timeout_ms));
}

std::uint32_t whole_ms(Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(ms, 1));
}

void search_for(Turn& turn, RequestHandle handle, const GetRequest& request, GetAnswer answer,
                std::optional<Error> failed, WriteSequence after) {
  NodeState& node = turn.node;
  ++node.counters.gets_searched;
  if (node.adoption.gets.size() >= limits::kOperations) {
    return reply(turn, handle, Error{"busy", "too many gets search (try again)", "fewer", ""});
  }
  SearchedGet& get = node.adoption.gets[handle];
  get.handle = handle;
  get.request = request;
  get.answer = std::move(answer);
  get.answer.source = Source::flood;
  get.adopts = !failed && request.adopt.value_or(node.config.adopt_on_find);
  get.failed = std::move(failed);
  get.after = after;
  get.deadline = turn.now.steady + patience(node, request);
  look_again(node, get);

  FindRequest find;
  find.key = request.key;
  find.ttl = request.ttl;
  find.stream = true;  // the first hit is not waited for, and further ones are kept
  find.timeout_ms = whole_ms(patience(node, request));
  get.search = begin_own_request(node, handle);
  request_find(turn, *get.search, find);
}

void forget(Turn& turn, SearchedGet& get) {
  AdoptionState& adoption = turn.node.adoption;
  if (get.search) end_own_request(turn, *get.search);
  if (get.reread) end_own_request(turn, *get.reread);
  abandon_fetch(turn, get);
  adoption.due.erase({get.due, get.handle});
  adoption.gets.erase(get.handle);
}

}  // namespace

void ring_answered(Turn& turn, RequestHandle handle, const GetRequest& request, GetAnswer answer,
                   WriteSequence after) {
  if (answer.found || answer.deleted || !request.search) {
    return reply(turn, handle, ClientAnswer(std::move(answer)), after);
  }
  search_for(turn, handle, request, std::move(answer), std::nullopt, after);
}

void ring_failed(Turn& turn, RequestHandle handle, const GetRequest& request, Error error) {
  if (!request.search) return reply(turn, handle, std::move(error));
  search_for(turn, handle, request, {}, std::move(error), kNothingPending);
}

void look_again(NodeState& node, SearchedGet& get) {
  auto& due = node.adoption.due;
  due.erase({get.due, get.handle});
  get.due = get.deadline;
  if (get.fetch) get.due = std::min({get.due, get.fetch->stalls, get.fetch->retry});
  due.insert({get.due, get.handle});
}

namespace {

void end_search(Turn& turn, SearchedGet& get, Stopped stopped) {
  if (!get.search) return;
  const auto find = turn.node.finds.find(*get.search);
  if (find != turn.node.finds.end()) {
    get.answer.search = end_find(turn, find->second, stopped).search;
  }
  end_own_request(turn, *std::exchange(get.search, std::nullopt));
}

void warn(SearchedGet& get) {
  GetAnswer& answer = get.answer;
  if (!answer.warning.empty() || answer.source == Source::ring) return;
  if (get.failed && get.failed->code == "no-ring") {
    answer.warning = "this peer knows of no ring: it only searched, and adopts nothing";
  } else if (get.failed) {
    answer.warning = "the ring did not answer, so nothing was adopted: " + get.failed->message;
  }
}

}  // namespace

void answer_get(Turn& turn, SearchedGet& get) {
  end_search(turn, get, Stopped::first_hit);
  get.answer.flood_ttl = get.answer.search.ttl;
  if (get.holder < get.holders.size()) {  // the one that was read comes first
    std::rotate(get.holders.begin(), get.holders.begin() + static_cast<std::ptrdiff_t>(get.holder),
                get.holders.begin() + static_cast<std::ptrdiff_t>(get.holder) + 1);
  }
  for (Holder& holder : get.holders) get.answer.hits.push_back(std::move(holder.hit));
  warn(get);
  GetAnswer answer = std::move(get.answer);
  const RequestHandle handle = get.handle;
  const WriteSequence after = get.after;
  forget(turn, get);
  reply(turn, handle, ClientAnswer(std::move(answer)), after);
}

void fail_get(Turn& turn, SearchedGet& get, Error error) {
  const RequestHandle handle = get.handle;
  forget(turn, get);
  reply(turn, handle, std::move(error));
}

void nothing_found(Turn& turn, SearchedGet& get) {
  if (get.failed && get.failed->code != "no-ring") return fail_get(turn, get, *get.failed);
  answer_get(turn, get);
}

void cancel_adoption(Turn& turn, RequestHandle handle) {
  const auto get = turn.node.adoption.gets.find(handle);
  if (get != turn.node.adoption.gets.end()) forget(turn, get->second);
}

// -- what comes of our requests ------------------------------------------------------------------

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
void take_reread(Turn& turn, SearchedGet& get, GetAnswer* answer) {
  get.reread.reset();
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
    if (get.reread == reply.handle) return take_reread(turn, get, nullptr);
    return piece_failed(turn, get, own.offset, *error);
  }
  auto& answer = std::get<ClientAnswer>(reply.content);
  if (const auto* search = std::get_if<FindAnswer>(&answer)) return take_search(turn, get, *search);
  if (auto* reread = std::get_if<GetAnswer>(&answer)) return take_reread(turn, get, reread);
  auto* piece = std::get_if<PieceAnswer>(&answer);
  OXBOW_ASSERT(piece != nullptr, "an answer to what was asked");
  take_piece(turn, get, own.offset, std::move(piece->data));
}

void take_adopted(Turn& turn, RequestHandle handle, const Status& status) {
  const auto found = turn.node.adoption.gets.find(handle);
  if (found == turn.node.adoption.gets.end()) return;
  SearchedGet& get = found->second;
  if (get.step == SearchedGetStep::adopting) adoption_ended(turn, get, status);
}

void take_all(Turn& turn) {
  AdoptionState& adoption = turn.node.adoption;
  while (!adoption.replies.empty() || !adoption.adopted.empty()) {
    std::vector<Reply> replies;
    replies.swap(adoption.replies);
    for (Reply& reply : replies) take_reply(turn, std::move(reply));
    std::vector<std::pair<RequestHandle, Status>> adopted;
    adopted.swap(adoption.adopted);
    for (const auto& [handle, status] : adopted) take_adopted(turn, handle, status);
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
