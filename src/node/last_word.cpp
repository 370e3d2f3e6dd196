// Whether this peer is on the ring, and where, when it starts again: what `ring join` and `ring
// leave` said last is kept in the store.
#include <fmt/format.h>

#include "membership/last_word.h"
#include "node/membership.h"

namespace oxbow {

namespace {

constexpr std::string_view kLastWord = "ring last word";  // see membership/last_word.h

RingPlace configured_place(const NodeConfig& config) {
  return {config.member, config.zone, config.weight};
}

}  // namespace

Result<WriteSequence> keep_last_word(Turn& turn, const RingPlace& place) {
  const LastWord word{place, configured_place(turn.node.config)};
  const auto written = turn.node.store.write_record(kLastWord, to_bytes(word));
  if (!written.ok()) return written;
  return keep_records(turn);  // behind it: durable later
}

namespace {

std::string in_words(const RingPlace& place) {
  if (!place.member) return "no member";
  return fmt::format("a member{}, weight {}",
                     place.zone.empty() ? "" : fmt::format(" in zone {}", place.zone),
                     place.weight);
}

}  // namespace

RingPlace place_at_start(Turn& turn) {
  NodeState& node = turn.node;
  RingPlace configured = configured_place(node.config);
  const auto bytes = node.store.read_record(kLastWord);
  const auto word = bytes.ok() && *bytes ? last_word_of(**bytes) : std::nullopt;
  if (!word && (!bytes.ok() || *bytes)) {
    log(turn, Severity::warning, kNoConnection,
        "what the last `oxbow ring join` or `ring leave` said cannot be read: this peer does as it "
        "is configured");
  }
  if (!word) return configured;
  const RingPlace& place = word->place;
  const bool differs = place.member ? place != configured : configured.member;
  if (word->configured == configured) {
    if (differs && place.member) {
      log(turn, Severity::info, kNoConnection,
          fmt::format(
              "this peer is {}, as the last `oxbow ring join` said; its configuration says: "
              "{}",
              in_words(place), in_words(configured)));
    } else if (differs) {
      log(turn, Severity::warning, kNoConnection,
          "this peer is configured as a member, but has left the ring: `oxbow ring join`");
    }
    return place;
  }
  if (differs) {
    log(turn, Severity::info, kNoConnection,
        fmt::format("the configuration was changed since the last `oxbow ring {}`: this peer is {}",
                    place.member ? "join" : "leave", in_words(configured)));
  }
  static_cast<void>(node.store.write_record(kLastWord, ""));  // should that fail, it says so again
  return configured;
}

}  // namespace oxbow
