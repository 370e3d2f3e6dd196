// A put, delete or adoption, coordinated by this member: see replica/put_operation.h for its
// course.
#include <fmt/format.h>

#include "base/sha256.h"
#include "node/object_times.h"
#include "node/replicas.h"
#include "replica/quorum_need.h"
#include "version/update.h"

namespace oxbow {

namespace {

OperationResult result_of(const Turn& turn, const CoordinatedPut& put) {
  OperationResult result;
  result.bucket = put.bucket;
  result.n = put.n;
  result.need = put.operation.tally().need();
  result.strict = put.operation.quorum() == Quorum::strict;
  result.coordinator = turn.node.config.id;
  result.members.assign(put.operation.outcomes().begin(), put.operation.outcomes().end());
  result.elapsed = turn.now.steady - put.started;
  return result;
}

void answer(Turn& turn, const CoordinatedPut& put) {
  OperationResult result = result_of(turn, put);
  result.object = put.object;
  result.context = put.context;
  const auto& siblings = put.object.siblings();
  result.siblings = static_cast<std::uint32_t>(
      std::count_if(siblings.begin(), siblings.end(),
                    [](const Sibling& sibling) { return !sibling.tombstone(); }));
  end_operation(turn, put.asker, put.kind, put.key, nullptr, std::move(result));
}

/// Everybody who was asked has said no, this member first, and no later write went on from this
/// one: it need not be called unknown, and its number is free again.
bool is_certainly_nowhere(Turn& turn, const CoordinatedPut& put) {
  const auto outcomes = put.operation.outcomes();
  const bool refused_by_all =
      put.refused && put.parts.size() == 1 &&
      std::all_of(outcomes.begin(), outcomes.end(),
                  [](const MemberOutcome& outcome) { return outcome.outcome == Outcome::refused; });
  if (!refused_by_all) return false;
  return put.kind == Operation::adopt ||
         turn.node.replica.unstored.take_back(put.key, put.object, put.unstored);
}

void fail(Turn& turn, const CoordinatedPut& put, const Error& error) {
  ++turn.node.counters.quorums_missed;
  OperationResult result = result_of(turn, put);
  if (is_certainly_nowhere(turn, put)) {
    result.error = *put.refused;
  } else {
    ++turn.node.counters.operations_unknown;
    result.error = error;
    if (!put.refusal.empty()) result.error->message += "; " + put.refusal;
  }
  end_operation(turn, put.asker, put.kind, put.key, nullptr, std::move(result));
}

ObjectWrite message_of(Turn& turn, std::uint64_t ticket, const CoordinatedPut& put,
                       const WriteCopy& copy, std::size_t part) {
  ObjectWrite write;
  write.ticket = ticket;
  write.ring = turn.node.ring.stamp;
  write.reason = put.kind == Operation::adopt ? WriteReason::adoption : WriteReason::put;
  write.conflicts = put.conflicts;
  write.sync = put.sync;
  write.urgent = copy.urgent;
  write.outbids = put.outbids;
  write.hint_for = copy.who.stands_for;
  write.last = part + 1 == put.parts.size();
  write.key = put.key;
  write.object = turn.out.share(put.parts[part]);
  return write;
}

bool send_write(Turn& turn, std::uint64_t ticket, const CoordinatedPut& put,
                const WriteCopy& copy) {
  for (std::size_t part = 0; part < put.parts.size(); ++part) {
    if (!send_to_member(turn, copy.who.member, ConnectionKind::control,
                        message_of(turn, ticket, put, copy, part))) {
      return false;
    }
  }
  return true;
}

/// Sends the write over all connections to primaries that are there, encoded once for those that
/// the answer waits for and once for the others, and takes those out of `effects`.
void send_to_connected(Turn& turn, std::uint64_t ticket, const CoordinatedPut& put,
                       std::vector<PutEffect>& effects) {
  NodeState& node = turn.node;
  for (const bool urgent : {true, false}) {
    node.targets.clear();
    std::erase_if(effects, [&](const PutEffect& effect) {
      const auto* write = std::get_if<WriteCopy>(&effect);
      if (write == nullptr || write->urgent != urgent || write->who.is_fallback()) return false;
      Connection* connection = node.connections.to_peer(write->who.member, ConnectionKind::control);
      if (connection == nullptr) return false;
      connection->used = turn.now.steady;
      node.targets.push_back(connection->id);
      return true;
    });
    if (node.targets.empty()) continue;
    const WriteCopy to_all{{}, urgent};
    for (std::size_t part = 0; part < put.parts.size(); ++part) {
      turn.out.send(node.targets, message_of(turn, ticket, put, to_all, part));
    }
  }
}

/// What comes of writing, where that is known at once.
std::optional<PutInput> write(Turn& turn, std::uint64_t ticket, CoordinatedPut& put,
                              const WriteCopy& copy) {
  NodeState& node = turn.node;
  const Participant& who = copy.who;
  if (who.member != node.config.id) {
    put.flight.reach(who.member);
    if (send_write(turn, ticket, put, copy)) return std::nullopt;
    return NotStored{who, Outcome::unreachable};
  }
  // The own copy was written before the operation began; what is left is a hint.
  OXBOW_ASSERT(who.is_fallback(), "the coordinator's own copy is written first");
  const auto kept = keep_hint(turn, who.stands_for, put.key, put.object, put.conflicts, put.sync);
  if (!kept.ok()) return NotStored{who, Outcome::refused};
  if (*kept == kNothingPending) return Stored{who};
  node.replica.own_writes.emplace(*kept, OwnWrite{ticket, who});
  return std::nullopt;
}

void carry_out(Turn& turn, std::uint64_t ticket, CoordinatedPut& put,
               std::vector<PutEffect>& effects) {
  NodeState& node = turn.node;
  std::vector<PutEffect> now;
  while (!effects.empty()) {
    now.swap(effects);
    send_to_connected(turn, ticket, put, now);
    for (const PutEffect& effect : now) {
      if (const auto* copy = std::get_if<WriteCopy>(&effect)) {
        const auto input = write(turn, ticket, put, *copy);
        if (input) put.operation.step(turn.now.steady, *input, effects);
      } else if (const auto* late = std::get_if<WriteTimedOut>(&effect)) {
        ++node.counters.replica_timeouts;
        member_failed(turn, late->member);
      } else if (const auto* failed = std::get_if<FailPut>(&effect)) {
        fail(turn, put, failed->error);
      } else if (const auto* none = std::get_if<NoHint>(&effect)) {
        hint_missed(turn, none->primary);
      } else {
        answer(turn, put);
      }
    }
    now.clear();
  }
  look_again(node.replica, ticket, put.due, put.operation.next_deadline());
  if (put.operation.state() == PutOperation::State::done) {
    node.replica.puts.erase(ticket);
  }
}

/// Whom to write to.
PutPlan plan_put(const Turn& turn, const KeyPlace& place, const Order& order, std::uint32_t need) {
  const NodeState& node = turn.node;
  PutPlan plan;
  plan.need = need;
  plan.quorum = order.strict ? Quorum::strict : Quorum::sloppy;
  plan.self = node.config.id;
  plan.deadline = turn.now.steady + order.timeout;
  plan.replica_timeout = node.config.replica_timeout;
  for (const PeerId& primary : place.primaries) {
    const bool up = is_reachable(node, primary, turn.now);
    plan.primaries.push_back({primary, up, is_hintable(turn, primary)});
    plan.patience.of_members.emplace_back(primary,
                                          node.replica.times.patience(primary, AskedFor::write));
  }
  plan.fallbacks = reachable_fallbacks(turn, place);
  plan.patience.otherwise = limits::kPatienceUnknown;
  return plan;
}

/// How many members can take the write, as far as is known; at most one for each copy.
std::size_t takers(const PutPlan& plan, bool with_self) {
  auto count = static_cast<std::size_t>(std::count_if(
      plan.primaries.begin(), plan.primaries.end(), [&](const PutPlan::Primary& primary) {
        return primary.reachable && (with_self || primary.member != plan.self);
      }));
  if (plan.quorum == Quorum::sloppy) count += plan.fallbacks.size();
  return std::min(count, plan.primaries.size());
}

/// Told as it grows, not with each write.
void warn_of_clock(Turn& turn, std::string_view key, const Object& before, const Object& after) {
  const std::size_t entries = after.clock().size();
  if (before.clock().size() / limits::kClockEntriesWarn == entries / limits::kClockEntriesWarn) {
    return;
  }
  log(turn, Severity::warning, kNoConnection,
      fmt::format("the clock of '{}' has {} entries: each restart of a member that writes the key "
                  "adds one, and reads and writes of it become slow (move what is in it to another "
                  "key)",
                  key, entries));
}

/// What goes to each member: the value, and the siblings that are here.
BytesInFlight::Load load_of_put(Turn& turn, const Asker& asker, const Order& order,
                                const KeyPlace& place) {
  std::vector<PeerId> members;
  for (const PeerId& primary : place.primaries) {
    if (is_reachable(turn.node, primary, turn.now)) members.push_back(primary);
  }
  const std::size_t bytes = order.value.size() + size_here(turn, order.key);
  return load_of(turn.node, asker, bytes, members);
}

/// What the write makes of this member's copy.
struct Written {
  Object before;  ///< the stored copy
  Object object;
  std::optional<Dot> dot;  ///< none: an adoption is no new event
  std::string context;
  bool outbids = false;  ///< see ObjectWrite
  bool behind = false;   ///< nothing was written: the client has seen a write that is not here
  bool is_lost = false;  ///< the stored copy is damaged: others have to take the write
};

/// Of all that this member has of the key: its stored copy, its hints, and what it wrote and could
/// not store. All of it is of one history, so its numbers go on from the greatest.
struct Known {
  Object stored;
  Object all;
  bool is_awaiting_restore = false;  ///< the stored copy is damaged, and may not be replaced yet
};

Result<Known> read_known(Turn& turn, std::string_view key, Conflicts conflicts) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  const auto own = read_own(turn, key);
  if (!own.ok()) return own.error();
  Known known{own->object, own->object, is_awaiting_restore(turn, key, *own)};
  bool is_whole = own->state == CopyState::whole;
  if (node.store.all_hints().hints > 0) {
    const auto hints = node.store.read_hints(key, conflicts);
    if (!hints.ok()) return hints.error();
    known.all.merge(hints->object, conflicts);
    is_whole = is_whole && hints->state == CopyState::whole;
  }
  known.all.merge(replica.unstored.of(key), conflicts);
  // What cannot be read may have numbered further writes than what can.
  if (!is_whole) replica.actors.observe(VectorClock(), known.all.clock());
  return known;
}

/// What the client has seen, as far as that can be taken for true. Nothing: this member is behind,
/// and has to ask others first.
Result<std::optional<Context>> take_context(Turn& turn, const Order& order, const Object& local,
                                            bool asked_others, Conflicts conflicts) {
  auto parsed = parse_context(order.context, order.key);
  if (!parsed.ok()) return parsed.error();
  Context context = *std::move(parsed);
  const WallTime latest = std::max(local.newest(), wall_time(turn) + limits::kTimeAhead);
  const bool from_the_future = context.newest > latest;
  const bool is_behind = (context.dot && !local.clock().contains(*context.dot)) ||
                         names_too_many(context, local.clock()) || from_the_future;
  if (is_behind && !asked_others) return std::optional<Context>();
  if (context.dot && !local.clock().contains(*context.dot)) {
    // Nobody who can be asked has that one write: it stays beside this one, should it come back.
    log(turn, Severity::debug, kNoConnection,
        fmt::format("a put of '{}' goes on from a write that no member here knows: the two stay "
                    "side by side",
                    order.key));
    turn.node.replica.actors.retire(context.dot->actor);
    context.dot.reset();
  }
  if (from_the_future && order.kind == Operation::put && conflicts == Conflicts::lww) {
    return time_ahead(
        "nothing was stored: the context names a time that is too far ahead of this "
        "member's clock, and that no member knows (get the key again)",
        context.newest - wall_time(turn));
  }
  context.newest = std::min(context.newest, latest);
  return std::optional(std::move(context));
}

/// `others`: what other members know of the key; nullptr: they were not asked.
Result<Written> make_write(Turn& turn, const Order& order, const KeyPlace& place,
                           const Object* others) {
  const Conflicts conflicts = place.policy->conflicts;
  ActorRun& actors = turn.node.replica.actors;
  auto known = read_known(turn, order.key, conflicts);
  if (!known.ok()) return known.error();
  Written written;
  written.is_lost = place.primary && known->is_awaiting_restore;
  if (written.is_lost && order.kind == Operation::adopt) return damaged_copy();
  written.before = std::move(known->stored);
  Object local = std::move(known->all);
  if (others != nullptr) {
    actors.observe(local.clock(), others->clock());
    local.merge(*others, conflicts);
  }
  if (order.kind == Operation::adopt) {
    if (local.deleted()) {
      return Error{"deleted", "the key was deleted meanwhile: nothing is adopted", "", ""};
    }
    const Object located = adopted(order.key, sha256(order.value), share(std::string(order.value)));
    written.object = merged(std::move(local), located, conflicts);
    return written;
  }
  auto context = take_context(turn, order, local, others != nullptr, conflicts);
  if (!context.ok()) return context.error();
  if (!*context) {
    written.behind = true;
    return written;
  }
  Write write;
  if (order.kind == Operation::put) write.value = share(std::string(order.value));
  write.context = **std::move(context);
  write.wall = wall_time(turn);
  auto updated = update(actors, local, write, conflicts);
  if (!updated.ok()) return updated.error();
  if (updated->many_entries) warn_of_clock(turn, order.key, local, updated->object);
  written.object = std::move(updated->object);
  written.dot = updated->dot;
  written.outbids = updated->outbids;
  written.context = encode_context(updated->context, order.key);
  return written;
}

}  // namespace

