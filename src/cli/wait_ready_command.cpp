#include <fmt/format.h>

#include <chrono>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const std::chrono::duration<double, std::milli> timeout = invocation.options.duration("timeout");
  Result<WaitReadyAnswer> answer = client->wait_ready(invocation.options.duration("timeout"));
  if (!answer) return output.fail(answer.error());
  if (output.is_json()) {
    output.print(document("ready", *answer));
  } else if (answer->ready) {
    output.note("Ready");
  } else {
    return output.fail({"timeout",
                        fmt::format("{} is not ready after {}: it waits for {}", invocation.peer,
                                    human_ms(timeout.count()), answer->waiting_for),
                        "", answer->waiting_for});
  }
  return answer->ready ? exit_code::kDone : exit_code::kIncomplete;
}

}  // namespace

Command wait_ready_command() {
  return {.name = "wait ready",
          .summary = "wait until the peer has its neighbors and has indexed its shared folders",
          .details = "Exit code 4: it was not ready in time; says what is missing.",
          .arguments = {},
          .options = {{.name = "timeout",
                       .argument = "TIME",
                       .help = "How long to wait at the most.",
                       .kind = Kind::duration,
                       .fallback = "30s"}},
          .examples = {{"oxbow wait ready --timeout 5s", "in a script, before the first search"}},
          .run = run};
}

}  // namespace oxbow::cli
