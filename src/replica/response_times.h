// How long each member usually takes to answer, and how long it is worth waiting for alone: the
// smoothed time and its variation, as TCP does for a round trip (Jacobson 1988, RFC 6298).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

/// One smoothed time.
class ResponseTime {
 public:
  void add(Duration sample);
  bool known() const { return known_; }
  Duration smoothed() const { return smoothed_; }
  Duration variation() const { return variation_; }

 private:
  bool known_ = false;
  Duration smoothed_{};
  Duration variation_{};
};

/// For how long a member is waited for alone: a small multiple of what it usually takes, within
/// [least, most]; limits::kPatienceUnknown where nothing is known of it.
Duration patience_for(const ResponseTime& time, Duration least, Duration most);

/// What a member is asked for: each takes its own time.
enum class AskedFor : std::uint8_t {
  confirmation,  ///< of an operation that is forwarded to it
  copy,          ///< read
  write,         ///< stored, and synced perhaps
};

/// Of all members that answered lately.
class ResponseTimes {
 public:
  /// `most`: as long as a member may take before it has failed.
  explicit ResponseTimes(Duration most, std::size_t most_members = limits::kMembers)
      : most_(most), most_members_(most_members) {}

  /// A member has answered something that it owed, whatever that was.
  void answered(Instant now, const PeerId& member);
  void took(const PeerId& member, AskedFor what, Duration time);

  Duration patience(const PeerId& member, AskedFor what) const;
  /// Whether it has answered anything since then.
  bool has_answered_since(const PeerId& member, Instant then) const;
  std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    std::array<ResponseTime, 3> times;
    Instant answered{};
  };
  Member& of(const PeerId& member);

  Duration most_;
  std::size_t most_members_;
  std::map<PeerId, Member> members_;
};

}  // namespace oxbow
