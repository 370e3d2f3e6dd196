// Objects and pieces to peers, as their connections have room: see node/paced_sends.h.
#include <algorithm>

#include "node/replicas.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

constexpr std::size_t kInOneTick = 256 * 1024;  // to one connection: then others have their turn

/// Puts that part into the header; its bytes last as long as the outbox.
void fill_in(Outbox& out, Message& header, const Object& part, std::string_view key, bool last) {
  const auto fill = [&](auto& fields) {
    if constexpr (requires {
                    fields.object;
                    fields.last;
                  }) {
      fields.object = out.share(share(encode_object(part, key)));
      fields.last = last;
    } else {
      OXBOW_ASSERT(false, "a header of an object has room for it");
    }
  };
  std::visit(fill, header);
}

void send_part(Turn& turn, ConnectionId to, PacedObject& object) {
  const std::size_t part = object.next++;
  const bool last = object.next == object.parts.size();
  Message message = *object.header;
  fill_in(turn.out, message, object.parts[part], object.key, last);
  turn.out.send(to, message, object.after);
}

/// Sends what waits first, or a part of it; how many bytes that may have been.
std::size_t send_some(Turn& turn, Connection& to) {
  PacedSends& paced = turn.node.replica.paced;
  PacedSend& first = paced.front(to.id);
  if (auto* object = std::get_if<PacedObject>(&first)) {
    const std::size_t bytes = encoded_size_at_most(object->parts[object->next]);
    send_part(turn, to.id, *object);
    if (object->next == object->parts.size()) paced.take(to.id);
    return bytes;
  }
  const PacedSend taken = paced.take(to.id);
  const auto& [request, key] = std::get<PacedRequest>(taken);
  if (const auto* waiting = std::get_if<ObjectRead>(&request)) {
    ObjectRead read = *waiting;
    read.key = key;
    return answer_read(turn, to, read);
  }
  PieceRequest piece = std::get<PieceRequest>(request);
  piece.key = key;
  return answer_piece_request(turn, to, piece);
}

}  // namespace

bool has_room(const NodeState& node, const Connection& to) {
  return !to.under_pressure && !node.replica.paced.waits_for(to.id);
}

bool bulk_has_room(const NodeState& node, const PeerId& member) {
  const Connection* const bulk = node.connections.to_peer(member, ConnectionKind::bulk);
  if (bulk != nullptr) return has_room(node, *bulk);
  return std::none_of(node.dials.begin(), node.dials.end(), [&](const auto& dial) {
    const PendingDial& pending = dial.second;
    return pending.expected == member && pending.kind == ConnectionKind::bulk &&
           pending.message_bytes > limits::kHandoffPage;
  });
}

namespace {

template <class Request>
bool keep_request(Turn& turn, const Connection& from, Request request, std::size_t most) {
  PacedSends& paced = turn.node.replica.paced;
  if (!paced.has_room_for_request() || paced.waiting_for(from.id) >= most) return false;
  std::string key(request.key);
  request.key = {};
  paced.add(from.id, PacedRequest{request, std::move(key)});
  return true;
}

}  // namespace

bool wait_for_room(Turn& turn, const Connection& from, const ObjectRead& read) {
  const bool is_member = turn.node.ring.ring.find(from.peer).has_value();
  return keep_request(turn, from, read,
                      is_member ? limits::kPacedPerMember : limits::kPacedPerStranger);
}

bool wait_for_room(Turn& turn, const Connection& from, const PieceRequest& request) {
  return keep_request(turn, from, request, limits::kPiecesPerConnection);
}

void send_object(Turn& turn, Connection& to, Message header, const Object& object,
                 std::string_view key, WriteSequence after) {
  if (has_room(turn.node, to) && encoded_size_at_most(object) <= limits::kObjectPart) {
    fill_in(turn.out, header, object, key, true);
    return turn.out.send(to.id, header, after);
  }
  PacedObject send{
      OwnedMessage(header), std::string(key), in_parts(object, limits::kObjectPart), 0, after,
      object.byte_size()};
  if (has_room(turn.node, to)) {
    send_part(turn, to.id, send);
    if (send.next == send.parts.size()) return;
  }
  turn.node.replica.paced.add(to.id, std::move(send));
}

void send_paced(Turn& turn) {
  NodeState& node = turn.node;
  for (const ConnectionId id : node.replica.paced.connections()) {
    std::size_t sent = 0;
    while (sent < kInOneTick && node.replica.paced.waits_for(id)) {
      Connection* to = node.connections.find(id);
      if (to == nullptr || to->under_pressure) break;
      sent += send_some(turn, *to);
    }
    // Operations of that peer may have waited until it reads.
    if (!node.replica.paced.waits_for(id)) node.replica.line_due = true;
  }
}

void connection_reads(Turn& turn) { turn.node.replica.line_due = true; }

void drop_paced(Turn& turn, ConnectionId connection) {
  turn.node.replica.paced.drop(connection);
  drop_from_line(turn, connection);
  turn.node.replica.line_due = true;
}

bool paced_is_due(const NodeState& node) {
  const auto has_room_now = [&](ConnectionId id) {
    const Connection* to = node.connections.find(id);
    return to != nullptr && !to->under_pressure;
  };
  const PacedSends& paced = node.replica.paced;
  if (paced.empty()) return false;
  const std::vector<ConnectionId> waiting = paced.connections();
  return std::any_of(waiting.begin(), waiting.end(), has_room_now);
}

}  // namespace oxbow
