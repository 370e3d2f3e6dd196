// Bytes of located files and values: asked of a holder for our client, and given to peers that ask.
#include <fmt/format.h>

#include "node/node.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

Error piece_error(PieceStatus status, const std::string& key) {
  switch (status) {
    case PieceStatus::not_found:
      return {"gone", fmt::format("the holder no longer has '{}' (find again)", key), "", ""};
    case PieceStatus::changed:
      return {"changed", fmt::format("'{}' has another content now (find again)", key),
              "the content that was found", "another"};
    case PieceStatus::busy:
      return {"busy", "the holder has too many requests (try again)", "", ""};
    case PieceStatus::ok:
    case PieceStatus::failed:
      break;
  }
  return {"unreadable", fmt::format("the holder cannot read '{}'", key), "", ""};
}

/// What is to be answered for a piece; of a file, that its bytes are still to be read.
struct Found {
  PieceStatus status = PieceStatus::not_found;
  std::string_view bytes;
  WriteSequence after = kNothingPending;
  bool on_disk = false;
};

Found value_piece(std::string_view value, std::uint64_t offset, std::uint32_t length) {
  if (offset >= value.size() && !value.empty()) return {PieceStatus::failed, {}};
  return {PieceStatus::ok, value.substr(std::min<std::uint64_t>(offset, value.size()), length)};
}

Found find_piece(Turn& turn, std::string_view key, const Digest& sha256, std::uint64_t offset,
                 std::uint32_t length) {
  auto entry = turn.node.index.find(key);
  if (entry && entry->is_object) {
    if (const auto object = held_object(turn, key)) {
      if (object->sha256 != sha256) return {PieceStatus::changed, {}};
      Found found = value_piece(turn.out.share(object->value), offset, length);
      found.after = object->pending;
      return found;
    }
    entry = turn.node.index.find(key);  // what the object hid
  }
  if (!entry) return {};
  if (!entry->is_value) return {PieceStatus::ok, {}, kNothingPending, true};
  if (entry->sha256 != sha256) return {PieceStatus::changed, {}};
  return value_piece(entry->value, offset, length);
}

DiskTicket read_from_disk(Turn& turn, std::string_view key, const Digest& sha256,
                          std::uint64_t offset, std::uint32_t length, ReadOperation operation) {
  NodeState& node = turn.node;
  const DiskTicket ticket{++node.last_ticket};
  node.reads.emplace(ticket, operation);
  turn.out.read({ticket, key, sha256, offset, length});
  return ticket;
}

void answer_piece_call(Turn& turn, RequestHandle handle, const std::string& key, PieceStatus status,
                       std::string_view bytes, WriteSequence after = kNothingPending) {
  if (status != PieceStatus::ok) return reply(turn, handle, piece_error(status, key));
  reply(turn, handle, ClientAnswer(PieceAnswer{std::string(bytes)}), after);
}

void request_own_piece(Turn& turn, RequestHandle handle, const PieceCall& call,
                       const Digest& sha256) {
  const Found found = find_piece(turn, call.key, sha256, call.offset, call.length);
  if (!found.on_disk) {
    return answer_piece_call(turn, handle, call.key, found.status, found.bytes, found.after);
  }
  ReadOperation operation;
  operation.handle = handle;
  read_from_disk(turn, call.key, sha256, call.offset, call.length, operation);
}

}  // namespace

void request_piece(Turn& turn, RequestHandle handle, const PieceCall& call) {
  NodeState& node = turn.node;
  const auto sha256 = parse_digest(call.sha256);
  if (!sha256.ok()) return reply(turn, handle, sha256.error());
  if (call.length == 0 || call.length > limits::kPiece) {
    return reply(
        turn, handle,
        Error{"bad-length", "a piece of no allowed length",
              fmt::format("1 to {} bytes", limits::kPiece), fmt::format("{}", call.length)});
  }
  if (call.key.empty() || call.key.size() > limits::kKey) {
    return reply(
        turn, handle,
        Error{"bad-key", "a key of no allowed length", fmt::format("1 to {} bytes", limits::kKey),
              fmt::format("{}", call.key.size())});
  }
  const auto holder = parse_peer_id(call.holder_id);
  if (!holder.ok()) return reply(turn, handle, holder.error());
  if (*holder == node.config.id) return request_own_piece(turn, handle, call, *sha256);
  const auto address = parse_address(call.holder);
  if (!address.ok()) return reply(turn, handle, address.error());
  if (node.pieces.size() >= limits::kRequests) {
    return reply(turn, handle, Error{"busy", "too many downloads in progress", "", ""});
  }

  const std::uint64_t ticket = ++node.last_ticket;
  PieceOperation operation{handle,  call,          *holder,
                           *sha256, kNoConnection, turn.now.steady + limits::kPieceTimeout};
  node.pieces.emplace(ticket, std::move(operation));
  if (Connection* bulk = node.connections.to_peer(*holder, ConnectionKind::bulk)) {
    return ask_for_piece(turn, ticket, *bulk);
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind == ConnectionKind::bulk && pending.expected == *holder) {
      return pending.pieces.push_back(ticket);
    }
  }
  if (!has_room_for_direct(node, operation.holder)) {
    node.pieces.erase(ticket);
    return reply(turn, handle, Error{"busy", "too many connections (try again)", "", ""});
  }
  const auto where = where_to_dial(node, *holder, *address);
  if (!where) {
    node.pieces.erase(ticket);
    return reply(
        turn, handle,
        Error{"holder-unreachable",
              "the holder announces no address that can be dialled from here: it listens "
              "on loopback only, or on no address of its network (see listen and "
              "advertise in its configuration)",
              "a holder that can be dialled (find again: another may have it)", call.holder});
  }
  PendingDial pending;
  pending.target = to_string(*where);
  pending.kind = ConnectionKind::bulk;
  pending.expected = *holder;
  pending.pieces.push_back(ticket);
  dial(turn, std::move(pending));
}