void coordinate_put(Turn& turn, const Asker& asker, const Order& order, const Object* others) {
  NodeState& node = turn.node;
  const KeyPlace place = place_of(node, order.key);
  const BytesInFlight::Load expected = load_of_put(turn, asker, order, place);
  if (others == nullptr && waits_in_line(turn, asker, order, nullptr, expected)) return;
  ++node.counters.coordinated;
  const BucketPolicy& policy = *place.policy;
  OperationResult result;
  result.bucket = policy.name;
  result.n = policy.n;
  result.coordinator = node.config.id;
  const auto refuse = [&](Error error) {
    result.error = std::move(error);
    end_operation(turn, asker, order.kind, order.key, nullptr, std::move(result));
  };
  const auto need = needed_answers(order.need, policy.n, policy.w);
  if (!need.ok()) return refuse(need.error());
  result.need = *need;
  PutPlan plan = plan_put(turn, place, order, *need);
  const std::size_t reachable = takers(plan, true);
  if (reachable < *need) {
    ++node.counters.quorums_missed;
    for (const PutPlan::Primary& primary : plan.primaries) {
      if (!primary.reachable) result.members.push_back(unreachable(primary.member));
    }
    return refuse(too_few_members(*need, reachable, plan.quorum, "--w"));
  }
  allow_for_flights(node, expected.bytes, plan.replica_timeout, plan.patience);
  auto written = make_write(turn, order, place, others);
  if (!written.ok()) return refuse(written.error());
  if (written->behind) {
    return catch_up(turn, asker, order, static_cast<std::uint32_t>(reachable));
  }

  WriteSequence own = kNothingPending;
  std::optional<Error> refused;  // by the own disk: others may have room
  if (place.primary) {
    if (!same_events(written->before, written->object)) {
      const auto stored = written->is_lost ? Result<WriteSequence>(damaged_copy())
                                           : write_own(turn, order.key, written->before,
                                                       written->object, policy.sync);
      if (stored.ok()) {
        own = *stored;
      } else if (takers(plan, false) < *need) {
        return refuse(stored.error());  // nothing has gone out: nothing was stored
      } else {
        refused = stored.error();
      }
    } else if (policy.sync == Sync::yes) {
      const auto present = node.store.read(order.key);
      if (present.ok()) own = present->pending;
    }
  }

  // From here on the write may be at others, whatever comes of it here.
  const bool has_own_copy = place.primary && !refused;
  Object unstored = node.replica.unstored.of(order.key);
  if (written->dot && !has_own_copy) node.replica.unstored.remember(order.key, written->object);

  const std::uint64_t ticket = new_ticket(node);
  CoordinatedPut& put = node.replica.puts
                            .emplace(ticket, CoordinatedPut{asker,
                                                            order.kind,
                                                            std::string(order.key),
                                                            policy.name,
                                                            policy.n,
                                                            policy.conflicts,
                                                            policy.sync,
                                                            std::move(written->object),
                                                            {},
                                                            std::move(written->context),
                                                            PutOperation(std::move(plan)),
                                                            turn.now.steady,
                                                            kNever,
                                                            std::move(refused),
                                                            std::move(unstored),
                                                            written->outbids,
                                                            {}})
                            .first->second;
  put.flight =
      node.replica.flights.begin(load_of(node, asker, put.object.byte_size(), expected.members));
  put.parts = encoded_parts(put.object, put.key);
  std::vector<PutEffect> effects;
  put.operation.begin(turn.now.steady, effects);
  const Participant self{node.config.id, {}};
  if (place.primary) {
    std::erase_if(effects, [&](const PutEffect& effect) {
      const auto* copy = std::get_if<WriteCopy>(&effect);
      return copy != nullptr && copy->who == self;
    });
    if (put.refused) {
      put.operation.step(turn.now.steady, NotStored{self, Outcome::refused}, effects);
    } else if (own == kNothingPending) {
      put.operation.step(turn.now.steady, Stored{self}, effects);
    } else {
      node.replica.own_writes.emplace(own, OwnWrite{ticket, self});
    }
  }
  carry_out(turn, ticket, put, effects);
}

