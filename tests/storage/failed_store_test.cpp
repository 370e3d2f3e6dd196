// A disk that fails: here a limit on the size of files, which the log meets. What cannot be synced
// is acknowledged to nobody, and the store says so, once.
#include <signal.h>
#include <sys/resource.h>

#include <thread>

#include "storage/opened_store.h"
#include "storage/other_process.h"

using namespace oxbow;
using namespace oxbow::test;
using history::put;

namespace {

constexpr const char* kFailed = "a write that fails is the end of the store, which says so";

}  // namespace

TEST_CASE(kFailed) {
  const auto folder = other_role();
  if (!folder) {
    const TemporaryFolder temporary;
    OtherProcess other(kFailed, temporary.path());
    CHECK(other.wait() == 0);
    // What was durable is there.
    OpenedStore store(temporary.path());
    CHECK(store->read("key").value().object == put({}, "v", {}, 'a'));
    return;
  }
  OpenedStore store(*folder);
  REQUIRE(store->write("key", {}, put({}, "v", {}, 'a'), Sync::yes).ok());
  store.commit();
  const WriteSequence durable = store->durable();

  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{64 * 1024, 64 * 1024};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const std::string value(200'000, 'v');
  const auto lost = store->write("lost", {}, put({}, value, {}, 'a'), Sync::yes);
  REQUIRE(lost.ok());
  store->submit();
  REQUIRE(store.told().wait_fatal());
  CHECK(store.told().fatal()->code == "disk");
  CHECK(store.told().fatal()->message.find("File too large") != std::string::npos);
  CHECK(store->durable() == durable);
  CHECK(store->read("lost").value().pending == *lost);
  const auto refused = store->write("more", {}, put({}, "v", {}, 'a'), Sync::yes);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "disk");
  CHECK(refused.error().message == "the store in " + *folder + " has failed");
  CHECK(store->close().error().message == "1 writes could not be stored in " + *folder);
}
