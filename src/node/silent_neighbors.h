// The neighbors that leave copies of queries unanswered (see overlay/answer_record.h): when each is
// to be probed, and the peers whose links were ended for that, so that they do not come back at
// once. They do come back: a link may be made again after limits::kDroppedFirst, longer each time,
// and is used once a probe over it was answered.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace oxbow {

class SilentNeighbors {
 public:
  /// The link is skipped from now on, and to be probed; or is not any more.
  void skipped(Instant now, LinkNumber link) { probes_[link] = now; }
  void forget(LinkNumber link) { probes_.erase(link); }
  /// A link that is to be probed now; the next time is limits::kNeighborProbeEvery later.
  std::optional<LinkNumber> take_due(Instant now);
  /// When take_due() next has one.
  Instant next_deadline() const;

  /// The link to it was ended, as it did not answer.
  void dropped(Instant now, const PeerId& peer);
  /// No link is to be made with it for now; `left`: for how long.
  std::optional<Duration> refused(Instant now, const PeerId& peer) const;
  /// It was dropped not long ago: a new link has to prove itself.
  bool is_doubted(Instant now, const PeerId& peer) const;

  std::size_t skipped() const { return probes_.size(); }

 private:
  struct Dropped {
    Duration pause{};
    Instant until{};  // no link before; remembered for as long again
    Instant forgotten() const { return until + pause; }
  };

  std::map<LinkNumber, Instant> probes_;
  std::map<PeerId, Dropped> dropped_;
};

}  // namespace oxbow
