// Clients' gets, puts and deletes, and adoptions: checked, then on their way.
#include <fmt/format.h>

#include "node/replicas.h"
#include "replica/quorum_need.h"

namespace oxbow {

namespace {

Duration timeout_of(const NodeState& node, std::uint32_t timeout_ms) {
  if (timeout_ms == 0) return node.config.operation_timeout;
  return std::min<Duration>(std::chrono::milliseconds(timeout_ms), limits::kOperationMost);
}

template <class Request>
Asker client(const Turn& turn, RequestHandle handle, const Request& request) {
  Asker asker;
  asker.handle = handle;
  asker.explain = request.explain;
  if (request.timeout_ms != 0) {
    asker.until = turn.now.steady + std::chrono::milliseconds(request.timeout_ms);
  }
  return asker;
}

template <class Request>
Result<Order> order_of(const NodeState& node, Operation kind, const Request& request,
                       const std::string& need_text) {
  if (const Status key = check_key(request.key); !key.ok()) return key.error();
  const auto need = parse_need(need_text);
  if (!need.ok()) return need.error();
  Order order;
  order.kind = kind;
  order.need = *need;
  order.strict = request.strict;
  order.timeout = timeout_of(node, request.timeout_ms);
  order.key = request.key;
  return order;
}

Status check_value(std::string_view value) {
  if (value.size() <= limits::kValue) return Done{};
  return Error{"value-too-large", "the value is too large",
               fmt::format("at most {} bytes", limits::kValue), fmt::format("{}", value.size())};
}

Status check_context(std::string_view context) {
  if (context.size() <= limits::kContext) return Done{};
  return Error{"bad-context", "no context that a get or put returned", "", ""};
}

}  // namespace

void request_get(Turn& turn, RequestHandle handle, const GetRequest& request) {
  ++turn.node.counters.gets;
  auto order = order_of(turn.node, Operation::get, request, request.r);
  if (!order.ok()) return reply(turn, handle, order.error());
  start_operation(turn, client(turn, handle, request), *order, &request);
}

void request_put(Turn& turn, RequestHandle handle, const PutRequest& request) {
  ++turn.node.counters.puts;
  auto order = order_of(turn.node, Operation::put, request, request.w);
  if (!order.ok()) return reply(turn, handle, order.error());
  if (const Status value = check_value(request.value); !value.ok()) {
    return reply(turn, handle, value.error());
  }
  if (const Status context = check_context(request.context); !context.ok()) {
    return reply(turn, handle, context.error());
  }
  order->value = request.value;
  order->context = request.context;
  start_operation(turn, client(turn, handle, request), *order);
}

void request_delete(Turn& turn, RequestHandle handle, const DeleteRequest& request) {
  ++turn.node.counters.puts;
  auto order = order_of(turn.node, Operation::remove, request, request.w);
  if (!order.ok()) return reply(turn, handle, order.error());
  if (const Status context = check_context(request.context); !context.ok()) {
    return reply(turn, handle, context.error());
  }
  order->context = request.context;
  start_operation(turn, client(turn, handle, request), *order);
}

void adopt(Turn& turn, std::uint64_t adoption, std::string_view key, std::string_view value) {
  Asker asker;
  asker.kind = Asker::Kind::adoption;
  asker.number = adoption;
  Status fine = check_key(key);
  if (fine.ok()) fine = check_value(value);
  if (!fine.ok()) return adopted(turn, adoption, fine.error());
  Order order;
  order.kind = Operation::adopt;
  order.timeout = turn.node.config.operation_timeout;
  order.key = key;
  order.value = value;
  start_operation(turn, asker, order);
}

}  // namespace oxbow
