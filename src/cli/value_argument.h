// VALUE on a command line: the value itself, @FILE for a file's content, - for standard input; and
// CONTEXT: the text that get and put print, or @FILE with it.
#pragma once

#include <oxbow/result.h>

#include <string>

namespace oxbow::cli {

/// The text itself, or the content of a file for @FILE; @@TEXT is the text @TEXT. Errors:
/// "bad-file" (it cannot be read), "too-large".
Result<std::string> value_argument(const std::string& argument);

/// The bytes of a context; none for "". Errors: "bad-file", "too-large", "bad-context".
Result<std::string> context_argument(const std::string& argument);

}  // namespace oxbow::cli
