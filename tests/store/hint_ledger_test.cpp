// The totals of hints, by member and of all.
#include "store/hint_ledger.h"

#include <doctest/doctest.h>

#include "version/history.h"

using namespace oxbow;
using history::peer;

TEST_CASE("totals follow what is added and taken") {
  HintLedger ledger;
  CHECK(ledger.empty());
  ledger.add(peer('y'), 10);
  ledger.add(peer('x'), 20);
  ledger.add(peer('x'), 30);
  CHECK(ledger.destinations() == std::vector<PeerId>{peer('x'), peer('y')});
  CHECK(ledger.of(peer('x')).hints == 2);
  CHECK(ledger.of(peer('x')).bytes == 50);
  CHECK(ledger.all().hints == 3);
  CHECK(ledger.all().bytes == 60);
  ledger.take(peer('y'), 10);
  CHECK(ledger.destinations() == std::vector<PeerId>{peer('x')});
  ledger.set(peer('x'), {1, 7});
  CHECK(ledger.all().hints == 1);
  CHECK(ledger.all().bytes == 7);
}

TEST_CASE("a member without hints has no bytes either") {
  HintLedger ledger;
  ledger.add(peer('x'), 10);
  ledger.add(peer('y'), 3);
  ledger.take(peer('x'), 4);  // another size than was added: the hint was damaged
  CHECK(ledger.of(peer('x')).bytes == 0);
  CHECK(ledger.all().hints == 1);
  CHECK(ledger.all().bytes == 3);
  ledger.take(peer('x'), 4);
  CHECK(ledger.all().bytes == 3);
}
