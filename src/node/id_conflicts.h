// Peer ids that two processes use: a cloned folder, a copied configuration, an impostor. Whoever
// notices says once in the log who they are, and shows it for as long as it is met.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

/// One of the two, as far as it is known.
struct IdUser {
  std::string name;
  Address at;             ///< where it says that it can be dialled, or was seen
  std::uint64_t run = 0;  ///< of its process; 0: not told
};

class IdConflicts {
 public:
  /// `self`: this peer, whose own id may be used twice.
  explicit IdConflicts(PeerId self) : self_(self) {}

  /// Met (again): `stays` goes on as `peer`, `other` is refused. What the log is to be told;
  /// nothing if it was met within limits::kConditionOver.
  std::optional<std::string> met(Instant now, const PeerId& peer, const IdUser& stays,
                                 const IdUser& other);

  /// Who uses the id, if that was met lately; else empty.
  std::string describe(Instant now, const PeerId& peer) const;
  std::vector<std::string> describe_all(Instant now) const;

 private:
  struct Entry {
    PeerId peer;
    IdUser stays;
    IdUser other;
    Instant met{};
  };
  std::string text_of(const Entry& entry) const;

  PeerId self_;
  std::vector<Entry> entries_;  // at most limits::kIdConflicts
};

}  // namespace oxbow
