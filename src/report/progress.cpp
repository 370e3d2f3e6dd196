#include "report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "report/text.h"
#include "report/units.h"

namespace oxbow {
namespace {

constexpr std::size_t kBar = 24;
constexpr double kSecondsBetweenDrawings = 0.05;

}  // namespace

std::string progress_line(std::string_view label, std::uint64_t done, std::uint64_t total,
                          double bytes_per_second, std::size_t width) {
  const double share =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(share * kBar);
  const std::string figures = fmt::format(
      " [{}{}] {:3.0f} %  {} of {}  {}", std::string(filled, '#'), std::string(kBar - filled, '.'),
      share * 100, human_bytes(done), human_bytes(total), human_rate(bytes_per_second));
  if (width == 0) return std::string(label) + figures;
  const std::size_t left = width > figures.size() ? width - figures.size() : 0;
  return shortened(shortened(label, left) + figures, width);
}

Progress::Progress(Terminal terminal, std::string label)
    : terminal_(terminal), label_(std::move(label)) {}

Progress::~Progress() { wipe(); }

void Progress::show(std::uint64_t done, std::uint64_t total, double elapsed_seconds) {
  if (!terminal_.interactive) return;
  if (!started_) first_done_ = done;
  started_ = true;
  if (drawn_ && done < total && elapsed_seconds - drawn_at_ < kSecondsBetweenDrawings) return;
  drawn_at_ = elapsed_seconds;
  const double rate =
      elapsed_seconds > 0 ? static_cast<double>(done - first_done_) / elapsed_seconds : 0;
  show(progress_line(label_, done, total, rate, terminal_.width > 1 ? terminal_.width - 1 : 0));
}

void Progress::show(std::string_view line) {
  if (!terminal_.interactive) return;
  const std::size_t most = terminal_.width > 1 ? terminal_.width - 1 : 79;
  fmt::print(stderr, "\r\x1b[K{}", shortened(line, most));
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::wipe() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace oxbow
