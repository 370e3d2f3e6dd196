#include "version/actor_run.h"

#include <algorithm>

#include "base/hash.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

/// The counter up to which the client's context knows the actor.
std::uint64_t seen_counter(const Context& context, const Actor& actor) {
  const std::uint64_t counter = context.clock.counter(actor);
  const bool dotted = context.dot && context.dot->actor == actor;
  return dotted ? std::max(counter, context.dot->counter) : counter;
}

}  // namespace

ActorChoice choose_actor(const ActorRun& run, const VectorClock& local, const Context& context) {
  const auto ours = local.of_run(run.peer(), run.run());
  for (const Dot* entry = ours.end(); entry != ours.begin();) {
    --entry;  // the newest actor first
    const bool known = entry->actor.number >= 1 && entry->actor.number <= run.taken();
    if (!known || run.retired(entry->actor.number)) continue;
    if (entry->counter == kMaxCounter) continue;
    if (seen_counter(context, entry->actor) > entry->counter) continue;
    return {{entry->actor, entry->counter + 1}, false};
  }
  // What a stranger made up may name numbers that were not taken yet.
  Actor fresh{run.peer(), run.run(), run.taken() + 1};
  while (run.retired(fresh.number) || local.counter(fresh) > 0 ||
         seen_counter(context, fresh) > 0) {
    ++fresh.number;
  }
  return {{fresh, 1}, true};
}

Dot ActorRun::next_dot(const VectorClock& local, const Context& context) {
  observe(local, context.clock);
  if (context.dot && !local.contains(*context.dot)) retire(context.dot->actor);
  const ActorChoice choice = choose_actor(*this, local, context);
  if (choice.fresh) taken_ = choice.dot.actor.number;
  return choice.dot;
}

void ActorRun::observe(const VectorClock& local, const VectorClock& incoming) {
  const auto ours = incoming.of_run(peer_, run_);
  for (const Dot& entry : ours) {
    if (!local.contains(entry)) retire(entry.actor);
  }
}

void ActorRun::retire(const Actor& actor) {
  if (actor.peer != peer_ || actor.run != run_) return;
  retired_.insert(actor.number);
  if (retired_.size() <= most_retired_) return;
  CanonicalWriter before;
  before.raw(peer_.view());
  before.u64(run_);
  before.u64(taken_);
  run_ = hash64(before.bytes());
  taken_ = 0;
  retired_.clear();
}

}  // namespace oxbow
