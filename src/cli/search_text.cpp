#include "cli/search_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/answer_json.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

constexpr std::size_t kHolderWidth = 30;

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = display_width(text);
  return used >= width ? text : text + std::string(width - used, ' ');
}

std::string figure(const std::optional<std::uint64_t>& number, std::string_view noun,
                   std::string_view plural = {}) {
  if (!number) return "an unknown number of " + std::string(plural.empty() ? noun : plural);
  return counted(*number, noun, plural);
}

// Hits are few beside what they count, so the sentence names keys and holders.
std::string found_text(const FindAnswer& answer) {
  if (!answer.found) return "Found nothing";
  std::set<std::string> keys, holders;
  for (const SearchHit& hit : answer.hits) {
    keys.insert(hit.key);
    holders.insert(hit.holder_id.empty() ? hit.holder : hit.holder_id);
  }
  return fmt::format("Found {} at {}", counted(keys.size(), "key"),
                     counted(holders.size(), "holder"));
}

std::string walk_reach(const SearchReport& s) {
  return fmt::format("{} of random walkers visited {}", figure(s.query_messages, "step"),
                     figure(s.peers_reached, "peer"));
}

std::string flood_reach(const SearchReport& s) {
  if (!s.peers_reached) {
    return fmt::format("a flood of TTL {} whose reach and cost are unknown", s.ttl);
  }
  std::string text = fmt::format("reached {}", counted(*s.peers_reached, "peer"));
  if (s.max_hops && *s.max_hops > 0) {
    text += fmt::format(", {} away at the most,", counted(*s.max_hops, "hop"));
  }
  text += fmt::format(" with {}", figure(s.query_messages, "query message"));
  if (s.duplicates) text += fmt::format(" ({})", counted(*s.duplicates, "duplicate"));
  if (s.waves > 1) text += fmt::format(" in {} waves", s.waves);
  return text;
}

}  // namespace

void HitPrinter::print(const SearchHit& hit) {
  ++printed_;
  switch (output_.format()) {
    case Format::json:
      break;
    case Format::ndjson:
      output_.print(document("hit", hit));
      break;
    case Format::plain:
      output_.print_line(fmt::format("{}\t{}\t{}\t{}\t{}\t{}", printable_message(hit.key), hit.size,
                                     hit.hops, printable(hit.holder), printable(hit.holder_name),
                                     printable(hit.sha256)));
      break;
    case Format::table:
      // The key stands last, so that no line needs to know how long others are.
      if (printed_ == 1) {
        output_.print_line(styled(
            output_.terminal(), Style::bold,
            fmt::format("{:>4}  {:<{}}  {:>9}  KEY", "HOPS", "HOLDER", kHolderWidth, "SIZE")));
      }
      output_.print_line(fmt::format("{:>4}  {}  {:>9}  {}", hit.hops,
                                     padded(peer_text(hit.holder_name, hit.holder), kHolderWidth),
                                     human_bytes(hit.size), printable_message(hit.key)));
      break;
  }
}

void HitPrinter::print_missing(const std::vector<SearchHit>& hits) {
  for (std::size_t i = printed_; i < hits.size(); ++i) print(hits[i]);
}

std::string peer_text(const std::string& name, const std::string& address) {
  if (name.empty()) return printable(address);
  if (address.empty()) return printable(name);
  return fmt::format("{} ({})", printable(name), printable(address));
}

std::string search_summary(const FindAnswer& answer) {
  const SearchReport& s = answer.search;
  const std::string time = s.first_hit_ms
                               ? fmt::format("first hit after {}, ended after {}",
                                             human_ms(*s.first_hit_ms), human_ms(s.elapsed_ms))
                               : fmt::format("ended after {}", human_ms(s.elapsed_ms));
  const bool only_here = s.query_messages == 0U && answer.found;
  if (only_here) return fmt::format("{}: the asked peer itself; {}.", found_text(answer), time);
  return fmt::format("{}: {}; {}.", found_text(answer),
                     s.via == Via::walk ? walk_reach(s) : flood_reach(s), time);
}

std::string mark_text(const std::string& mark) {
  struct Meaning {
    std::string_view mark, text;
  };
  static constexpr Meaning kMeanings[] = {
      {"rate", "a peer refused copies: its neighbor sends more queries than it may"},
      {"congested", "a peer was too busy for the query"},
      {"table full", "a table of a peer was full"},
      {"link under pressure", "a link whose queue is long was not sent to"},
      {"link lost", "a link broke before its copies were answered for"},
      {"timed out", "a peer did not answer for its copies in time"},
      {"truncated", "a holder had more results than it may send"},
      {"faulty neighbor", "a neighbor leaves queries unanswered, or answers what cannot be true"},
  };
  for (const Meaning& meaning : kMeanings) {
    if (meaning.mark == mark) return std::string(meaning.text);
  }
  return printable(mark);
}

std::string stopped_text(const SearchReport& s) {
  std::string text;
  switch (s.stopped) {
    case Stopped::complete: {
      const bool truncated =
          std::find(s.marks.begin(), s.marks.end(), "truncated") != s.marks.end();
      text = s.query_messages == 0U ? "Complete: no query had to be sent."
             : s.via == Via::walk   ? "Complete: every walker has reported its end."
             : truncated
                 ? "Complete: every copy of the query was answered for; but there are more results."
                 : "Complete: every copy of the query was answered for; nothing more can come.";
      if (s.query_messages == 0U && s.peers_reached == 1U) break;
      if (s.via != Via::walk && s.max_hops && s.ttl > 0 && *s.max_hops >= s.ttl) {
        text += fmt::format(" The TTL of {} was used up: farther peers may not have been reached.",
                            s.ttl);
      }
      break;
    }
    case Stopped::partial:
      text = "Partial: it ended, but not every copy of the query was answered for.";
      break;
    case Stopped::first_hit:
      text = "Stopped at the first hit, as asked: what the flood went on to do is unknown.";
      break;
    case Stopped::timeout:
      text = "Stopped because its time was up: there may be more to come (try --timeout).";
      break;
  }
  std::string reasons;
  if (s.refused.value_or(0) > 0)
    reasons += fmt::format(" {} refused.", counted(*s.refused, "copy was", "copies were"));
  if (s.lost.value_or(0) > 0)
    reasons +=
        fmt::format(" {} lost.", s.via == Via::walk ? counted(*s.lost, "walker was", "walkers were")
                                                    : counted(*s.lost, "copy was", "copies were"));
  for (const std::string& mark : s.marks) reasons += fmt::format("\n  - {}", mark_text(mark));
  return text + reasons;
}

}  // namespace oxbow::cli