void step_put(Turn& turn, std::uint64_t ticket, const PutInput& input) {
  const auto found = turn.node.replica.puts.find(ticket);
  if (found == turn.node.replica.puts.end()) return;
  std::vector<PutEffect> effects;
  found->second.operation.step(turn.now.steady, input, effects);
  carry_out(turn, ticket, found->second, effects);
}

void receive_write_reply(Turn& turn, Connection& from, const WriteReply& reply) {
  const auto found = turn.node.replica.puts.find(reply.ticket);
  if (found == turn.node.replica.puts.end()) {
    if (!hint_answered(turn, from, reply) && !offer_answered(turn, from, reply)) {
      move_answered(turn, from, reply);
    }
    return;
  }
  const auto who = found->second.operation.waiting_for(from.peer);
  if (!who) return;
  const auto asked = found->second.operation.asked_at(from.peer);
  if (asked) turn.node.replica.times.took(from.peer, AskedFor::write, turn.now.steady - *asked);
  if (reply.status == ReplicaStatus::ok) return step_put(turn, reply.ticket, Stored{*who});
  std::string& refusal = found->second.refusal;
  if (refusal.empty() && !reply.reason.empty()) {
    refusal = fmt::format("{} refused it: {}", names_of(turn.node)(from.peer), reply.reason);
  }
  step_put(turn, reply.ticket, NotStored{*who, Outcome::refused});
}

void writes_are_durable(Turn& turn, WriteSequence sequence) {
  auto& writes = turn.node.replica.own_writes;
  while (!writes.empty() && writes.begin()->first <= sequence) {
    const OwnWrite write = writes.begin()->second;
    writes.erase(writes.begin());
    step_put(turn, write.ticket, Stored{write.who});
  }
}

}  // namespace oxbow
