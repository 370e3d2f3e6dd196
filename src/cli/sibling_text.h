// Values for people: siblings side by side, and the command line that resolves a conflict.
#pragma once

#include <oxbow/requests.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::cli {

/// A value, line by line safe to print; ends with a newline.
std::string value_text(std::string_view value);

/// `2024-05-01 12:00:03Z`; `adopted` for 0.
std::string written_text(std::uint64_t written_ms);

/// The siblings, numbered, with when and by which write they came: beside each other where `width`
/// columns (0: unlimited) hold all their lines, else one below the other.
std::string side_by_side(const std::vector<GetValue>& siblings, std::size_t width);

/// `text` as one word that bash reads back as these bytes.
std::string shell_word(std::string_view text);

/// `oxbow put KEY VALUE --context …`: what replaces all that `context` covers. `value` stands as it
/// is; empty for a delete. `oxbow` names the program.
std::string replacing_command(const std::string& oxbow, const std::string& key,
                              std::string_view value, const std::string& context);

}  // namespace oxbow::cli
