// `oxbow`: the command line of a running peer. See src/cli.
#include <string>
#include <vector>

#include "cli/run.h"
#include "standard_streams.h"

int main(int argc, char** argv) {
  fill_standard_streams();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return oxbow::cli::run(words, oxbow::cli::Console::of_process());
}
