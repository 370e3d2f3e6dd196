#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cli/command_list.h"
#include "cli/help.h"
#include "cli/output.h"

namespace oxbow::cli {
namespace {

int help(Invocation& invocation) {
  const std::vector<std::string>& words = invocation.options.arguments();
  if (words.empty()) {
    invocation.output.print(general_help());
    return exit_code::kDone;
  }
  const Result<CommandWords> named = split_command(words);
  if (!named) return invocation.output.fail(named.error());
  invocation.output.print(named->command == nullptr ? general_help() : help_of(*named->command));
  return exit_code::kDone;
}

int completion(Invocation& invocation) {
  const bool zsh = invocation.options.argument(0) == "zsh";
  invocation.output.print(zsh ? zsh_completion() : bash_completion());
  return exit_code::kDone;
}

Status write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (written && closed) return Done{};
  return Error{"file", fmt::format("cannot write {}: {}", path, std::strerror(errno)), "", path};
}

int man(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string folder = invocation.options.text("dir");
  const bool daemon = invocation.options.argument(0) == "oxbowd";
  if (folder.empty()) {
    output.print(daemon ? oxbowd_manual() : oxbow_manual());
    return exit_code::kDone;
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const auto& [name, text] :
       {std::pair("oxbow.1", oxbow_manual()), std::pair("oxbowd.1", oxbowd_manual())}) {
    if (Status written = write_file(folder + "/" + name, text); !written) {
      return output.fail(written.error());
    }
    output.note(fmt::format("{}/{}", folder, name));
  }
  return exit_code::kDone;
}

}  // namespace

Command help_command() {
  return {.name = "help",
          .summary = "explain a command",
          .details = "",
          .arguments = {{"COMMAND", "the command; without it, all are listed", false,
                         Completes::command},
                        {"WORD", "the second word of commands like net up", false}},
          .options = {},
          .examples = {{"oxbow help find", "what find can do"}},
          .run = help};
}

Command completion_command() {
  return {.name = "completion",
          .summary = "print a completion script for a shell",
          .details = "",
          .arguments = {{"SHELL", "bash or zsh", true, Completes::nothing, {"bash", "zsh"}}},
          .options = {},
          .examples = {{"source <(oxbow completion bash)", "for this bash; put it into ~/.bashrc"}},
          .run = completion};
}

Command man_command() {
  return {.name = "man",
          .summary = "print the man page",
          .details = "",
          .arguments = {{"PAGE",
                         "oxbow (as without it) or oxbowd",
                         false,
                         Completes::nothing,
                         {"oxbow", "oxbowd"}}},
          .options = {{.name = "dir",
                       .argument = "DIR",
                       .help = "Write both pages, oxbow.1 and oxbowd.1, into this folder instead.",
                       .completes = Completes::folder}},
          .examples = {{"oxbow man | man -l -", "reads it"}},
          .run = man};
}

}  // namespace oxbow::cli
