#include <fmt/format.h>

#include "base/limits.h"
#include "base/printable.h"
#include "cli/answer_json.h"
#include "cli/bucket_text.h"
#include "cli/command_list.h"
#include "cli/output.h"

namespace oxbow::cli {
namespace {

RingBucketRequest request_of(const Options& options) {
  RingBucketRequest request;
  request.name = options.argument(0);
  if (options.has("n")) request.n = options.number("n");
  if (options.has("r")) request.r = options.number("r");
  if (options.has("w")) request.w = options.number("w");
  if (options.has("conflict")) request.conflict = options.text("conflict");
  if (options.has("sync")) request.sync = options.is_set("sync");
  return request;
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<RingBucketAnswer> answer = client->ring_bucket(request_of(invocation.options));
  if (!answer) return output.fail(answer.error());
  if (output.is_json()) {
    output.print(document("ring-bucket", *answer));
    return exit_code::kDone;
  }
  const BucketInfo& bucket = answer->bucket;
  if (output.format() == Format::plain) {
    output.print_line(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", printable(bucket.name), bucket.n,
                                  bucket.r, bucket.w, printable(bucket.conflict),
                                  bucket.sync ? "yes" : "no", answer->version));
    return exit_code::kDone;
  }
  output.print_line(fmt::format("{}; version {}", bucket_text(bucket), answer->version));
  if (answer->changed) {
    output.note(answer->made ? "It is new, and spreads to all peers."
                             : "Changed; that spreads to all peers.");
  }
  return exit_code::kDone;
}

OptionSpec copies(std::string_view name, std::string_view argument, std::string_view help) {
  return {.name = name,
          .argument = argument,
          .help = help,
          .kind = Kind::number,
          .least = 1,
          .most = limits::kCopiesMost};
}

}  // namespace

Command ring_bucket_command() {
  return {
      .name = "ring bucket",
      .summary = "show or change what a bucket promises",
      .details =
          "A bucket's policy is a record of the ring: with an option it is changed, or made, and "
          "the change spreads to all peers and holds whatever their configurations say (make "
          "those say so too). Where N grows, copies of what is stored follow. Until they have, new "
          "members have not heard of the keys: N may only grow so far at a time that every get "
          "still meets a member that has the key, which mostly is by one. It may grow again once "
          "oxbow status of every member shows 0 move scans and 0 hints.\n\n"
          "Keys that begin with NAME and / are in the bucket; all others in default.",
      .arguments = {{"NAME", "the bucket; default for keys of no other"}},
      .options = {copies("n", "N", "Copies of each key."),
                  copies("r", "R",
                         "Answers that a get needs; with --n alone, more than half of N."),
                  copies("w", "W", "Copies that a put needs; with --n alone, more than half of N."),
                  {.name = "conflict",
                   .argument = "HOW",
                   .help = "What becomes of concurrent values: siblings keeps them all, of lww the "
                           "last write wins.",
                   .kind = Kind::choice,
                   .choices = {"siblings", "lww"}},
                  {.name = "sync",
                   .help = "Whether a copy is on disk before it is acknowledged.",
                   .kind = Kind::boolean}},
      .examples = {{"oxbow ring bucket carts", "what it promises"},
                   {"oxbow ring bucket carts --n 4", "four copies from now on, R and W 3"},
                   {"oxbow ring bucket logs --n 2 --w 1 --sync=no", "another bucket"}},
      .run = run};
}

}  // namespace oxbow::cli
