// A get, coordinated by this member: see replica/get_operation.h for its course.
#include "node/replicas.h"
#include "replica/quorum_need.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

/// All but what the machine gathers.
OperationResult result_of(const Turn& turn, const CoordinatedGet& get) {
  OperationResult result;
  result.bucket = get.bucket;
  result.n = get.n;
  result.need = get.operation.tally().need();
  result.coordinator = turn.node.config.id;
  result.members.assign(get.operation.outcomes().begin(), get.operation.outcomes().end());
  result.elapsed = turn.now.steady - get.started;
  return result;
}

void answer(Turn& turn, const CoordinatedGet& get) {
  OperationResult result = result_of(turn, get);
  result.object = get.operation.tally().merged();
  result.after = get.shows;
  end_operation(turn, get.asker, Operation::get, get.key, &get.request, std::move(result));
}

void fail(Turn& turn, const CoordinatedGet& get, const Error& error) {
  ++turn.node.counters.quorums_missed;
  OperationResult result = result_of(turn, get);
  result.error = error;
  // Who needs no quorum takes what those know that did answer, or what damaged copies still show.
  if (get.asker.kind == Asker::Kind::restore || get.asker.kind == Asker::Kind::put) {
    result.object = get.operation.tally().merged();
  }
  end_operation(turn, get.asker, Operation::get, get.key, &get.request, std::move(result));
}

/// What comes of asking, where that is known at once.
std::optional<GetInput> ask(Turn& turn, std::uint64_t ticket, CoordinatedGet& get,
                            const Participant& who) {
  NodeState& node = turn.node;
  if (who.member == node.config.id) {
    auto copy = read_all(turn, get.key, node.ring.members.policy_of(get.key).conflicts);
    if (!copy.ok()) return MemberLost{who.member, Outcome::refused};
    get.shows = copy->pending;
    if (copy->state != CopyState::whole) {
      return IncompleteCopyCame{who.member, std::move(copy->object)};
    }
    return CopyCame{who.member, std::move(copy->object)};
  }
  get.flight.reach(who.member);
  const ObjectRead read{ticket, node.ring.stamp, who.is_fallback(), get.key};
  if (send_to_member(turn, who.member, ConnectionKind::control, read)) return std::nullopt;
  return MemberLost{who.member, Outcome::unreachable};
}

void carry_out(Turn& turn, std::uint64_t ticket, CoordinatedGet& get,
               std::vector<GetEffect>& effects) {
  std::vector<GetEffect> now;
  while (!effects.empty()) {
    now.swap(effects);
    for (const GetEffect& effect : now) {
      if (const auto* asked = std::get_if<AskForCopy>(&effect)) {
        auto input = ask(turn, ticket, get, asked->who);
        if (input) get.operation.step(turn.now.steady, *std::move(input), effects);
      } else if (const auto* late = std::get_if<MemberTimedOut>(&effect)) {
        ++turn.node.counters.replica_timeouts;
        member_failed(turn, late->member);
      } else if (const auto* failed = std::get_if<FailGet>(&effect)) {
        fail(turn, get, failed->error);
      } else if (const auto* behind = std::get_if<Repair>(&effect)) {
        repair(turn, get.key, get.operation.tally().merged(),
               turn.node.ring.members.policy_of(get.key).conflicts, behind->member);
      } else {
        answer(turn, get);
      }
    }
    now.clear();
  }
  ReplicaState& replica = turn.node.replica;
  look_again(replica, ticket, get.due, get.operation.next_deadline());
  if (get.operation.state() == GetOperation::State::done) {
    replica.gets.erase(ticket);
  }
}

/// Whom to ask, the coordinator's own copy first.
GetPlan plan_get(const Turn& turn, const KeyPlace& place, const Order& order, std::uint32_t need) {
  const NodeState& node = turn.node;
  GetPlan plan;
  plan.need = need;
  plan.conflicts = place.policy->conflicts;
  plan.deadline = turn.now.steady + order.timeout;
  plan.replica_timeout = node.config.replica_timeout;
  for (const PeerId& primary : place.primaries) {
    if (is_reachable(node, primary, turn.now)) {
      plan.places.push_back({primary, {}});
    } else {
      plan.unreachable.push_back(primary);
    }
  }
  if (!order.strict) {
    plan.spares = reachable_fallbacks(turn, place);
    for (const PeerId& missed : plan.unreachable) {
      if (plan.spares.empty()) break;
      plan.places.push_back({plan.spares.front(), missed});
      plan.spares.erase(plan.spares.begin());
    }
  }
  for (const Participant& place_of : plan.places) {
    plan.patience.of_members.emplace_back(
        place_of.member, node.replica.times.patience(place_of.member, AskedFor::copy));
  }
  plan.patience.otherwise = limits::kPatienceUnknown;
  std::stable_partition(plan.places.begin(), plan.places.end(), [&](const Participant& place_of) {
    return place_of.member == node.config.id;
  });
  return plan;
}

/// As large as the own copy is, the others will be.
BytesInFlight::Load load_of_get(const NodeState& node, const Asker& asker, std::size_t bytes,
                                const GetPlan& plan) {
  std::vector<PeerId> asked;
  for (const Participant& who : plan.places) {
    if (plan.ask_all || asked.size() < plan.need) asked.push_back(who.member);
  }
  return load_of(node, asker, bytes, asked);
}

