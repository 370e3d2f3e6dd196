#include "base/assert.h"

#include <oxbow/result.h>

#include <cstdio>
#include <cstdlib>

namespace oxbow {

void assertion_failed(const char* condition, const char* why, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, condition, why);
  std::abort();
}

void result_misused(const char* what) noexcept {
  assertion_failed("Result holds what was asked for", what, "oxbow/result.h", 0);
}

}  // namespace oxbow
