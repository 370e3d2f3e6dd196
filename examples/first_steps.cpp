// First steps in the replica layer: write a value, read it, change it; then two writers who do not
// know of each other, the siblings that they leave, and one value made of them.
//
//   first_steps [PEER]       on a network with members: oxbow net up peers/ring-5
//
// Built by `make examples` into build/release-g++/examples/; against an installed library:
//   g++ -std=c++20 first_steps.cpp $(pkg-config --cflags --libs oxbow) -o first_steps
#include <oxbow/client.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::string kKey = "examples/greeting";

// The value of a Result; what went wrong ends the program here.
template <class T>
T or_end(oxbow::Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "first_steps: %s\n", result.error().message.c_str());
  std::exit(1);
}

void print(const char* what, const oxbow::GetAnswer& answer) {
  std::printf("%s:", what);
  for (const oxbow::GetValue& sibling : answer.values) std::printf(" '%s'", sibling.value.c_str());
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  auto client = or_end(oxbow::Client::connect(argc > 1 ? argv[1] : "127.0.0.1:7400"));

  // Start from nothing, whatever an earlier run left: a delete needs a context too.
  const auto before = or_end(client.get(kKey));
  if (before.found) or_end(client.remove(kKey, before.context));

  // The context of a put stands for what it wrote. The next put with it replaces that.
  const auto hello = or_end(client.put(kKey, "hello"));
  or_end(client.put(kKey, "hello, world", hello.context));
  const auto seen = or_end(client.get(kKey));
  print("written and changed", seen);

  // Two writers start from the same context: neither has seen what the other wrote.
  or_end(client.put(kKey, "good morning", seen.context));
  or_end(client.put(kKey, "good evening", seen.context));
  const auto siblings = or_end(client.get(kKey));
  print("siblings", siblings);

  // Nothing was lost; what to make of it only the application knows. The context of this get covers
  // both, so one put replaces both.
  std::string merged = "good day";
  or_end(client.put(kKey, merged, siblings.context));
  print("merged", or_end(client.get(kKey)));

  // get, merge, put, and again if somebody else was faster: in one call. As it may be made twice,
  // the change must be one that twice is as good as once: the words of all siblings, and one more.
  or_end(client.update(kKey, [](const std::vector<oxbow::GetValue>& values) {
    std::set<std::string> words{"sunshine"};
    for (const oxbow::GetValue& value : values) {
      std::istringstream text(value.value);
      for (std::string word; text >> word;) words.insert(word);
    }
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
    return all;
  }));
  print("updated", or_end(client.get(kKey)));
}
