#include "cli/quorum_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/search_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

std::string member_text(const QuorumReport& report, const std::string& address) {
  const auto found =
      std::find_if(report.members.begin(), report.members.end(),
                   [&](const QuorumMember& member) { return member.address == address; });
  return peer_text(found == report.members.end() ? "" : found->name, address);
}

std::string remark_of(const QuorumReport& report, const QuorumMember& member) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (member.coordinator) add("coordinator");
  if (!member.stands_for.empty()) add("stands in for " + member_text(report, member.stands_for));
  if (member.outcome == "asked") add("its answer was not waited for");
  if (member.repaired) add("was behind: is sent the newest");
  return text;
}

Table members_table(const QuorumReport& report) {
  Table table;
  table.columns = {{"member", "MEMBER", Align::left, true},
                   {"zone", "ZONE"},
                   {"role", "ROLE"},
                   {"outcome", "OUTCOME"},
                   {"ms", "TIME", Align::right},
                   {"remark", "REMARK", Align::left, true}};
  for (const QuorumMember& member : report.members) {
    Cell time;
    if (member.ms) time = Cell(*member.ms, human_ms(*member.ms));
    table.add({peer_text(member.name, member.address), member.zone, member.role, member.outcome,
               time, remark_of(report, member)});
  }
  return table;
}

}  // namespace

std::string quorum_sentence(const QuorumReport& report) {
  const bool writes = report.w.has_value();
  const std::uint32_t needed = writes ? *report.w : report.r.value_or(0);
  std::string text = fmt::format("{} of {} needed, N {}",
                                 writes ? counted(report.acknowledged, "copy", "copies")
                                        : counted(report.acknowledged, "answer"),
                                 needed, report.n);
  if (report.fallbacks > 0) text += fmt::format(", {}", counted(report.fallbacks, "fallback"));
  if (report.hints > 0) text += fmt::format(", {} kept", counted(report.hints, "hint"));
  if (report.repairs > 0) {
    text += fmt::format(", {} being repaired", counted(report.repairs, "copy", "copies"));
  }
  if (!report.coordinator.empty()) {
    text += fmt::format("; coordinated by {}", member_text(report, report.coordinator));
  }
  return text + fmt::format("; {}", human_ms(report.elapsed_ms));
}

int fail_explained(const Invocation& invocation, const Error& error) {
  const int code = invocation.output.fail(error);
  if (error.quorum && invocation.options.is_set("explain")) {
    invocation.output.note("\n" + quorum_details(*error.quorum, invocation.output.terminal()));
  }
  return code;
}

std::string quorum_details(const QuorumReport& report, const Terminal& terminal) {
  const bool writes = report.w.has_value();
  std::string text = fmt::format("bucket {}: N {}, {} {}", printable(report.bucket), report.n,
                                 writes ? 'W' : 'R', writes ? *report.w : report.r.value_or(0));
  text += fmt::format("\n{} by {} and {}; {}, {}",
                      writes ? counted(report.acknowledged, "copy written", "copies written")
                             : counted(report.acknowledged, "answer"),
                      counted(report.primaries, "primary", "primaries"),
                      counted(report.fallbacks, "fallback"), counted(report.hints, "hint"),
                      counted(report.repairs, "repair"));
  if (!report.clock.empty()) text += fmt::format("\nclock {}", printable(report.clock));
  text += "\n" + to_text(members_table(report), terminal);
  text.pop_back();  // the newline of the last line
  return text;
}

}  // namespace oxbow::cli
