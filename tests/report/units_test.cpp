#include "report/units.h"

#include <doctest/doctest.h>

#include "report/progress.h"

using namespace oxbow;

TEST_CASE("sizes are given in the unit that fits") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(human_bytes(std::uint64_t{4} << 30) == "4.0 GiB");
  CHECK(human_rate(0) == "0 B/s");
  CHECK(human_rate(2.5 * 1024 * 1024) == "2.5 MiB/s");
}

TEST_CASE("times are given in the unit that fits") {
  CHECK(human_ms(0.4242) == "0.42 ms");
  CHECK(human_ms(12.34) == "12.3 ms");
  CHECK(human_ms(1500) == "1.50 s");
  CHECK(human_ms(125'000) == "2 min 5 s");
  CHECK(human_seconds(59.9) == "59 s");
  CHECK(human_seconds(3 * 3600 + 7 * 60) == "3 h 7 min");
  CHECK(human_seconds(2 * 86'400 + 4 * 3600) == "2 d 4 h");
}

TEST_CASE("counts agree with their nouns") {
  CHECK(human_count(999) == "999");
  CHECK(human_count(1000) == "1,000");
  CHECK(human_count(1234567) == "1,234,567");
  CHECK(counted(1, "peer") == "1 peer");
  CHECK(counted(0, "peer") == "0 peers");
  CHECK(counted(2, "copy", "copies") == "2 copies");
}

TEST_CASE("progress is one line that fits its width") {
  CHECK(progress_line("file", 512, 1024, 100, 0) ==
        "file [############............]  50 %  512 B of 1.0 KiB  100 B/s");
  CHECK(progress_line("empty", 0, 0, 0, 0) ==
        "empty [########################] 100 %  0 B of 0 B  0 B/s");
  CHECK(progress_line("a long file name", 1, 1, 0, 58) ==
        "a lon… [########################] 100 %  1 B of 1 B  0 B/s");
}
