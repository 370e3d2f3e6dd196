// A file that is there whole or not at all: what is written goes to a temporary file beside it,
// which then takes its name. Whoever is stopped while the content is made leaves nothing.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <string_view>
#include <utility>

namespace oxbow {

class WholeFile {
 public:
  /// Before the work whose result it takes: tries whether `path` can be written, and changes
  /// nothing. `another` is what the error names as its fix, such as "another --report FILE".
  /// Error `unwritable`.
  static Result<WholeFile> begin(std::string path, std::string another);

  /// Replaces what was there, and keeps its permissions. Error `unwritable`: what was there stays
  /// as it is.
  Status write(std::string_view content) const;

 private:
  WholeFile(std::string path, std::string another)
      : path_(std::move(path)), another_(std::move(another)) {}

  Error unwritable(int reason) const;
  Error give_up() const;

  std::string path_;  // as it was given
  std::string another_;
  std::string target_;     // where symbolic links lead
  std::string temporary_;  // empty: a pipe or a device, which is written to as it is
};

}  // namespace oxbow
