// Short names for the tests of versions: actors by a letter, objects as one line of text.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "version/context.h"
#include "version/object.h"
#include "version/update.h"

namespace oxbow {

inline doctest::String toString(Occurred occurred) {
  constexpr const char* kNames[] = {"equal", "before", "after", "concurrent"};
  return kNames[static_cast<int>(occurred)];
}

}  // namespace oxbow

namespace oxbow::history {

inline PeerId peer(char letter) {
  PeerId id;
  id.bytes[0] = static_cast<std::uint8_t>(letter);
  return id;
}

/// The first actor of the first run of the peer of that letter.
inline Actor actor(char letter) { return {peer(letter), 1, 1}; }

using Counters = std::map<char, std::uint64_t>;

inline VectorClock clock_of(const Counters& counters) {
  VectorClock clock;
  for (const auto& entry : counters) clock.cover({actor(entry.first), entry.second});
  return clock;
}

inline Context seen(const Counters& counters, WallTime newest = {}) {
  return {clock_of(counters), std::nullopt, newest};
}

inline WallTime at(std::int64_t microseconds) { return WallTime(Duration(microseconds)); }

/// `a:2`; other actors than the first of a letter as `a#2:2`.
inline std::string text(const Dot& dot) {
  std::string result(1, static_cast<char>(dot.actor.peer.bytes[0]));
  if (dot.actor.number != 1) result += "#" + std::to_string(dot.actor.number);
  return result + ":" + std::to_string(dot.counter);
}

inline std::string text(const VectorClock& clock) {
  std::string result;
  for (const Dot& entry : clock.entries()) result += (result.empty() ? "" : " ") + text(entry);
  return result;
}

/// The values, those of an actor newest first, sorted by actor; a tombstone is `-`.
inline std::vector<std::string> values(const Object& object) {
  std::vector<std::string> result;
  for (const Sibling& sibling : object.siblings()) {
    result.push_back(sibling.tombstone() ? "-" : *sibling.value);
  }
  return result;
}

/// As dvvset.erl shows it: every actor's counter, then its values, newest first:
/// `a:3[v5,v2] b:1[]`.
inline std::string text(const Object& object) {
  std::string result;
  for (const Dot& entry : object.clock().entries()) {
    std::string list;
    for (auto sibling = object.siblings().rbegin(); sibling != object.siblings().rend();
         ++sibling) {
      if (sibling->dot.actor != entry.actor) continue;
      list += (list.empty() ? "" : ",") + (sibling->tombstone() ? "-" : *sibling->value);
    }
    result += (result.empty() ? "" : " ") + text(entry) + "[" + list + "]";
  }
  return result;
}

/// A write by the first actor of a letter, on a copy that has all its earlier ones.
inline Object put(Object object, const std::string& value, const Context& context, char letter,
                  WallTime time = {}, Conflicts conflicts = Conflicts::siblings) {
  const Actor by = actor(letter);
  object.replace(context, {{by, object.clock().counter(by) + 1}, share(value), time}, conflicts);
  return object;
}

/// Copies of one key on some members that write, with what their clients saw, and exchange objects
/// in any order: everything that a random but lawful life of a key can lead to.
class Life {
 public:
  Life(std::uint64_t seed, Conflicts conflicts, std::size_t members = 4)
      : random_(seed), conflicts_(conflicts), copies_(members) {
    for (std::size_t i = 0; i < members; ++i) {
      runs_.emplace_back(peer(static_cast<char>('a' + i)), 1);
    }
    objects_.emplace_back();
  }

  /// One write or one exchange.
  void step() {
    const std::size_t member = random_.below(copies_.size());
    if (random_.below(3) == 0) {
      receive(member, objects_[random_.below(objects_.size())]);
      return;
    }
    Write write;
    write.value = random_.below(6) == 0 ? nullptr : share("w" + std::to_string(++writes_));
    if (random_.below(4) != 0) write.context = contexts_.empty() ? Context{} : some_context();
    write.wall = at(static_cast<std::int64_t>(random_.below(50)));  // clocks go anywhere
    auto updated = update(runs_[member], copies_[member], write, conflicts_);
    REQUIRE(updated.ok());
    dots_.push_back(updated->dot);
    contexts_.push_back(updated->context);
    copies_[member] = updated->object;
    remember(member);
  }

  void receive(std::size_t member, const Object& object) {
    runs_[member].observe(copies_[member].clock(), object.clock());
    copies_[member].merge(object, conflicts_);
    remember(member);
  }

  const Object& some_object() { return objects_[random_.below(objects_.size())]; }
  const Context& some_context() { return contexts_[random_.below(contexts_.size())]; }
  const std::vector<Object>& objects() const { return objects_; }
  const std::vector<Dot>& dots() const { return dots_; }
  Random& random() { return random_; }
  Conflicts conflicts() const { return conflicts_; }

  /// The member's copy is gone, and the member goes on.
  void lose(std::size_t member) { copies_[member] = {}; }

 private:
  void remember(std::size_t member) {
    objects_.push_back(copies_[member]);
    contexts_.push_back(copies_[member].context());
  }

  Random random_;
  Conflicts conflicts_;
  std::vector<Object> copies_;
  std::vector<ActorRun> runs_;
  std::vector<Object> objects_;    ///< every state that any copy ever had
  std::vector<Context> contexts_;  ///< every one that a client ever got
  std::vector<Dot> dots_;          ///< of every write
  std::uint64_t writes_ = 0;
};

}  // namespace oxbow::history
