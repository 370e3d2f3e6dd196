#include "net/requests_in_flight.h"

#include <doctest/doctest.h>

using namespace oxbow;
using net::RequestsInFlight;

TEST_CASE("a handle leads back to its session and its RPC id, until it has ended") {
  const ConnectionId session{0x00020007};
  RequestsInFlight requests(session);
  const RequestHandle first = requests.begin(100);
  const RequestHandle second = requests.begin(100);  // a client may use an id twice
  CHECK(first != second);
  CHECK(RequestsInFlight::session_of(first) == session);
  CHECK(requests.find(first) == 100);
  CHECK(requests.size() == 2);
  requests.end(first);
  CHECK(!requests.find(first));
  requests.end(first);
  CHECK(requests.size() == 1);
  CHECK(requests.all() == std::vector<RequestHandle>{second});
}

TEST_CASE("a place that is used again has another handle") {
  RequestsInFlight requests(ConnectionId{1});
  const RequestHandle first = requests.begin(1);
  requests.end(first);
  const RequestHandle again = requests.begin(2);
  CHECK(first != again);
  CHECK(!requests.find(first));
  CHECK(requests.find(again) == 2);
}
