#include "sim/describe.h"

#include <fmt/format.h>

#include <array>

#include "message/describe.h"

namespace oxbow {

namespace {

constexpr std::array<const char*, std::variant_size_v<Message>> kNames{
    "hello",       "bye",           "link",        "ping",         "pong",
    "query",       "hit",           "done",        "walk",         "walk-report",
    "walk-reply",  "piece-request", "piece",       "gossip",       "gossip-records",
    "lookup-step", "lookup-end",    "object-read", "object-reply", "object-write",
    "write-reply", "coordinate",    "coordinated", "confirmed",    "grant",
    "id-in-use"};

const char* kind_name(ConnectionKind kind) {
  switch (kind) {
    case ConnectionKind::control:
      return "control";
    case ConnectionKind::bulk:
      return "bulk";
    case ConnectionKind::probe:
      return "probe";
  }
  return "?";
}

const char* action_name(LinkAction action) {
  switch (action) {
    case LinkAction::ask:
      return "ask";
    case LinkAction::agree:
      return "agree";
    case LinkAction::refuse:
      return "refuse";
    case LinkAction::end:
      return "end";
  }
  return "?";
}

const char* event_name(WalkEvent event) {
  switch (event) {
    case WalkEvent::check:
      return "check";
    case WalkEvent::hit:
      return "hit";
    case WalkEvent::ended:
      return "ended";
  }
  return "?";
}

struct Describer {
  RequestLabels& labels;

  std::string operator()(const Hello& m) const {
    return fmt::format("hello {} {}{}", m.name, kind_name(m.kind), m.link ? " link" : "");
  }
  std::string operator()(const IdInUse& m) const {
    return fmt::format("id-in-use by {} at {}", m.name, to_string(m.seen_at));
  }
  std::string operator()(const Bye& m) const { return fmt::format("bye {}", m.code); }
  std::string operator()(const LinkChange& m) const {
    return fmt::format("link {}", action_name(m.action));
  }
  std::string operator()(const Ping& m) const {
    return fmt::format("ping{}", m.addresses ? " for addresses" : "");
  }
  std::string operator()(const Pong& m) const {
    return fmt::format("pong with {} addresses", m.addresses.size());
  }
  std::string operator()(const Query& m) const {
    return fmt::format("query {} ttl {} hops {} #{}", labels.label(m.id), m.ttl, m.hops, m.number);
  }
  std::string operator()(const Hit& m) const {
    return fmt::format("hit {} hops {} from {} part {}{} results {}", labels.label(m.id), m.hops,
                       m.holder_name, m.part, m.last ? " (last)" : "",
                       m.results.size() + m.trace.size());
  }
  std::string operator()(const QueryDone& m) const {
    const Totals& t = m.totals;
    std::string line =
        fmt::format("done {} #{} peers {} messages {} duplicates {} max hops {}",
                    labels.label(m.id), m.number, t.peers, t.messages, t.duplicates, t.max_hops);
    if (t.refused != 0) line += fmt::format(" refused {}", t.refused);
    if (t.lost != 0) line += fmt::format(" lost {}", t.lost);
    if (t.skipped != 0) line += fmt::format(" skipped {}", t.skipped);
    if (t.hit_messages != 0) line += fmt::format(" hits {}", t.hit_messages);
    if (t.marks != 0) line += fmt::format(" marks {}", t.marks);
    return line;
  }
  std::string operator()(const Walk& m) const {
    return fmt::format("walk {} walker {} taken {} left {}", labels.label(m.id), m.walker,
                       m.steps_taken, m.steps_left);
  }
  std::string operator()(const WalkReport& m) const {
    return fmt::format("walk-report {} walker {} {} taken {}", labels.label(m.id), m.walker,
                       event_name(m.event), m.steps_taken);
  }
  std::string operator()(const WalkReply& m) const {
    return fmt::format("walk-reply {} walker {} {}", labels.label(m.id), m.walker,
                       m.go_on ? "goes on" : "ends");
  }
  std::string operator()(const PieceRequest& m) const {
    return fmt::format("piece-request {} at {} length {}", m.key, m.offset, m.length);
  }
  std::string operator()(const Piece& m) const {
    return fmt::format("piece status {} length {}", static_cast<int>(m.status), m.bytes.size());
  }
  std::string operator()(const Gossip& m) const { return fmt::format("gossip {:016x}", m.digest); }
  std::string operator()(const GossipRecords& m) const {
    return fmt::format("gossip-records members {} buckets {}{}", m.members.size(), m.buckets.size(),
                       m.wants_answer ? ", wants an answer" : "");
  }
  std::string operator()(const LookupStep& m) const {
    return fmt::format("lookup-step {} via {} hops {}", m.ticket, enum_name(m.way), m.path.size());
  }
  std::string operator()(const LookupEnd& m) const {
    return fmt::format("lookup-end {} {}", m.ticket, m.found ? "found" : "lost");
  }
  std::string operator()(const ObjectRead& m) const {
    return fmt::format("object-read {} {}{}", m.ticket, m.key, m.fallback ? " fallback" : "");
  }
  std::string operator()(const ObjectReply& m) const {
    return fmt::format("object-reply {} status {} bytes {}", m.ticket, static_cast<int>(m.status),
                       m.object.size());
  }
  std::string operator()(const ObjectWrite& m) const {
    return fmt::format("object-write {} {} reason {} bytes {}{}", m.ticket, m.key,
                       static_cast<int>(m.reason), m.object.size(),
                       m.hint_for.is_zero() ? "" : " hint for " + abbreviated(m.hint_for));
  }
  std::string operator()(const WriteReply& m) const {
    return fmt::format("write-reply {} status {}", m.ticket, static_cast<int>(m.status));
  }
  std::string operator()(const Coordinate& m) const {
    return fmt::format("coordinate {} operation {} {}", m.ticket, static_cast<int>(m.operation),
                       m.key);
  }
  std::string operator()(const Coordinated& m) const {
    return fmt::format("coordinated {} {}", m.ticket, m.error.empty() ? "ok" : m.error);
  }
  std::string operator()(const Confirmed& m) const { return fmt::format("confirmed {}", m.ticket); }
  std::string operator()(const Grant& m) const {
    return fmt::format("grant {} {}", m.ticket,
                       m.word == GrantWord::carry_out ? "carry out" : "withdrawn");
  }
  std::string operator()(const DialReport& m) const {
    return fmt::format("dial-report {} {}", to_string(m.address),
                       m.reason.empty() ? "reached" : m.reason);
  }
};

}  // namespace

std::string RequestLabels::label(const RequestId& id) {
  const auto [entry, added] = numbers_.try_emplace(id, numbers_.size() + 1);
  return fmt::format("q{}", entry->second);
}

std::string describe(const Message& message, RequestLabels& labels) {
  return std::visit(Describer{labels}, message);
}

const char* message_name(std::size_t index) {
  return index < kNames.size() ? kNames[index] : "unknown";
}

}  // namespace oxbow
