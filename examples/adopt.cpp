// Adopt what you find: a key that only one peer of the whole network holds is searched for by a
// flood, read from its holder, and handed to the replica layer. From then on the ring keeps copies
// of it: it is one hop away, and is still there when its holder is gone.
//
//   adopt KEY [PEER]
//
// Adopting the same content twice, at any two peers, is one value; and what was deleted from the
// ring stays deleted, whoever still holds it.
#include <oxbow/client.h>

#include <cstdio>

namespace {

int complain(const oxbow::Error& error) {
  std::fprintf(stderr, "adopt: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: adopt KEY [PEER]\n");
    return 2;
  }
  auto client = oxbow::Client::connect(argc > 2 ? argv[2] : "127.0.0.1:7400");
  if (!client) return complain(client.error());

  oxbow::GetRequest request;
  request.key = argv[1];
  request.adopt = true;
  const auto answer = client->get(request);
  if (!answer) return complain(answer.error());
  if (!answer->found) {
    std::printf(answer->deleted ? "it was deleted: nothing is adopted\n" : "nobody has it\n");
    return 1;
  }
  if (answer->source == oxbow::Source::ring) {
    std::printf("in the ring: %u of its %u members answered\n", answer->quorum.acknowledged,
                answer->quorum.n);
    return 0;
  }
  if (!answer->adopted) {
    std::printf("found, but not adopted: %s\n", answer->warning.c_str());
    return 1;
  }
  const oxbow::SearchHit& hit = answer->hits.front();
  std::printf("found at %s, %u hops away, and adopted: %llu bytes\n", hit.holder.c_str(), hit.hops,
              static_cast<unsigned long long>(hit.size));
}
