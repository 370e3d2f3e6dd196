#include "support/source_tree.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace oxbow::test {

namespace fs = std::filesystem;

fs::path source_root() {
  const char* named = std::getenv("OXBOW_SOURCE");
  fs::path path = named != nullptr ? fs::path(named) : fs::read_symlink("/proc/self/exe");
  const fs::path start = path;
  for (; path != path.parent_path(); path = path.parent_path()) {
    if (fs::exists(path / "Makefile") && fs::exists(path / "src" / "base")) return path;
  }
  std::fprintf(stderr, "no source tree at or above %s (set OXBOW_SOURCE to it)\n", start.c_str());
  std::exit(2);
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<SourceFile> read_sources(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const char* top : {"include", "src", "tools", "examples", "tests"}) {
    if (!fs::exists(root / top)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      files.push_back({entry.path().lexically_relative(root).string(), read_file(entry.path())});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace oxbow::test
