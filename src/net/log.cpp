#include "net/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/limits.h"
#include "base/printable.h"

namespace oxbow::net {

namespace {

using namespace std::chrono_literals;

/// What one may write in a second; debug lines are asked for by hand and are not bounded.
std::uint32_t most_lines(Severity severity) {
  return severity == Severity::warning ? limits::kLogWarnings : limits::kLogInfos;
}

std::string_view label(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug";
    case Severity::info:
      return "info ";
    case Severity::warning:
      return "warn ";
  }
  return "";
}

class FunctionSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FunctionSink(LogSink target) : target_(std::move(target)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text(line.data(), line.size());
    if (text.ends_with('\n')) text.remove_suffix(1);
    target_(text);
  }
  void flush_() override {}

  LogSink target_;
};

}  // namespace

struct Log::Writer {
  explicit Writer(spdlog::sink_ptr sink) : logger("oxbowd", std::move(sink)) {
    logger.set_level(spdlog::level::trace);
    logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %v");
  }
  void line(Severity severity, std::string_view text) {
    logger.info("{} {}", label(severity), printable_message(text, limits::kLogLine));
  }
  spdlog::logger logger;
};

Log::Log(LogLevel level, LogSink sink) : level_(level) {
  spdlog::sink_ptr target;
  if (sink) {
    target = std::make_shared<FunctionSink>(std::move(sink));
  } else {
    target = std::make_shared<spdlog::sinks::stderr_sink_st>();
  }
  writer_ = std::make_unique<Writer>(std::move(target));
}
Log::~Log() = default;

bool Log::wants(Severity severity) const {
  return static_cast<int>(severity) >= static_cast<int>(level_);
}

void Log::write(Instant now, Severity severity, std::string_view text) {
  if (!wants(severity)) return;
  if (severity != Severity::debug) {
    expire(now);
    Bound& bound = bounds_[static_cast<std::size_t>(severity)];
    if (now >= bound.second_ends) {
      bound.second_ends = now + 1s;
      bound.written = 0;
    }
    if (bound.written >= most_lines(severity)) {
      ++bound.left_out;
      return;
    }
    ++bound.written;
  }
  writer_->line(severity, text);
}

void Log::expire(Instant now) {
  for (const Severity severity : {Severity::info, Severity::warning}) {
    Bound& bound = bounds_[static_cast<std::size_t>(severity)];
    if (bound.left_out == 0 || now < bound.second_ends) continue;
    writer_->line(severity, fmt::format("{} more lines like these were left out", bound.left_out));
    bound.left_out = 0;
  }
}

Instant Log::next_deadline() const {
  Instant next = kNever;
  for (const Bound& bound : bounds_) {
    if (bound.left_out > 0) next = std::min(next, bound.second_ends);
  }
  return next;
}

}  // namespace oxbow::net
