// Assertions that stay on in release builds: a broken invariant of our own ends the process with
// the place and the condition, because going on would hand out wrong answers.
#pragma once

namespace oxbow {

/// Prints `file:line: broken invariant: condition (why)` to stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* why, const char* file,
                                   int line) noexcept;

}  // namespace oxbow

#define OXBOW_ASSERT(condition, why) \
  (static_cast<bool>(condition)      \
       ? static_cast<void>(0)        \
       : ::oxbow::assertion_failed(#condition, (why), __FILE__, __LINE__))
