// One line on a terminal's stderr that says how far something is; silent everywhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "report/terminal.h"

namespace oxbow {

/// `label [######......]  42 %  1.5 MiB of 3.6 MiB  2.1 MiB/s`, cut to the width; a total of 0
/// counts as all done.
std::string progress_line(std::string_view label, std::uint64_t done, std::uint64_t total,
                          double bytes_per_second, std::size_t width);

class Progress {
 public:
  /// `label` is safe to print (see printable()).
  Progress(Terminal terminal, std::string label);
  ~Progress();  ///< wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Draws at most 20 times a second. `elapsed_seconds`: since the start.
  void show(std::uint64_t done, std::uint64_t total, double elapsed_seconds);
  void show(std::string_view line);  ///< any one line, drawn at once
  void wipe();

 private:
  Terminal terminal_;
  std::string label_;
  double drawn_at_ = -1;
  std::uint64_t first_done_ = 0;  // what was there before the start is not part of the rate
  bool started_ = false;
  bool drawn_ = false;
};

}  // namespace oxbow
