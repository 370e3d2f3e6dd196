// Numbers for people: sizes, times, rates and counts in units that fit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oxbow {

std::string human_bytes(std::uint64_t bytes);     ///< `0 B`, `999 B`, `1.5 KiB`, `4.0 GiB`
std::string human_ms(double milliseconds);        ///< `0.42 ms`, `12.3 ms`, `1.50 s`, `2 min 5 s`
std::string human_seconds(double seconds);        ///< `42 s`, `5 min 3 s`, `3 h 7 min`, `2 d 4 h`
std::string human_rate(double bytes_per_second);  ///< `1.5 MiB/s`
std::string human_count(std::uint64_t count);     ///< `1,234,567`

/// `1 peer`, `2 peers`, `1,000 peers`; `plural` where adding an s is wrong.
std::string counted(std::uint64_t count, std::string_view noun, std::string_view plural = {});

}  // namespace oxbow
