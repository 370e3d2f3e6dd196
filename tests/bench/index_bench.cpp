// The local index among a million published keys: exact lookup, patterns in slices (with the
// longest slice, which is how long a scan holds the loop), and the memory that a key costs.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "overlay/local_index.h"

using namespace oxbow;

namespace {

constexpr std::uint32_t kKeys = 1'000'000;

/// 20 bytes, such as "music/00/00123456.ogg" would have in a real folder.
std::string key_number(std::uint32_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 8 - digits.size(), '0');
  return "music/" + digits.substr(6) + "/" + digits.substr(0, 7) + ".ogg";
}

struct Filled {
  LocalIndex index;
  double bytes_per_key = 0;

  Filled() {
    const std::size_t before = mallinfo2().uordblks;
    for (std::uint32_t i = 0; i < kKeys; ++i) {
      index.publish(key_number(i), "0123456789", Digest{}).value();
    }
    bytes_per_key = static_cast<double>(mallinfo2().uordblks - before) / kKeys;
  }
};

const Filled& filled() {
  static const Filled filled;
  return filled;
}

void exact_lookup(benchmark::State& state) {
  const LocalIndex& index = filled().index;
  Random random(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 65'536; ++i) {
    keys.push_back(key_number(static_cast<std::uint32_t>(random.below(kKeys))));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(index.find(keys[next++ % keys.size()]));
  }
  state.counters["bytes_per_key"] = filled().bytes_per_key;
}
BENCHMARK(exact_lookup);

void lookup_of_absent_key(benchmark::State& state) {
  const LocalIndex& index = filled().index;
  std::uint32_t next = 0;
  std::string key = key_number(0);
  for (auto _ : state) {
    std::copy_n(reinterpret_cast<const char*>(&next), sizeof next, key.begin());
    ++next;
    benchmark::DoNotOptimize(index.find(key));
  }
}
BENCHMARK(lookup_of_absent_key);

/// Of this thread: what others on the machine take is not the scan's.
double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

void scan_slices(benchmark::State& state, const LocalIndex& index, Match match,
                 const std::string& text) {
  const Result<Pattern> pattern = Pattern::compile(match, text);
  std::vector<std::uint32_t> matches;
  // The same slices come in every pass: what is long each time is the scan's, not the machine's.
  double longest_ms = std::numeric_limits<double>::max();
  std::size_t slices = 0;
  for (auto _ : state) {
    LocalIndex::Cursor cursor;
    matches.clear();
    slices = 0;
    double longest_of_pass_ms = 0;
    for (bool more = true; more; ++slices) {
      const double start_ms = cpu_ms();
      more = index.scan(cursor, *pattern, matches);
      longest_of_pass_ms = std::max(longest_of_pass_ms, cpu_ms() - start_ms);
    }
    longest_ms = std::min(longest_ms, longest_of_pass_ms);
  }
  state.counters["longest_slice_ms"] = longest_ms;
  state.counters["slices"] = static_cast<double>(slices);
  state.counters["matches"] = static_cast<double>(matches.size());
}

void scan_all(benchmark::State& state, Match match, const std::string& text) {
  scan_slices(state, filled().index, match, text);
}
#define SCAN(name, match, text) \
  BENCHMARK_CAPTURE(scan_all, name, match, text)->Unit(benchmark::kMillisecond)->MinTime(3)
SCAN(glob_suffix, Match::glob, "*77.ogg");
SCAN(glob_prefix, Match::glob, "music/42/*");
SCAN(glob_middle, Match::glob, "*/0012*");
SCAN(glob_prefix_and_class, Match::glob, "music/4[0-4]/*7.og?");
SCAN(glob_of_nothing, Match::glob, "*nothing*like*this*");
SCAN(one_word, Match::words, "00123");
SCAN(three_words, Match::words, "MUSIC ogg 777");
SCAN(word_of_nothing, Match::words, "nothing");
SCAN(many_words, Match::words, "m u s i c o g music ogg 0 00 000 0000 .ogg / . zzz");

// Keys and patterns made to be slow: every place in the key may begin what follows the star.
void scan_hostile(benchmark::State& state, Match match, const std::string& text) {
  static const LocalIndex index = [] {
    LocalIndex filling;
    Random random(1);
    for (int i = 0; i < 500; ++i) {
      std::string key;
      while (key.size() < limits::kKey) key += random.below(2) == 0 ? 'a' : 'b';
      filling.publish(key, "", Digest{}).value();
    }
    return filling;
  }();
  scan_slices(state, index, match, text);
}
#define HOSTILE(name, match, text) \
  BENCHMARK_CAPTURE(scan_hostile, name, match, text)->Unit(benchmark::kMillisecond)->MinTime(3)
HOSTILE(gap_of_12, Match::glob, "*a" + std::string(12, '?') + "z");
HOSTILE(gap_of_80, Match::glob, "*a" + std::string(80, '?') + "z");
HOSTILE(many_gaps, Match::glob, "*a?" + repeated("*a?*b", 40) + "z");
HOSTILE(classes, Match::glob, "*a" + repeated("[!c-d]", 75) + "z");
HOSTILE(many_literals, Match::glob, repeated("*ab*aab*bba", 55) + "z");
HOSTILE(long_word, Match::words, std::string(limits::kKey, 'a'));
HOSTILE(many_words, Match::words, repeated("abababab ", 31) + "z");

void compile(benchmark::State& state, Match match, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(Pattern::compile(match, text));
}
BENCHMARK_CAPTURE(compile, glob_affixes, Match::glob, "music/*.ogg");
BENCHMARK_CAPTURE(compile, glob, Match::glob, "music/*/00[0-9]*.og?");
BENCHMARK_CAPTURE(compile, words, Match::words, "some music");

}  // namespace

BENCHMARK_MAIN();
