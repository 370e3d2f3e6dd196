#include "net/connection_table.h"

#include <fmt/format.h>

namespace oxbow::net {

std::string describe(const Connection& connection) {
  const auto* const peer = std::get_if<PeerSide>(&connection.side);
  if (peer != nullptr && !peer->who.empty()) {
    return fmt::format("{} ({})", to_string(connection.remote), peer->who);
  }
  return to_string(connection.remote);
}

std::size_t Connection::unfinished() const {
  if (const auto* peer = std::get_if<PeerSide>(&side)) return peer->in.unfinished();
  if (const auto* client = std::get_if<ClientSide>(&side)) return client->in.held();
  return 0;
}

Connection* ConnectionTable::open(Stream stream, Instant now) {
  if (slots_.size() < kSlots && free_.size() < kSlotsAtRest) {
    free_.push_front(static_cast<std::uint16_t>(slots_.size()));
    slots_.emplace_back();
    uses_.push_back(0);
  }
  if (free_.empty()) return nullptr;
  const std::uint16_t slot = free_.front();
  free_.pop_front();
  const auto id = static_cast<ConnectionId>(std::uint32_t{uses_[slot]++} << 16 | slot);
  const Address remote = stream.remote();
  slots_[slot] = std::make_unique<Connection>(id, std::move(stream), remote, now);
  return slots_[slot].get();
}

Connection* ConnectionTable::find(ConnectionId id) const {
  const std::uint32_t slot = slot_of(id);
  if (slot >= slots_.size() || slots_[slot] == nullptr || slots_[slot]->id != id) return nullptr;
  return slots_[slot].get();
}

std::unique_ptr<Connection> ConnectionTable::remove(ConnectionId id) {
  if (find(id) == nullptr) return nullptr;
  const auto slot = static_cast<std::uint16_t>(slot_of(id));
  free_.push_back(slot);
  return std::move(slots_[slot]);
}

}  // namespace oxbow::net
