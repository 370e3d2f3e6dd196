// Many keys at once, from a program with a libuv loop: a thousand values are written and read back
// over one connection, each with a callback, and as many under way at a time as the peer takes.
//
//   many_keys [PEER]         on a network with members: oxbow net up peers/ring-5
//
// Built by `make examples` into build/release-g++/examples/; against an installed library:
//   g++ -std=c++20 many_keys.cpp $(pkg-config --cflags --libs oxbow) -luv -o many_keys
#include <oxbow/async_client.h>
#include <uv.h>

#include <cstdio>
#include <string>

namespace {

constexpr int kKeys = 1000;

struct Course {
  int written = 0;
  int read = 0;
  int failed = 0;
};

// Begins with one key; the callbacks, on the loop, go on with it.
void write_and_read(oxbow::AsyncClient& client, Course& course, int number) {
  const std::string key = "examples/many/" + std::to_string(number);
  const std::string value = "value " + std::to_string(number);
  const auto complain = [&course, key](const oxbow::Error& error) {
    if (course.failed++ == 0) std::fprintf(stderr, "%s: %s\n", key.c_str(), error.message.c_str());
  };
  // A put replaces what its context stands for: so the key is read first, whoever wrote it before.
  client.get(key, [=, &client, &course](const oxbow::Result<oxbow::GetAnswer>& before) {
    if (!before) return complain(before.error());
    client.put(key, value, before->context,
               [=, &client, &course](const oxbow::Result<oxbow::PutAnswer>& put) {
                 if (!put) return complain(put.error());
                 ++course.written;
                 client.get(key, [=, &course](const oxbow::Result<oxbow::GetAnswer>& after) {
                   if (!after) return complain(after.error());
                   if (after->values.size() == 1 && after->values[0].value == value) ++course.read;
                 });
               });
  });
}

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* loop = uv_default_loop();
  Course course;
  oxbow::AsyncClient client(loop, argc > 1 ? argv[1] : "127.0.0.1:7400");
  for (int number = 0; number < kKeys; ++number) write_and_read(client, course, number);
  client.when_idle([&client] { client.close(); });
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  std::printf("%d written, %d read back\n", course.written, course.read);
  return course.failed == 0 && course.read == kKeys ? 0 : 1;
}
