#include "version/update.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

Error too_much(const char* code, const char* message, std::size_t limit, std::size_t got) {
  return {code, message, "at most " + std::to_string(limit), std::to_string(got)};
}

/// Only what the write made worse is held against it.
Status check(const Object& before, const Object& after, const ObjectLimits& limits) {
  const auto exceeds = [](std::size_t limit, std::size_t was, std::size_t is) {
    return is > limit && is > was;
  };
  if (exceeds(limits.siblings, before.siblings().size(), after.siblings().size())) {
    return too_much("too-many-siblings",
                    "the key has too many siblings: get it, and put one value with that context",
                    limits.siblings, after.siblings().size());
  }
  if (exceeds(limits.object_bytes, before.byte_size(), after.byte_size())) {
    return too_much("object-too-large",
                    "the key's siblings take too many bytes together: get it, and put one value "
                    "with that context",
                    limits.object_bytes, after.byte_size());
  }
  return Done{};
}

/// 1 µs later; the end of time has no later.
WallTime after(WallTime time) { return time == WallTime::max() ? time : time + Duration(1); }

/// What of it is known here.
Context known(const Context& context, const VectorClock& local) {
  Context part{VectorClock::common(context.clock, local), std::nullopt, context.newest};
  if (context.dot && local.contains(*context.dot) &&
      context.dot->counter > part.clock.counter(context.dot->actor) + 1) {
    part.dot = context.dot;
  }
  return part;
}

}  // namespace

WallTime stamp(const Write& write, const Object& local, Conflicts conflicts) {
  WallTime time = write.wall;
  if (!write.context.empty()) time = std::max(time, after(write.context.newest));
  for (const Sibling& sibling : local.siblings()) {
    const bool replaced =
        write.context.covers(sibling.dot) || (write.value == nullptr && sibling.tombstone());
    if (replaced || conflicts == Conflicts::lww) time = std::max(time, after(sibling.time));
  }
  return time;
}

bool names_too_many(const Context& context, const VectorClock& local, const ObjectLimits& limits) {
  if (context.clock.size() + local.size() <= limits.clock_entries) return false;
  VectorClock all = local;
  all.merge(context.clock);
  return all.size() > limits.clock_entries && all.size() > local.size();
}

Result<Updated> update(ActorRun& run, const Object& local, const Write& given, Conflicts conflicts,
                       const ObjectLimits& limits) {
  const bool deletes = given.value == nullptr;
  if (!deletes && given.value->size() > limits.value_bytes) {
    return too_much("value-too-large", "the value is too large", limits.value_bytes,
                    given.value->size());
  }
  Write write = given;
  if (names_too_many(write.context, local.clock(), limits)) {
    if (!deletes) {
      return too_much("clock-too-large",
                      "the context names too many writes that no member here knows: get the key, "
                      "and put with that context",
                      limits.clock_entries, write.context.clock.size());
    }
    write.context = known(write.context, local.clock());
  }
  Updated updated;
  updated.dot = run.next_dot(local.clock(), write.context);
  updated.replaced = static_cast<std::size_t>(
      std::count_if(local.siblings().begin(), local.siblings().end(),
                    [&](const Sibling& sibling) { return write.context.covers(sibling.dot); }));
  const WallTime time = stamp(write, local, conflicts);
  updated.object = local;
  updated.object.replace(write.context, {updated.dot, write.value, time}, conflicts);
  if (const Status checked = check(local, updated.object, limits); !deletes && !checked) {
    return checked.error();
  }
  updated.context = after_put(write.context, updated.dot, time);
  updated.many_siblings = updated.object.siblings().size() >= limits.siblings_warn;
  updated.many_entries = updated.object.clock().size() >= limits.clock_entries_warn;
  updated.outbids = time > write.wall;
  return updated;
}

Object adopted(std::string_view key, const Digest& digest, SharedBytes value) {
  OXBOW_ASSERT(value != nullptr, "adopted bytes are missing");
  Sha256 hash;
  hash.update("adopt");
  hash.update(key);
  hash.update(digest.view());
  const Digest name = hash.finish();

  CanonicalReader in(name.view());
  Dot dot;
  dot.actor.peer = PeerId::from_bytes(in.raw(PeerId::kSize));
  dot.actor.run = in.u64();
  dot.actor.number = in.u64();
  dot.counter = 1;
  Object object;
  object.replace({}, {dot, std::move(value), WallTime{}}, Conflicts::siblings);
  return object;
}

}  // namespace oxbow