/// The shortest way: the own copy is all that is asked for.
bool answer_from_own_copy(Turn& turn, const Asker& asker, const Order& order,
                          const BucketPolicy& policy, const GetRequest* request) {
  NodeState& node = turn.node;
  auto copy = read_all(turn, order.key, policy.conflicts);
  if (!copy.ok() || copy->state != CopyState::whole) return false;
  if (request != nullptr && !asker.explain) {
    answer_briefly(turn, asker, order.key, *request, *copy);
    return true;
  }
  OperationResult result;
  result.object = std::move(copy->object);
  result.after = copy->pending;
  result.bucket = policy.name;
  result.n = policy.n;
  result.need = 1;
  result.coordinator = node.config.id;
  const Outcome outcome = result.object.empty() ? Outcome::never_heard : Outcome::answered;
  result.members.push_back({node.config.id, {}, outcome, false, 0});
  end_operation(turn, asker, Operation::get, order.key, request, std::move(result));
  return true;
}

}  // namespace

void coordinate_get(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request) {
  NodeState& node = turn.node;
  if (waits_in_line(turn, asker, order, request, {})) return;
  const BucketPolicy& policy = node.ring.members.policy_of(order.key);
  const auto need = needed_answers(order.need, policy.n, policy.r);
  std::vector<PeerId> missed;
  const auto refuse = [&](Error error) {
    OperationResult result;
    for (const PeerId& member : missed) result.members.push_back(unreachable(member));
    result.bucket = policy.name;
    result.n = policy.n;
    result.need = need.ok() ? *need : 0;
    result.coordinator = node.config.id;
    result.error = std::move(error);
    end_operation(turn, asker, Operation::get, order.key, request, std::move(result));
  };
  if (!need.ok()) {
    ++node.counters.coordinated;
    return refuse(need.error());
  }

  const double rate = node.config.full_reads;
  const bool ask_all =
      asker.kind == Asker::Kind::restore ||
      (rate > 0 && node.replica.full_reads.admit(turn.now.steady, rate, std::max(rate, 1.0)));
  if (*need == 1 && !ask_all && is_primary_of(node, order.key, policy) &&
      answer_from_own_copy(turn, asker, order, policy, request)) {
    ++node.counters.coordinated;
    return;
  }
  const KeyPlace place = place_of(node, order.key);
  GetPlan plan = plan_get(turn, place, order, *need);
  // While much is under way, large copies that the answer does not need are not asked for.
  const std::size_t bytes = size_here(turn, order.key);
  plan.ask_all =
      ask_all && (asker.kind == Asker::Kind::restore || bytes < limits::kSmallOperation ||
                  node.replica.flights.all() + bytes <= limits::kFlightOfMember);
  BytesInFlight::Load load = load_of_get(node, asker, bytes, plan);
  if (waits_in_line(turn, asker, order, request, load)) return;
  ++node.counters.coordinated;
  allow_for_flights(node, load.bytes, plan.replica_timeout, plan.patience);
  if (plan.places.size() < *need) {
    ++node.counters.quorums_missed;
    missed = plan.unreachable;
    return refuse(too_few_members(*need, plan.places.size(),
                                  order.strict ? Quorum::strict : Quorum::sloppy, "--r"));
  }
  const std::uint64_t ticket = new_ticket(node);
  CoordinatedGet& get =
      node.replica.gets
          .emplace(ticket, CoordinatedGet{asker,
                                          request == nullptr ? GetRequest{} : *request,
                                          std::string(order.key),
                                          policy.name,
                                          policy.n,
                                          GetOperation(std::move(plan)),
                                          turn.now.steady,
                                          kNever,
                                          kNothingPending,
                                          {},
                                          node.replica.flights.begin(std::move(load))})
          .first->second;
  std::vector<GetEffect> effects;
  get.operation.begin(turn.now.steady, effects);
  carry_out(turn, ticket, get, effects);
}

void step_get(Turn& turn, std::uint64_t ticket, GetInput input) {
  const auto found = turn.node.replica.gets.find(ticket);
  if (found == turn.node.replica.gets.end()) return;
  std::vector<GetEffect> effects;
  found->second.operation.step(turn.now.steady, std::move(input), effects);
  carry_out(turn, ticket, found->second, effects);
}

void receive_object_reply(Turn& turn, Connection& from, const ObjectReply& reply) {
  const auto found = turn.node.replica.gets.find(reply.ticket);
  if (found == turn.node.replica.gets.end()) return;  // answered without it
  CoordinatedGet& get = found->second;
  const PeerId member = from.peer;
  const auto asked = get.operation.asked_at(member);
  if (!asked) return;
  turn.node.replica.times.took(member, AskedFor::copy, turn.now.steady - *asked);
  const bool counts = reply.status == ReplicaStatus::ok;
  if (!counts && (!reply.incomplete || (reply.object.empty() && reply.last))) {
    if (reply.incomplete) return step_get(turn, reply.ticket, IncompleteCopyCame{member, {}});
    return step_get(turn, reply.ticket, MemberLost{member, Outcome::refused});
  }
  auto object = parse_object(reply.object, get.key, limits::kPartEntries);
  if (!object.ok()) {
    step_get(turn, reply.ticket, MemberLost{member, Outcome::refused});
    return offence(turn, from, object.error().message);
  }
  if (!get.flight.is_counted()) {  // there is no copy here that would have told
    get.flight = turn.node.replica.flights.begin(
        load_of(turn.node, get.asker, object->byte_size(), {&member, 1}));
  }
  const auto come = [&](Object copy) -> GetInput {
    if (counts) return CopyCame{member, std::move(copy)};
    return IncompleteCopyCame{member, std::move(copy)};
  };
  const auto earlier = get.parts.find(member);
  if (reply.last && earlier == get.parts.end()) {
    return step_get(turn, reply.ticket, come(*std::move(object)));
  }
  Object& all = get.parts[member];
  all.merge(*object, turn.node.ring.members.policy_of(get.key).conflicts);
  if (!reply.last) return;
  Object copy = std::move(all);
  get.parts.erase(member);
  step_get(turn, reply.ticket, come(std::move(copy)));
}

}  // namespace oxbow
