// A get that the ring has never heard of: the key is searched for, its value fetched and, if that
// is wanted, adopted. How such a get begins, and how it ends; what happens in between is in
// own_requests.cpp, fetches.cpp and adoption.cpp.
#include <algorithm>
#include <utility>

#include "node/handlers.h"

namespace oxbow {

namespace {

/// For the search and what follows it: what the ring has left of the get's own time.
Duration patience(const Turn& turn, const Asker& asker) {
  if (asker.until == kNever) return turn.node.config.find_timeout;
  return std::max<Duration>(asker.until - turn.now.steady, Duration(0));
}

std::uint32_t whole_ms(Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(ms, 1));
}

void search_for(Turn& turn, const Asker& asker, const GetRequest& request, GetAnswer answer,
                std::optional<Error> failed, WriteSequence after) {
  NodeState& node = turn.node;
  const RequestHandle handle = asker.handle;
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
  get.deadline = turn.now.steady + patience(turn, asker);
  look_again(node, get);

  FindRequest find;
  find.key = request.key;
  find.ttl = request.ttl;
  find.stream = true;  // the first hit is not waited for, and further ones are kept
  find.timeout_ms = whole_ms(patience(turn, asker));
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

void ring_answered(Turn& turn, const Asker& asker, const GetRequest& request, GetAnswer answer,
                   WriteSequence after) {
  if (answer.found || answer.deleted || !request.search) {
    return reply(turn, asker.handle, ClientAnswer(std::move(answer)), after);
  }
  search_for(turn, asker, request, std::move(answer), std::nullopt, after);
}

void ring_failed(Turn& turn, const Asker& asker, const GetRequest& request, Error error) {
  const bool says_what_it_needs = request.strict || !request.r.empty();
  if (!request.search || says_what_it_needs || asker.until <= turn.now.steady) {
    return reply(turn, asker.handle, std::move(error));
  }
  GetAnswer nothing;
  nothing.explained = request.explain;
  if (error.quorum != nullptr) nothing.quorum = *error.quorum;
  search_for(turn, asker, request, std::move(nothing), std::move(error), kNothingPending);
}

void look_again(NodeState& node, SearchedGet& get) {
  auto& due = node.adoption.due;
  due.erase({get.due, get.handle});
  get.due = get.deadline;
  if (get.fetch) get.due = std::min({get.due, get.fetch->stalls, get.fetch->retry});
  due.insert({get.due, get.handle});
}

void end_search(Turn& turn, SearchedGet& get, Stopped stopped) {
  if (!get.search) return;
  const auto find = turn.node.finds.find(*get.search);
  if (find != turn.node.finds.end()) {
    get.answer.search = end_find(turn, find->second, stopped).search;
  }
  end_own_request(turn, *std::exchange(get.search, std::nullopt));
}

namespace {

void warn(SearchedGet& get) {
  GetAnswer& answer = get.answer;
  if (!answer.warning.empty() || answer.source == Source::ring) return;
  if (get.failed && get.failed->code == "no-ring") {
    answer.warning = "this peer knows of no ring: it only searched, and adopts nothing";
  } else if (get.failed) {
    answer.warning = "the ring did not answer, this is no object of it: " + get.failed->message;
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

}  // namespace oxbow
