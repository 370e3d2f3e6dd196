#include "replica/quorum_need.h"

#include <fmt/format.h>

#include <charconv>

#include "base/limits.h"

namespace oxbow {

Result<QuorumNeed> parse_need(std::string_view text) {
  if (text.empty()) return QuorumNeed{QuorumKind::bucket, 0};
  if (text == "quorum") return QuorumNeed{QuorumKind::majority, 0};
  if (text == "all") return QuorumNeed{QuorumKind::all, 0};
  QuorumNeed need{QuorumKind::number, 0};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), need.count);
  const bool number = failed == std::errc{} && end == text.data() + text.size();
  if (!number || need.count == 0 || need.count > limits::kCopiesMost) {
    return Error{"bad-quorum", "R and W are a number of members, quorum or all",
                 fmt::format("1 to {}, quorum or all", limits::kCopiesMost),
                 std::string(text.substr(0, limits::kName))};
  }
  return need;
}

Result<std::uint32_t> needed_answers(const QuorumNeed& need, std::uint32_t n,
                                     std::uint32_t of_bucket) {
  std::uint32_t answers = of_bucket;
  if (need.kind == QuorumKind::number) answers = need.count;
  if (need.kind == QuorumKind::majority) answers = majority_of(n);
  if (need.kind == QuorumKind::all) answers = n;
  if (answers >= 1 && answers <= n) return answers;
  return Error{"bad-quorum",
               fmt::format("the bucket keeps {}: ask for no more", counted(n, "copy")),
               fmt::format("1 to {}", n), fmt::format("{}", answers)};
}

std::string counted(std::size_t count, std::string_view what) {
  if (count == 1) return fmt::format("1 {}", what);
  if (what.ends_with('y')) return fmt::format("{} {}ies", count, what.substr(0, what.size() - 1));
  return fmt::format("{} {}s", count, what);
}

}  // namespace oxbow
