// Located values are handed to the replica layer, so that the next get is one hop.
#include "node/handlers.h"
#include "version/update.h"

namespace oxbow {

void value_fetched(Turn& turn, SearchedGet& get, std::string value) {
  abandon_fetch(turn, get);
  get.answer.found = true;
  get.answer.values = {GetValue{std::move(value), "", 0}};
  if (!get.adopts) return answer_get(turn, get);
  get.step = SearchedGetStep::adopting;
  look_again(turn.node, get);
  adopt(turn, static_cast<std::uint64_t>(get.handle), get.request.key, get.answer.values[0].value);
}

void adopted(Turn& turn, std::uint64_t adoption, Result<QuorumReport> result) {
  turn.node.adoption.adopted.emplace_back(RequestHandle{adoption}, std::move(result));
}

void adoption_ended(Turn& turn, SearchedGet& get, Result<QuorumReport> result) {
  if (!result.ok()) {
    get.answer.warning = "not adopted: " + result.error().message;
    return answer_get(turn, get);
  }
  get.answer.adoption = *std::move(result);
  const std::string& key = get.request.key;
  const auto digest = parse_digest(get.holders[get.holder].hit.sha256);
  const Object object = adopted(key, *digest, share(""));  // the dot is the same for any bytes
  get.answer.adopted = true;
  ++turn.node.counters.values_adopted;
  get.answer.values[0].dot = abbreviated(object.siblings().front().dot);
  get.answer.context = encode_context(object.context(), key);
  answer_get(turn, get);
}

}  // namespace oxbow
