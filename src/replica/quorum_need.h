// How many answers an operation needs: what a client asked for, and what that is in numbers for a
// bucket.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bucket_policy.h"
#include "message/messages.h"

namespace oxbow {

/// "" (as the bucket has it), a number, "quorum" or "all". Error `bad-quorum`.
Result<QuorumNeed> parse_need(std::string_view text);

/// What `need` is where the bucket has N copies and needs `of_bucket` answers: 1 to N. Error
/// `bad-quorum`, naming both.
Result<std::uint32_t> needed_answers(const QuorumNeed& need, std::uint32_t n,
                                     std::uint32_t of_bucket);

/// More than half of N: any two such sets share a member.
constexpr std::uint32_t majority_of(std::uint32_t n) { return n / 2 + 1; }

/// With strict quorums, a read is asked of a member that has the write before it (DeCandia et al.
/// 2007, 4.5).
constexpr bool reads_see_writes(std::uint32_t n, std::uint32_t r, std::uint32_t w) {
  return r + w > n;
}
/// Likewise, of two writes one member sees both.
constexpr bool writes_meet(std::uint32_t n, std::uint32_t w) { return 2 * w > n; }

/// "1 answer", "2 answers".
std::string counted(std::size_t count, std::string_view what);

}  // namespace oxbow
