#include "cli/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/search_text.h"
#include "report/text.h"

namespace oxbow::cli {
namespace {

class Tree {
 public:
  Tree(const TraceAnswer& answer, const Terminal& terminal)
      : peers_(answer.peers), terminal_(terminal), children_(peers_.size()) {
    for (std::size_t i = 0; i < peers_.size(); ++i) by_address_.emplace(peers_[i].address, i);
    std::vector<bool> has_parent(peers_.size(), false);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      const auto first = std::find_if(peers_[i].steps.begin(), peers_[i].steps.end(),
                                      [](const TraceStep& s) { return s.what == "received"; });
      if (first == peers_[i].steps.end()) continue;
      const auto sender = by_address_.find(first->peer);
      if (sender == by_address_.end() || sender->second == i) continue;
      children_[sender->second].push_back(i);
      has_parent[i] = true;
    }
    printed_.assign(peers_.size(), false);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (!has_parent[i]) print(i, "", "");
    }
    // Answers that contradict each other can make a circle; nobody is left out.
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (!printed_[i]) print(i, "", "");
    }
  }

  const std::string& text() const { return text_; }

 private:
  std::string name_of(const std::string& address) const {
    const auto known = by_address_.find(address);
    if (known == by_address_.end() || peers_[known->second].name.empty()) return printable(address);
    return printable(peers_[known->second].name);
  }

  std::string step_text(const TraceStep& step) const {
    const std::string peer = name_of(step.peer);
    const std::string& what = step.what;
    if (what == "started") return fmt::format("asked by its client: TTL {}", step.ttl);
    if (what == "received") {
      return fmt::format("received from {}: TTL {}, hops {}", peer, step.ttl, step.hops);
    }
    if (what == "answered") return "answered: holds the key";
    if (what == "forwarded") return fmt::format("forwarded to {} with TTL {}", peer, step.ttl);
    if (what == "duplicate") return fmt::format("dropped a duplicate from {}", peer);
    if (what == "reforwarded") {
      return fmt::format("forwarded again to {}: a later copy had TTL {}", peer, step.ttl);
    }
    if (what == "ttl-ended") return "not routed on: the TTL has run out";
    if (what == "stopped") return "not routed on: it answered";
    if (what == "refused-rate") return fmt::format("refused: {} sends too many queries", peer);
    if (what == "refused-congested") return "refused: too busy";
    if (what == "refused-full") return "refused: a table is full";
    if (what == "skipped") return fmt::format("not sent to {}: that link is under pressure", peer);
    if (what == "hit-relayed") return fmt::format("passed a hit to {}", peer);
    if (what == "hit-no-route") return "dropped a hit: the way back is gone";
    if (what == "hit-repeated") return "dropped a hit: it had passed here before";
    if (what == "copy-lost") return fmt::format("lost the link to {} before it answered", peer);
    if (what == "copy-timed-out") return fmt::format("{} did not answer in time", peer);
    if (what == "walker-came") {
      return fmt::format("a walker came from {} with its step {}", peer, step.hops);
    }
    if (what == "walker-left") {
      return fmt::format("a walker left for {} with its step {}", peer, step.hops);
    }
    return printable(what) + (step.peer.empty() ? "" : " " + peer);
  }

  void print(std::size_t i, const std::string& branch, const std::string& margin) {
    printed_[i] = true;
    const TracedPeer& peer = peers_[i];
    text_ += branch + styled(terminal_, Style::bold, peer_text(peer.name, peer.address)) + "\n";
    std::vector<std::size_t> below;
    std::copy_if(children_[i].begin(), children_[i].end(), std::back_inserter(below),
                 [&](std::size_t child) { return !printed_[child]; });
    for (const TraceStep& step : peer.steps) {
      text_ += margin + (below.empty() ? "   " : "│  ") +
               styled(terminal_, Style::dim, fmt::format("{:8.2f} ms", step.at_ms)) + "  " +
               step_text(step) + "\n";
    }
    for (std::size_t k = 0; k < below.size(); ++k) {
      if (printed_[below[k]]) continue;
      const bool last = k + 1 == below.size();
      print(below[k], margin + (last ? "└─ " : "├─ "), margin + (last ? "   " : "│  "));
    }
  }

  const std::vector<TracedPeer>& peers_;
  const Terminal& terminal_;
  std::map<std::string, std::size_t> by_address_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<bool> printed_;
  std::string text_;
};

}  // namespace

std::string trace_tree(const TraceAnswer& answer, const Terminal& terminal) {
  return Tree(answer, terminal).text();
}

}  // namespace oxbow::cli
