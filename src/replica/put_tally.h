// The arithmetic of one put: count a copy; enough? and what to say if not. Knows no time and no
// messages; see replica/put_operation.h for what waits around it (the pair is that of Riak's
// riak_kv_put_core and riak_kv_put_fsm).
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string_view>

namespace oxbow {

/// Whether copies that fallbacks keep for primaries count towards W.
enum class Quorum : std::uint8_t {
  sloppy,
  strict,  ///< primaries only
};

class PutTally {
 public:
  /// `need`: copies to be written before the put is acknowledged (W).
  PutTally(std::uint32_t need, Quorum quorum) : need_(need), quorum_(quorum) {}

  /// A primary has the write (synced, where the bucket wants that). Each member once.
  void stored_by_primary() { ++primaries_; }
  /// A fallback has it as a hint: one more member, which has not been counted for anything else.
  void stored_by_fallback() { ++fallbacks_; }

  std::uint32_t need() const { return need_; }
  std::uint32_t primaries() const { return primaries_; }
  std::uint32_t fallbacks() const { return fallbacks_; }
  std::uint32_t acknowledged() const {
    return primaries_ + (quorum_ == Quorum::sloppy ? fallbacks_ : 0);
  }
  bool enough() const { return acknowledged() >= need_; }

  /// Why the put is not acknowledged. It may have been stored all the same, and a later read may
  /// return it: so `unknown`, not "failed".
  Error missed() const;

 private:
  std::uint32_t need_;
  Quorum quorum_;
  std::uint32_t primaries_ = 0;
  std::uint32_t fallbacks_ = 0;
};

/// Before anything is sent: too few members can be reached to ever meet the quorum. Nothing has
/// been written then.
/// `option`: "--r" or "--w".
Error too_few_members(std::uint32_t need, std::size_t reachable, Quorum quorum,
                      std::string_view option);

}  // namespace oxbow
