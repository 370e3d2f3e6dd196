// Hosts' names are looked up once each at a time, and dead ones hold nobody back.
#include "net/resolver.h"

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace oxbow;
using namespace oxbow::net;
using namespace std::chrono_literals;

namespace {

/// Name servers: names that begin with "dead" are answered when the test says so.
struct Servers {
  std::mutex mutex;
  std::condition_variable changed;
  bool give_up = false;
  int asked = 0;

  std::vector<Address> answer(const std::string& name, std::string& error) {
    std::unique_lock lock(mutex);
    ++asked;
    changed.notify_all();
    if (!name.starts_with("dead")) return {Address{{}, 0}};
    changed.wait_for(lock, 20s, [&] { return give_up; });
    error = "no answer of " + name;
    return {};
  }
  int times() {
    const std::scoped_lock lock(mutex);
    return asked;
  }
  void stop() {
    const std::scoped_lock lock(mutex);
    give_up = true;
    changed.notify_all();
  }
};

struct Scene final : LoopUser {
  explicit Scene(std::size_t threads)
      : loop(std::make_unique<Loop>(*this, Duration(0))),
        resolver(std::make_unique<Resolver>(
            *loop,
            [servers = servers](const std::string& name, std::string& error) {
              return servers->answer(name, error);
            },
            threads)) {}
  ~Scene() {
    servers->stop();
    resolver.reset();
  }
  Instant end_turn() override {
    if (done()) loop->stop();
    return loop->now().steady + Duration(10'000);
  }
  bool run_until(std::function<bool()> condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    done = [&, condition] { return condition() || std::chrono::steady_clock::now() > deadline; };
    loop->run();
    return condition();
  }
  LookupNumber look_up(const std::string& name) {
    return resolver->look_up(name, [this, name](std::span<const Address> found, auto error) {
      told.push_back(name + (found.empty() ? ": " + std::string(error) : ""));
    });
  }

  std::shared_ptr<Servers> servers = std::make_shared<Servers>();
  std::function<bool()> done;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Resolver> resolver;
  std::vector<std::string> told;
};

}  // namespace

TEST_CASE("a name is looked up once for all that ask for it, and who has cancelled is not told") {
  Scene scene(4);
  const LookupNumber first = scene.look_up("host");
  scene.look_up("host");
  scene.look_up("other");
  scene.resolver->cancel(first);
  CHECK(scene.run_until([&] { return scene.told.size() == 2; }));
  CHECK(scene.servers->times() == 2);
}

TEST_CASE("a name that cannot be looked up is told with the reason, and can be asked for again") {
  Scene scene(4);
  scene.servers->stop();
  scene.look_up("dead");
  CHECK(scene.run_until([&] { return scene.told.size() == 1; }));
  CHECK(scene.told.back() == "dead: no answer of dead");
  scene.look_up("dead");
  CHECK(scene.run_until([&] { return scene.told.size() == 2; }));
}

TEST_CASE("names that were dead the last time leave half of the threads to others") {
  Scene scene(4);
  std::vector<LookupNumber> numbers;
  for (const char* name : {"dead-1", "dead-2", "dead-3", "dead-4"}) {
    numbers.push_back(scene.look_up(name));
  }
  CHECK(scene.run_until([&] { return scene.servers->times() == 4; }));
  for (const LookupNumber number : numbers) scene.resolver->cancel(number);  // in vain
  scene.servers->stop();
  scene.look_up("good");
  CHECK(scene.run_until([&] { return scene.told.size() == 1; }));
  CHECK(scene.run_until([&] { return scene.resolver->running() == 0; }));
  {
    const std::scoped_lock lock(scene.servers->mutex);
    scene.servers->give_up = false;
  }
  for (const char* name : {"dead-1", "dead-2", "dead-3", "dead-4"}) scene.look_up(name);
  scene.look_up("better");
  CHECK(scene.run_until([&] { return scene.told.size() == 2; }));
  CHECK(scene.told == std::vector<std::string>{"good", "better"});
}

TEST_CASE("an end of the resolver waits for no lookup, and whose is told may cancel the others") {
  const auto began = std::chrono::steady_clock::now();
  auto servers = std::make_shared<Servers>();
  {
    Scene scene(4);
    servers = scene.servers;
    scene.look_up("dead");
    CHECK(scene.run_until([&] { return scene.servers->times() == 1; }));
    scene.resolver.reset();
    scene.loop.reset();
  }
  CHECK(std::chrono::steady_clock::now() - began < 10s);

  Scene scene(1);
  LookupNumber second{};
  int told = 0;
  scene.resolver->look_up("host", [&](auto, auto) {
    ++told;
    scene.resolver->cancel(second);
  });
  second = scene.resolver->look_up("host", [&](auto, auto) { ++told; });
  scene.look_up("after");
  CHECK(scene.run_until([&] { return scene.told.size() == 1; }));
  CHECK(told == 1);
}
