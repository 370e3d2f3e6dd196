// How a get or put is told to whoever asked: a client, the peer that forwarded it, an adoption.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "node/replicas.h"
#include "version/context.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::asked:
      return "asked";
    case Outcome::answered:
      return "answered";
    case Outcome::never_heard:
      return "never-heard";
    case Outcome::stored:
      return "stored";
    case Outcome::hinted:
      return "hinted";
    case Outcome::timeout:
      return "timeout";
    case Outcome::unreachable:
      return "unreachable";
    case Outcome::refused:
      break;
  }
  return "refused";
}

std::string address_of(const NodeState& node, const PeerId& member) {
  const Member* known = node.ring.members.find(member);
  return known == nullptr ? "" : to_string(known->address);
}

bool is_done(Outcome outcome) {
  return outcome == Outcome::answered || outcome == Outcome::never_heard ||
         outcome == Outcome::stored || outcome == Outcome::hinted;
}

QuorumMember describe(const NodeState& node, const MemberOutcome& outcome,
                      const PeerId& coordinator) {
  QuorumMember member;
  if (const Member* known = node.ring.members.find(outcome.member)) {
    member.address = to_string(known->address);
    member.name = known->name;
    member.zone = known->zone;
  }
  member.id = to_string(outcome.member);
  const bool primary = outcome.stands_for.is_zero();
  member.role = primary ? "primary" : "fallback";
  if (!primary) member.stands_for = address_of(node, outcome.stands_for);
  member.outcome = name_of(outcome.outcome);
  member.coordinator = outcome.member == coordinator;
  member.repaired = outcome.repaired;
  if (is_done(outcome.outcome)) member.ms = outcome.micros / 1000.0;
  return member;
}

/// A member counts once: hints of one that has its own copy are no further copies.
bool counts_elsewhere(const OperationResult& result, const MemberOutcome& outcome) {
  return !outcome.stands_for.is_zero() &&
         std::any_of(result.members.begin(), result.members.end(), [&](const MemberOutcome& other) {
           return other.member == outcome.member && other.stands_for.is_zero();
         });
}

/// Fills in what the copy says. A brief answer leaves out what names the writes.
void show(const NodeState& node, const Object& object, std::string_view key, GetAnswer& answer) {
  answer.values.reserve(object.siblings().size());
  for (const Sibling& sibling : object.siblings()) {
    if (sibling.tombstone()) continue;
    GetValue& value = answer.values.emplace_back();
    value.value = *sibling.value;
    if (!answer.explained) continue;
    value.dot = abbreviated(sibling.dot, names_of(node));
    value.written_ms = static_cast<std::uint64_t>(
        std::max<Duration::rep>(sibling.time.time_since_epoch().count() / 1000, 0));
  }
  answer.found = !answer.values.empty();
  answer.deleted = object.deleted();
  if (!object.empty()) answer.context = object.encoded_context(key);
}

/// Nobody who answered has heard of the key, but R primaries are not among them: a fallback's never
/// having heard of it says nothing of what the primaries know, such as that it was deleted.
std::optional<Error> unheard_by_too_few(const OperationResult& result) {
  const auto primaries =
      std::count_if(result.members.begin(), result.members.end(), [](const MemberOutcome& outcome) {
        return outcome.stands_for.is_zero() && is_done(outcome.outcome);
      });
  if (static_cast<std::uint32_t>(primaries) >= result.need) return std::nullopt;
  return Error{"quorum-not-met",
               "too few of the members that the key belongs to answered; those who stand in for "
               "them have never heard of it, but it may exist (oxbow ring owner shows whose it is)",
               fmt::format("{} of its primaries", result.need), fmt::format("{}", primaries)};
}

std::string warning_of(const OperationResult& result) {
  if (result.siblings >= limits::kSiblingsWarn) {
    return fmt::format("the key has {} siblings: get it, and put one value with that context",
                       result.siblings);
  }
  const std::size_t entries = result.object.clock().size();
  if (entries < limits::kClockEntriesWarn) return "";
  return fmt::format("the key's clock has {} entries, which makes it slow: use another key",
                     entries);
}

/// Of the object, abbreviated; as the coordinator says, where that is another member.
std::string clock_of(const NodeState& node, const OperationResult& result) {
  if (result.object.empty()) return result.clock;
  return abbreviated(result.object.clock(), names_of(node));
}

/// With an error go the members that had to do with it.
void tell_who_did_what(const NodeState& node, const Asker& asker, Operation kind,
                       OperationResult& result) {
  if (!result.error || !asker.explain || result.n == 0) return;
  result.error->quorum = std::make_shared<const QuorumReport>(report_of(node, kind, result));
}

