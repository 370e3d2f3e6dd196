// First steps with the client library: look for a key, then download it from whoever holds it.
//
//   find_and_fetch KEY FILE [PEER]
//
// Built by `make examples` into build/release-g++/examples/; against an installed library:
//   g++ -std=c++20 find_and_fetch.cpp $(pkg-config --cflags --libs oxbow) -o find_and_fetch
#include <oxbow/client.h>

#include <cstdio>

namespace {

int complain(const oxbow::Error& error) {
  std::fprintf(stderr, "find_and_fetch: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: find_and_fetch KEY FILE [PEER]\n");
    return 2;
  }
  auto client = oxbow::Client::connect(argc > 3 ? argv[3] : "127.0.0.1:7400");
  if (!client) return complain(client.error());

  oxbow::FindRequest request;
  request.key = argv[1];
  request.all = true;  // every holder: should one fail, the next one goes on
  const auto answer = client->find(request, [](const oxbow::SearchHit& hit) {
    std::printf("%s holds it, %u hops away\n", hit.holder.c_str(), hit.hops);
  });
  if (!answer) return complain(answer.error());
  if (!answer->found) {
    std::printf("not found: %llu peers were asked\n",
                static_cast<unsigned long long>(answer->search.peers_reached.value_or(0)));
    return 1;
  }

  oxbow::FetchOptions options;
  options.path = argv[2];
  const auto fetched = client->fetch(answer->hits, options);
  if (!fetched) return complain(fetched.error());
  std::printf("%s: %llu bytes, sha256 %s\n", fetched->path.c_str(),
              static_cast<unsigned long long>(fetched->size), fetched->sha256.c_str());
}
