// What was written last, offered: which records, which keys, and when a record is settled.
#include "replica/offers.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;
using Numbers = std::vector<std::uint64_t>;
using State = Offers::State;

namespace {

Instant at(Duration since) { return Instant(Duration(1'000'000)) + since; }

PeerId member(std::uint8_t first) {
  PeerId id;
  id.bytes[0] = first;
  return id;
}

std::vector<std::string> all_keys(Offers& offers) {
  std::vector<std::string> keys;
  while (offers.has_keys()) keys.push_back(offers.take_key());
  return keys;
}

}  // namespace

TEST_CASE("without records nothing is offered") {
  Offers offers;
  CHECK(offers.state() == State::reading);
  CHECK(offers.cursor() == 0);
  offers.begin_round();
  CHECK(offers.state() == State::done);
  CHECK(offers.next_deadline() == kNever);
}

TEST_CASE("a round is over when each copy has been answered, and settles its records") {
  Offers offers;
  offers.add({4, {"b", "a"}});
  offers.add({6, {"a", "c"}});
  CHECK(offers.cursor() == 6);
  CHECK_FALSE(offers.has_enough());
  offers.begin_round();
  CHECK(offers.state() == State::offering);
  CHECK(all_keys(offers) == std::vector<std::string>{"a", "b", "c"});
  CHECK(offers.round_is_over());
  offers.sent(11, {member(1), "a", at(5s)});
  offers.sent(12, {member(2), "a", at(6s)});
  CHECK_FALSE(offers.round_is_over());
  CHECK(offers.next_deadline() == at(5s));
  CHECK_FALSE(offers.answered(11, member(2)).has_value());
  CHECK_FALSE(offers.answered(13, member(1)).has_value());
  CHECK(offers.answered(11, member(1))->key == "a");
  CHECK_FALSE(offers.answered(11, member(1)).has_value());
  CHECK(offers.answered(12, member(2)).has_value());
  REQUIRE(offers.round_is_over());
  CHECK(offers.end_round(at(1s)) == Numbers{4, 6});
  CHECK(offers.state() == State::reading);
  CHECK(offers.offered() == 3);
}

TEST_CASE("a key that was offered is not offered again with a later record") {
  Offers offers;
  offers.add({1, {"hot"}});
  offers.begin_round();
  CHECK(all_keys(offers) == std::vector<std::string>{"hot"});
  offers.end_round(at(0s));
  offers.add({2, {"hot", "new"}});
  offers.begin_round();
  CHECK(all_keys(offers) == std::vector<std::string>{"new"});
  CHECK(offers.end_round(at(0s)) == Numbers{2});
}

TEST_CASE("what nobody could take is offered again after a pause, and its records stay") {
  Offers offers;
  offers.add({1, {"a"}});
  offers.begin_round();
  all_keys(offers);
  offers.end_round(at(0s));
  offers.add({2, {"b"}});
  offers.begin_round();
  all_keys(offers);
  offers.not_taken();
  CHECK(offers.end_round(at(1s)).empty());
  CHECK(offers.state() == State::resting);
  CHECK(offers.rests_until() == at(11s));
  offers.go_on();
  CHECK(offers.cursor() == 1);
  offers.add({2, {"b"}});
  offers.begin_round();
  CHECK(all_keys(offers) == std::vector<std::string>{"b"});
  CHECK(offers.end_round(at(12s)) == Numbers{2});
}

TEST_CASE("copies that are overdue, or whose member went away, are given back") {
  Offers offers;
  offers.add({1, {"a", "b"}});
  offers.begin_round();
  all_keys(offers);
  offers.sent(1, {member(1), "a", at(5s)});
  offers.sent(2, {member(2), "a", at(5s)});
  offers.sent(3, {member(1), "b", at(7s)});
  CHECK(offers.take_overdue(at(4s)).empty());
  CHECK(offers.take_lost(member(2)).size() == 1);
  const auto late = offers.take_overdue(at(5s));
  REQUIRE(late.size() == 1);
  CHECK(late[0].to == member(1));
  CHECK(late[0].key == "a");
  CHECK(offers.under_way() == 1);
  CHECK_FALSE(offers.round_is_over());
}

TEST_CASE("what is under way is bounded") {
  Offers offers;
  offers.add({1, {"a"}});
  offers.begin_round();
  CHECK(offers.room() == limits::kHandoffBatch);
  for (std::uint64_t i = 0; i < limits::kHandoffBatch + 5; ++i) {
    offers.sent(i, {member(1), "a", at(5s)});
  }
  CHECK(offers.room() == 0);
}
