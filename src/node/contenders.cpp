#include "node/contenders.h"

#include <algorithm>

namespace oxbow {

bool Contenders::add(const Contender& contender) {
  const auto same = std::count_if(waiting_.begin(), waiting_.end(), [&](const Contender& each) {
    return each.older == contender.older;
  });
  if (static_cast<std::size_t>(same) >= limits::kContenders) return false;
  waiting_.push_back(contender);
  return true;
}

std::optional<Contender> Contenders::answered(ConnectionId older, std::uint64_t nonce) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Contender& each) {
    return each.older == older && each.nonce == nonce;
  });
  if (found == waiting_.end()) return std::nullopt;
  const Contender taken = *found;
  waiting_.erase(found);
  return taken;
}

void Contenders::ended(ConnectionId connection) {
  std::erase_if(waiting_, [&](const Contender& each) { return each.newer == connection; });
  for (Contender& each : waiting_) {
    if (each.older == connection) each.asked = Instant::min();
  }
}

std::optional<Contender> Contenders::take_due(Instant now) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Contender& each) { return each.due() <= now; });
  if (found == waiting_.end()) return std::nullopt;
  const Contender taken = *found;
  waiting_.erase(found);
  return taken;
}

bool Contenders::waits(ConnectionId newer) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Contender& each) { return each.newer == newer; });
}

Instant Contenders::next_deadline() const {
  Instant next = kNever;
  for (const Contender& each : waiting_) next = std::min(next, each.due());
  return next;
}

}  // namespace oxbow