void answer_client(Turn& turn, const Asker& asker, Operation kind, std::string_view key,
                   const GetRequest* request, OperationResult result) {
  NodeState& node = turn.node;
  tell_who_did_what(node, asker, kind, result);
  if (kind == Operation::get) {
    OXBOW_ASSERT(request != nullptr, "a client's get without its request");
    if (!result.error && result.object.empty()) result.error = unheard_by_too_few(result);
    if (!result.error) {
      GetAnswer answer;
      answer.explained = asker.explain;
      show(node, result.object, key, answer);
      if (asker.explain) answer.quorum = report_of(node, kind, result);
      return ring_answered(turn, asker, *request, std::move(answer), result.after);
    }
    if (result.error->code == "quorum-not-met" || result.error->code == "no-ring") {
      return ring_failed(turn, asker, *request, *std::move(result.error));
    }
  }
  if (result.error) return reply(turn, asker.handle, *std::move(result.error));
  if (kind == Operation::remove) {
    DeleteAnswer answer;
    answer.explained = asker.explain;
    answer.context = std::move(result.context);
    answer.siblings = result.siblings;
    if (asker.explain) answer.quorum = report_of(node, kind, result);
    return reply(turn, asker.handle, ClientAnswer(std::move(answer)), result.after);
  }
  PutAnswer answer;
  answer.explained = asker.explain;
  answer.context = std::move(result.context);
  answer.siblings = result.siblings;
  answer.warning = warning_of(result);
  if (asker.explain) answer.quorum = report_of(node, kind, result);
  reply(turn, asker.handle, ClientAnswer(std::move(answer)), result.after);
}

/// At most that many bytes of a clock's text, which has room for several entries, with a mark where
/// some are left out.
std::string cut(std::string text, std::size_t most) {
  constexpr std::string_view kMore = ", …";
  if (text.size() <= most) return text;
  const std::size_t end = text.rfind(',', most - kMore.size());
  OXBOW_ASSERT(end != std::string::npos, "an entry of a clock is that long");
  text.resize(end);
  return text += kMore;
}

/// In as many parts as the object needs; at least one, perhaps without any.
void answer_peer(Turn& turn, const Asker& asker, Operation kind, std::string_view key,
                 const OperationResult& result) {
  NodeState& node = turn.node;
  Connection* const to = node.connections.find(asker.connection);
  if (to == nullptr) return;  // it gives up by itself
  Coordinated message;
  message.ticket = asker.number;
  if (result.error) {
    message.error = result.error->code;
    message.reason = result.error->message;
    message.needed = result.error->needed;
    message.got = result.error->got;
  }
  message.context = result.context;
  message.bucket = result.bucket;
  message.n = result.n;
  message.need = result.need;
  message.siblings = result.siblings;
  message.micros =
      static_cast<std::uint32_t>(std::clamp<Duration::rep>(result.elapsed.count(), 0, UINT32_MAX));
  message.members = result.members;
  std::string clock;
  if (kind != Operation::get) clock = cut(clock_of(node, result), limits::kExplanation);
  message.clock = clock;
  const bool has_object = kind == Operation::get && !result.object.empty();
  if (!has_object) return turn.out.send(asker.connection, message, result.after);
  if (!has_room(node, *to) && !node.replica.paced.has_room_for_object()) {
    message.error = "busy";
    message.reason = "too many answers wait to be read (try again)";
    return turn.out.send(asker.connection, message);
  }
  send_object(turn, *to, message, result.object, key, result.after);
}

}  // namespace

QuorumReport report_of(const NodeState& node, Operation kind, const OperationResult& result) {
  QuorumReport report;
  report.bucket = result.bucket;
  report.n = result.n;
  (kind == Operation::get ? report.r : report.w) = result.need;
  for (const MemberOutcome& outcome : result.members) {
    report.members.push_back(describe(node, outcome, result.coordinator));
    if (outcome.outcome == Outcome::hinted) ++report.hints;
    if (outcome.repaired) ++report.repairs;
    if (!is_done(outcome.outcome) || counts_elsewhere(result, outcome)) continue;
    ++(outcome.stands_for.is_zero() ? report.primaries : report.fallbacks);
  }
  report.acknowledged = report.primaries + (result.strict ? 0 : report.fallbacks);
  report.coordinator = address_of(node, result.coordinator);
  if (!result.coordinator.is_zero()) report.coordinator_id = to_string(result.coordinator);
  report.clock = clock_of(node, result);
  report.elapsed_ms = to_ms(result.elapsed);
  return report;
}

void answer_briefly(Turn& turn, const Asker& asker, std::string_view key, const GetRequest& request,
                    const StoredObject& copy) {
  const bool ends_here = !copy.object.empty() || !request.search;
  if (!ends_here) {
    GetAnswer nothing;
    nothing.explained = false;
    return ring_answered(turn, asker, request, std::move(nothing), copy.pending);
  }
  auto& answer = begin_answer<GetAnswer>(turn, asker.handle, copy.pending);
  answer.explained = false;
  show(turn.node, copy.object, key, answer);
}

void end_operation(Turn& turn, const Asker& asker, Operation kind, std::string_view key,
                   const GetRequest* request, OperationResult result) {
  switch (asker.kind) {
    case Asker::Kind::client:
      return answer_client(turn, asker, kind, key, request, std::move(result));
    case Asker::Kind::peer:
      return answer_peer(turn, asker, kind, key, result);
    case Asker::Kind::adoption:
      if (result.error) return adopted(turn, asker.number, *result.error);
      return adopted(turn, asker.number, report_of(turn.node, kind, result));
    case Asker::Kind::put:
      return caught_up(turn, asker.number, result);
    case Asker::Kind::restore:
      return damaged_copy_read(turn, key, result);
  }
}

}  // namespace oxbow
