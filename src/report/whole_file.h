// A file that is there whole or not at all: what is written goes to a temporary file beside it,
// which takes its name at the end, or goes with the object.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <string_view>

namespace oxbow {

class WholeFile {
 public:
  /// Before the work whose result it takes. Error `unwritable`; a file that is there stays as it
  /// is.
  static Result<WholeFile> begin(const std::string& path);

  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  /// Once: replaces what was there. Error `unwritable`.
  Status write(std::string_view content);

 private:
  WholeFile(std::string path, std::string temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}

  std::string path_;
  std::string temporary_;  // empty: `path` is no plain file, or it was written
};

}  // namespace oxbow
