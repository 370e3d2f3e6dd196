#include "transfer/download.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"

using namespace oxbow;

namespace {
constexpr std::uint64_t kPiece = limits::kPiece;

std::vector<PieceRange> ask_all(Download& download) {
  std::vector<PieceRange> asked;
  while (const auto range = download.next()) asked.push_back(*range);
  return asked;
}
}  // namespace

TEST_CASE("an empty file is finished before anything is asked for") {
  Download download(0);
  CHECK(download.finished());
  CHECK(!download.next());
}

TEST_CASE("four pieces are asked for ahead, the next one as soon as the first has come") {
  Download download(6 * kPiece + 1);
  CHECK(ask_all(download) ==
        std::vector<PieceRange>{
            {0, kPiece}, {kPiece, kPiece}, {2 * kPiece, kPiece}, {3 * kPiece, kPiece}});
  CHECK(download.outstanding() == 4);
  REQUIRE(download.arrived(0, kPiece));
  CHECK(ask_all(download) == std::vector<PieceRange>{{4 * kPiece, kPiece}});
  CHECK(download.done() == kPiece);
}

TEST_CASE("pieces that come early do not widen the window") {
  Download download(20 * kPiece);
  CHECK(ask_all(download).size() == 4);
  for (const std::uint64_t piece : {1u, 2u, 3u}) REQUIRE(download.arrived(piece * kPiece, kPiece));
  CHECK(!download.next());
  CHECK(download.in_order() == 0);
  CHECK(download.done() == 3 * kPiece);
  REQUIRE(download.arrived(0, kPiece));
  CHECK(download.in_order() == 4 * kPiece);
  CHECK(ask_all(download).size() == 4);
}

TEST_CASE("the last piece is as long as the rest") {
  Download download(kPiece + 5);
  CHECK(ask_all(download) == std::vector<PieceRange>{{0, kPiece}, {kPiece, 5}});
  REQUIRE(download.arrived(kPiece, 5));
  REQUIRE(download.arrived(0, kPiece));
  CHECK(download.finished());
  CHECK(!download.next());
}

TEST_CASE("a resumed download begins where the bytes on disk end") {
  Download download(2 * kPiece, 100);
  CHECK(download.done() == 100);
  CHECK(download.in_order() == 100);
  CHECK(ask_all(download) == std::vector<PieceRange>{{100, kPiece}, {100 + kPiece, kPiece - 100}});
}

TEST_CASE("a download of which everything is there already asks for nothing") {
  Download download(kPiece, kPiece);
  CHECK(download.finished());
  CHECK(!download.next());
}

TEST_CASE("the largest size there is does not overflow") {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  Download download(kMost, kMost - kPiece - 1);
  CHECK(ask_all(download) == std::vector<PieceRange>{{kMost - kPiece - 1, kPiece}, {kMost - 1, 1}});
  CHECK(Download(kMost).next() == PieceRange{0, kPiece});
}

TEST_CASE("bytes that nobody asked for are an error and change nothing") {
  Download download(20 * kPiece);
  CHECK(download.arrived(0, kPiece).error().code == "unasked-piece");
  ask_all(download);
  CHECK(download.arrived(4 * kPiece, kPiece).error().code == "unasked-piece");
  CHECK(download.arrived(1, kPiece).error().code == "unasked-piece");
  CHECK(download.arrived(~std::uint64_t{0}, kPiece).error().code == "unasked-piece");
  REQUIRE(download.arrived(kPiece, kPiece));
  CHECK(download.arrived(kPiece, kPiece).error().code == "unasked-piece");
  CHECK(download.done() == kPiece);
  CHECK(download.outstanding() == 3);
}

TEST_CASE("a short or long piece is an error that says what was needed and what was got") {
  Download download(kPiece + 5);
  ask_all(download);
  for (const std::size_t length : {std::size_t{0}, std::size_t{4}, std::size_t{6}}) {
    const auto status = download.arrived(kPiece, length);
    REQUIRE(!status);
    CHECK(status.error().code == "wrong-length");
    CHECK(status.error().needed == "5 bytes");
    CHECK(status.error().got == std::to_string(length) + " bytes");
  }
  CHECK(download.done() == 0);
  CHECK(download.arrived(kPiece, 5).ok());
}

TEST_CASE("what is lost is asked for again, what has come is not") {
  Download download(4 * kPiece);
  ask_all(download);
  REQUIRE(download.arrived(kPiece, kPiece));
  REQUIRE(download.lost(2 * kPiece));
  CHECK(download.lost(2 * kPiece).error().code == "unasked-piece");
  CHECK(ask_all(download) == std::vector<PieceRange>{{2 * kPiece, kPiece}});
  download.lost_all();
  CHECK(download.outstanding() == 0);
  CHECK(ask_all(download) ==
        std::vector<PieceRange>{{0, kPiece}, {2 * kPiece, kPiece}, {3 * kPiece, kPiece}});
}

// Any size, beginning and order of answers, with losses: every byte is asked for, none twice unless
// it was lost, and no more than four pieces are ever under way.
TEST_CASE("whatever the order of arrivals and losses, every byte comes exactly once") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::uint64_t size = random.below(30 * kPiece);
    const std::uint64_t start = random.below(2) == 0 ? 0 : random.below(size + 1);
    Download download(size, start);
    std::vector<PieceRange> asked;  // and neither arrived nor lost
    std::vector<PieceRange> got;
    std::vector<PieceRange> lost;  // and not yet asked for again
    while (!download.finished()) {
      if (random.below(2) == 0 || asked.empty()) {
        if (const auto range = download.next()) {
          for (const auto& other : asked) REQUIRE(other.offset != range->offset);
          for (const auto& other : got) REQUIRE(other.offset != range->offset);
          std::erase(lost, *range);
          asked.push_back(*range);
          REQUIRE(asked.size() <= limits::kPiecesOutstanding);
          REQUIRE(range->offset < download.in_order() + limits::kPiecesOutstanding * kPiece);
        } else {
          REQUIRE(!asked.empty());
        }
      } else if (random.below(8) == 0) {
        download.lost_all();
        lost.insert(lost.end(), asked.begin(), asked.end());
        asked.clear();
      } else {
        const auto which = asked.begin() + static_cast<std::ptrdiff_t>(random.below(asked.size()));
        const PieceRange range = *which;
        asked.erase(which);
        if (random.below(8) == 0) {
          REQUIRE(download.lost(range.offset));
          lost.push_back(range);
        } else {
          REQUIRE(download.arrived(range.offset, range.length));
          got.push_back(range);
        }
      }
      REQUIRE(download.outstanding() == asked.size());
    }
    CHECK(lost.empty());
    CHECK(!download.next());
    CHECK(download.in_order() == size);
    std::uint64_t bytes = start;
    for (const auto& range : got) bytes += range.length;
    CHECK(bytes == size);  // and they do not overlap, as every offset came once
  }
}
