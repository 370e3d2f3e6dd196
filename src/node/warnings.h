// What is wrong with this peer, or around it, for as long as it is: said in the log once when it
// begins and once when it is over, and by `status` all the while.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow {

class Warnings {
 public:
  /// True: the log is to be told. False: it has been, or too many other things are wrong.
  bool begin(std::string_view about, std::string text);
  /// True: it was wrong, and the log is to be told that it is over.
  bool end(std::string_view about);

  bool has(std::string_view about) const { return texts_.find(about) != texts_.end(); }
  std::vector<std::string> texts() const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace oxbow
