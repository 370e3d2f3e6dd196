#include "node/connections.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace oxbow {

Connection& Connections::open(ConnectionId id) {
  const std::uint32_t slot = slot_of(id);
  if (slot >= slots_.size()) slots_.resize(slot + 1);
  OXBOW_ASSERT(slots_[slot] == nullptr, "a connection's slot is used by one connection");
  slots_[slot] = std::make_unique<Connection>();
  slots_[slot]->id = id;
  all_.push_back(id);
  return *slots_[slot];
}

Connection* Connections::find(ConnectionId id) {
  return const_cast<Connection*>(std::as_const(*this).find(id));
}

const Connection* Connections::find(ConnectionId id) const {
  const std::uint32_t slot = slot_of(id);
  if (slot >= slots_.size() || slots_[slot] == nullptr || slots_[slot]->id != id) return nullptr;
  return slots_[slot].get();
}

void Connections::close(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  set_linked(*connection, false);
  std::erase(all_, id);
  slots_[slot_of(id)].reset();
}

void Connections::set_linked(Connection& connection, bool linked) {
  if (connection.linked == linked) return;
  connection.linked = linked;
  if (linked) {
    links_.push_back(connection.id);
    const int free = std::countr_one(link_bits_);
    connection.link_bit = std::uint64_t{1} << std::min(free, 63);
    link_bits_ |= connection.link_bit;
  } else {
    std::erase(links_, connection.id);
    const bool shared = std::any_of(links_.begin(), links_.end(), [&](ConnectionId other) {
      return find(other)->link_bit == connection.link_bit;
    });
    if (!shared) link_bits_ &= ~connection.link_bit;
    connection.link_bit = 0;
  }
}

Connection* Connections::to_peer(const PeerId& peer, ConnectionKind kind) {
  for (const ConnectionId id : all_) {
    Connection* connection = find(id);
    if (!connection->up || connection->retired) continue;
    if (connection->kind == kind && connection->peer == peer) return connection;
  }
  return nullptr;
}

std::size_t Connections::count_links(bool dialled) const {
  return static_cast<std::size_t>(std::count_if(
      links_.begin(), links_.end(), [&](ConnectionId id) { return find(id)->dialled == dialled; }));
}

}  // namespace oxbow
