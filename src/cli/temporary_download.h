// Where a download for standard output is kept until it has been checked: a folder of our own in
// the temporary directory, which goes however the program ends (short of SIGKILL).
#pragma once

#include <oxbow/result.h>

#include <functional>
#include <string>
#include <string_view>

namespace oxbow::cli {

/// At most one at a time: SIGINT, SIGTERM and SIGHUP are caught meanwhile, to remove it.
class TemporaryDownload {
 public:
  /// Error: "file".
  static Result<TemporaryDownload> make();
  ~TemporaryDownload();
  TemporaryDownload(TemporaryDownload&& other) noexcept;
  TemporaryDownload& operator=(TemporaryDownload&&) = delete;

  /// The file to download to.
  std::string path() const { return folder_ + "/content"; }
  /// The whole content in parts. The file is gone before the first: taking may end the program.
  Status take_out(const std::function<void(std::string_view)>& take);

 private:
  explicit TemporaryDownload(std::string folder);
  std::string folder_;  // empty: moved away
};

}  // namespace oxbow::cli
