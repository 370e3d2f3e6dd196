// A put whose client has seen a write that the coordinator has not, and that stands alone in the
// client's context: beyond a gap, as after a put that was no answer to a get. The coordinator's
// clock cannot say that this one write is superseded without those before it, so it would come back
// with the copy that has it. It is fetched first, if anybody who can be reached has it. If not, the
// put is taken all the same, as one that has not seen that write: the two are siblings once they
// meet, and nothing is lost. So a client goes on across a cut with the context of its last put.
//
// The same where a context names so many writes, or so late a time, that it may be made up.
#include "node/replicas.h"

namespace oxbow {

void catch_up(Turn& turn, const Asker& asker, const Order& order, std::uint32_t members) {
  NodeState& node = turn.node;
  const std::uint64_t number = new_ticket(node);
  node.replica.waiting_puts.emplace(
      number, WaitingPut{asker, order.kind, order.need, order.strict, std::string(order.key),
                         std::string(order.value), std::string(order.context),
                         turn.now.steady + order.timeout});
  Asker put;
  put.kind = Asker::Kind::put;
  put.number = number;
  Order get;
  get.need = {QuorumKind::number, members};
  get.strict = order.strict;
  get.timeout = order.timeout / 2;
  get.key = order.key;
  coordinate_get(turn, put, get, nullptr);
}

void caught_up(Turn& turn, std::uint64_t number, const OperationResult& got) {
  auto found = turn.node.replica.waiting_puts.extract(number);
  if (found.empty()) return;  // its client has gone
  const WaitingPut& put = found.mapped();
  // Where too few have answered, `got.object` is what those know that did.
  coordinate_put(turn, put.asker, order_of(put, turn.now), &got.object);
}

}  // namespace oxbow
