// The asynchronous client against real peers: many requests under way at a time, each answered
// once, also when the peer is killed in the middle.
#include <oxbow/async_client.h>
#include <uv.h>

#include <map>
#include <set>

#include "end_to_end/ring_of_three.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

/// A loop that must be free of handles when the test ends.
struct Loop {
  Loop() { REQUIRE(uv_loop_init(&loop) == 0); }
  ~Loop() { CHECK(uv_loop_close(&loop) == 0); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  void run() { uv_run(&loop, UV_RUN_DEFAULT); }
  uv_loop_t loop{};
};

constexpr int kKeys = 1000;
std::string key_of(int number) { return "async/" + std::to_string(number); }

}  // namespace

TEST_CASE("a thousand puts at once through one peer, a thousand gets at once through another") {
  const RingOfThree ring;
  int stored = 0;
  int read = 0;
  {
    Loop loop;
    AsyncClient client(&loop.loop, ring.peers->address("sx"));
    for (int i = 0; i < kKeys; ++i) {
      client.put(key_of(i), std::to_string(i), "", [&](const Result<PutAnswer>& answer) {
        if (answer && answer->quorum.acknowledged >= 2) ++stored;
      });
    }
    CHECK(client.under_way() == kKeys);
    client.when_idle([&] { client.close(); });
    loop.run();
  }
  CHECK(stored == kKeys);
  Loop loop;
  AsyncClient client(&loop.loop, ring.peers->address("sz"));
  for (int i = 0; i < kKeys; ++i) {
    client.get(key_of(i), [&, i](const Result<GetAnswer>& answer) {
      if (answer && answer->values.size() == 1 && answer->values[0].value == std::to_string(i)) {
        ++read;
      }
    });
  }
  client.when_idle([&] { client.close(); });
  loop.run();
  CHECK(read == kKeys);
}

TEST_CASE("a value is changed, removed and looked up by callbacks that ask on") {
  const RingOfThree ring;
  Loop loop;
  AsyncClient client(&loop.loop, ring.peers->address("sy"));
  std::vector<std::string> course;
  const std::string key = "chain";
  client.put(key, "one", "", [&](const Result<PutAnswer>& first) {
    REQUIRE(first);
    client.put(key, "two", first->context, [&](const Result<PutAnswer>& second) {
      REQUIRE(second);
      client.get(key, [&](const Result<GetAnswer>& got) {
        REQUIRE(got);
        for (const GetValue& value : got->values) course.push_back(value.value);
        client.remove(key, got->context, [&](const Result<DeleteAnswer>& removed) {
          REQUIRE(removed);
          GetRequest request;
          request.key = key;
          request.search = false;
          client.get(request, [&](const Result<GetAnswer>& gone) {
            REQUIRE(gone);
            course.push_back(gone->deleted ? "deleted" : "there");
            client.owner(key, [&](const Result<OwnerAnswer>& owner) {
              REQUIRE(owner);
              course.push_back(std::to_string(owner->primaries.size()) + " primaries");
              client.close();
            });
          });
        });
      });
    });
  });
  loop.run();
  CHECK(course == std::vector<std::string>{"two", "deleted", "3 primaries"});
}

TEST_CASE("when the peer is killed every request ends, and what was acknowledged is there") {
  const RingOfThree ring;
  std::set<int> acknowledged;
  std::map<std::string, int> errors;
  {
    Loop loop;
    AsyncClient client(&loop.loop, ring.peers->address("sx"));
    for (int i = 0; i < kKeys; ++i) {
      client.put(key_of(i), "v", "", [&, i](const Result<PutAnswer>& answer) {
        if (!answer) {
          ++errors[answer.error().code];
        } else if (acknowledged.insert(i); acknowledged.size() == 100) {
          ring.peers->kill("sx");
        }
      });
    }
    client.when_idle([&] { client.close(); });
    loop.run();
  }
  CHECK(acknowledged.size() >= 100);
  CHECK(acknowledged.size() < kKeys);
  CHECK(errors ==
        std::map<std::string, int>{{"peer-lost", kKeys - static_cast<int>(acknowledged.size())}});
  Client client = ring.peers->client("sy");
  for (const int number : acknowledged) {
    const auto got = client.get(key_of(number));
    REQUIRE(got.ok());
    CHECK(got->values.size() == 1);
  }
}