void ask_for_piece(Turn& turn, std::uint64_t ticket, Connection& connection) {
  const auto found = turn.node.pieces.find(ticket);
  if (found == turn.node.pieces.end()) return;
  PieceOperation& piece = found->second;
  piece.connection = connection.id;
  connection.used = turn.now.steady;
  turn.out.send(connection.id, PieceRequest{ticket, piece.call.key, piece.sha256, piece.call.offset,
                                            piece.call.length});
}

void receive_piece(Turn& turn, Connection& from, const Piece& piece) {
  NodeState& node = turn.node;
  const auto found = node.pieces.find(piece.ticket);
  if (found == node.pieces.end() || found->second.connection != from.id) return;
  const PieceOperation operation = std::move(found->second);
  node.pieces.erase(found);
  from.used = turn.now.steady;
  ++node.counters.pieces_received;
  if (piece.status == PieceStatus::ok && piece.bytes.size() > operation.call.length) {
    return reply(turn, operation.handle,
                 Error{"bad-holder", "the holder sent more than was asked for",
                       fmt::format("{} bytes", operation.call.length),
                       fmt::format("{}", piece.bytes.size())});
  }
  answer_piece_call(turn, operation.handle, operation.call.key, piece.status, piece.bytes);
}

std::size_t answer_piece_request(Turn& turn, Connection& to, const PieceRequest& request) {
  const auto answer = [&](const Found& found) {
    if (found.status == PieceStatus::ok) ++turn.node.counters.pieces_sent;
    turn.out.send(to.id, Piece{request.ticket, found.status, found.bytes}, found.after);
    return found.bytes.size();
  };
  if (request.length == 0 || request.length > limits::kPiece) {
    return answer({PieceStatus::failed, {}});
  }
  if (to.pieces >= limits::kPiecesPerConnection) return answer({PieceStatus::busy, {}});
  const Found found = find_piece(turn, request.key, request.sha256, request.offset, request.length);
  if (!found.on_disk) return answer(found);
  ++to.pieces;
  ReadOperation operation;
  operation.connection = to.id;
  operation.ticket = request.ticket;
  read_from_disk(turn, request.key, request.sha256, request.offset, request.length, operation);
  return request.length;
}

void receive_piece_request(Turn& turn, Connection& from, const PieceRequest& request) {
  if (from.kind != ConnectionKind::bulk) {
    return offence(turn, from, "a piece request over a control connection");
  }
  from.used = turn.now.steady;
  if (has_room(turn.node, from)) {
    answer_piece_request(turn, from, request);
  } else if (!wait_for_room(turn, from, request)) {
    turn.out.send(from.id, Piece{request.ticket, PieceStatus::busy, {}});
  }
}

void Node::disk_done(Now now, DiskTicket ticket, const DiskResult& result, Outbox& out) {
  NodeState& node = *state_;
  Turn turn{node, now, out};
  const SendsNoted noted(turn);
  const auto found = node.reads.find(ticket);
  if (found == node.reads.end()) return;
  const ReadOperation operation = found->second;
  node.reads.erase(found);
  if (operation.connection == kNoConnection) {
    return answer_piece_call(turn, operation.handle, "the file", result.status, result.bytes);
  }
  Connection* asker = node.connections.find(operation.connection);
  if (asker == nullptr) return;
  --asker->pieces;
  asker->used = now.steady;
  if (result.status == PieceStatus::ok) ++node.counters.pieces_sent;
  out.send(asker->id, Piece{operation.ticket, result.status, result.bytes});
}

void fail_pieces_over(Turn& turn, ConnectionId connection, std::string_view reason) {
  NodeState& node = turn.node;
  for (auto piece = node.pieces.begin(); piece != node.pieces.end();) {
    if (piece->second.connection != connection) {
      ++piece;
      continue;
    }
    reply(turn, piece->second.handle,
          Error{"holder-lost", fmt::format("the connection to the holder ended: {}", reason),
                "another holder (find again)", ""});
    piece = node.pieces.erase(piece);
  }
}

void end_overdue_pieces(Turn& turn) {
  NodeState& node = turn.node;
  // Tickets rise with time and all calls have the same patience: the first is the oldest.
  while (!node.pieces.empty() && node.pieces.begin()->second.deadline <= turn.now.steady) {
    reply(turn, node.pieces.begin()->second.handle,
          Error{"holder-silent", "the holder did not answer in time", "another holder (find again)",
                ""});
    node.pieces.erase(node.pieces.begin());
  }
}

}  // namespace oxbow
