// Man pages in roff, from the same tables as --help.
#include <fmt/format.h>

#include "cli/help.h"
#include "cli/options.h"
#include "config/peer_options.h"

namespace oxbow::cli {
namespace {

/// Text as roff takes it: no line begins with a control character, dashes stay dashes.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    out += roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 2, text.size()));
    if (!text.empty()) out += ".PP\n";
  }
  return out;
}

std::string title(std::string_view name) {
  return fmt::format(".TH {} 1 \"\" \"Oxbow {}\" \"User Commands\"\n", name, OXBOW_VERSION);
}

std::string option_text(const OptionSpec& option) {
  std::string head;
  if (option.letter != 0) head = fmt::format("\\fB\\-{}\\fR, ", option.letter);
  head += fmt::format("\\fB{}\\fR", roff(fmt::format("--{}", option.name)));
  if (option.kind == Kind::boolean) head += "[=no]";
  if (!option.argument.empty()) head += fmt::format(" \\fI{}\\fR", roff(option.argument));
  std::string help = roff(option.help);
  if (option.repeated) help += " May be given many times.";
  if (!option.fallback.empty()) help += fmt::format(" Default: {}.", roff(option.fallback));
  return fmt::format(".TP\n{}\n{}\n", head, help);
}

std::string command_text(const Command& command) {
  std::string text = fmt::format(".SS \"{}\"\n", roff(usage_of(command)));
  text += roff(fmt::format("{}{}.", static_cast<char>(std::toupper(command.summary[0])),
                           command.summary.substr(1))) +
          "\n";
  if (!command.details.empty()) text += ".PP\n" + paragraphs(command.details);
  for (const ArgumentSpec& argument : command.arguments) {
    text += fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(argument.name), roff(argument.help));
  }
  for (const OptionSpec& option : command.options) text += option_text(option);
  for (const Example& example : command.examples) {
    text += fmt::format(".PP\n{}:\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", roff(example.meaning),
                        roff(example.line));
  }
  return text;
}

}  // namespace

std::string oxbow_manual() {
  std::string text = title("OXBOW");
  text +=
      ".SH NAME\noxbow \\- find keys in a network of peers that has no server\n"
      ".SH SYNOPSIS\n\\fBoxbow\\fR [\\fB\\-\\-peer\\fR \\fIADDR\\fR] \\fICOMMAND\\fR [arguments] "
      "[options]\n"
      ".SH DESCRIPTION\n"
      "Asks one running peer (see \\fBoxbowd\\fR(1)) to find keys in the whole network, downloads "
      "what "
      "was found, keeps values in the replica layer, and shows what the peers do.\n"
      ".SH OPTIONS\nEvery command takes these:\n";
  for (const OptionSpec& option : global_options()) text += option_text(option);
  text += ".SH COMMANDS\n";
  for (const Command& command : commands()) text += command_text(command);
  text +=
      ".SH EXIT STATUS\n"
      ".TP\n0\nfound, or done\n.TP\n1\nran well, found nothing\n.TP\n2\nwrong usage\n"
      ".TP\n3\nthe peer was not reached\n.TP\n4\ntime was up, a quorum was not met, the result is "
      "partial, or a file could not be written\n.TP\n5\nsiblings where one value was asked for\n"
      ".SH ENVIRONMENT\n"
      ".TP\nOXBOW_PEER\naddress of the peer to ask, where \\-\\-peer is not given\n"
      ".TP\nNO_COLOR\nif set, nothing is coloured\n"
      ".TP\nXDG_RUNTIME_DIR\nthe state of networks of local peers is kept in its folder oxbow\n"
      ".SH SEE ALSO\n\\fBoxbowd\\fR(1)\n";
  return text;
}

std::string oxbowd_manual() {
  std::string text = title("OXBOWD");
  text +=
      ".SH NAME\noxbowd \\- one peer of a network that has no server\n"
      ".SH SYNOPSIS\n\\fBoxbowd\\fR [\\fIFILE\\fR] [options]\n"
      ".SH DESCRIPTION\n"
      "Runs one peer until it is told to stop (SIGTERM, or Ctrl\\-C). Each option is also a key of "
      "\\fIFILE\\fR (\\fIkey\\fR = \\fIvalue\\fR lines; # begins a comment line) and an "
      "environment "
      "variable. Flags win over the environment, that over the file, that over the defaults.\n"
      ".SH OPTIONS\n";
  std::string_view section;
  for (const OptionInfo& option : peer_option_table()) {
    if (option.section != section) {
      section = option.section;
      text += fmt::format(".SS \"{}\"\n", roff(section));
    }
    std::string head = option.letter == 0 ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
    head += fmt::format("\\fB{}\\fR", roff(fmt::format("--{}", option.name)));
    if (option.kind == OptionKind::boolean) {
      head += "[=no]";
    } else if (!option.argument.empty()) {
      head += fmt::format("=\\fI{}\\fR", roff(option.argument));
    }
    std::string help = roff(option.help);
    if (option.kind == OptionKind::list) help += " May be given many times.";
    if (const std::string value = default_text(option); !value.empty()) {
      help += fmt::format(" Default: {}.", roff(value));
    }
    if (option.kind != OptionKind::action) {
      help += fmt::format(" Environment: {}.", environment_name(option));
    }
    text += fmt::format(".TP\n{}\n{}\n", head, help);
  }
  return text + ".SH SEE ALSO\n\\fBoxbow\\fR(1)\n";
}

}  // namespace oxbow::cli
