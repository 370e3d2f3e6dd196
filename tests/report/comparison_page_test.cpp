// The page as text; how it looks and behaves in a browser: tests/end_to_end/report_page_test.sh.
#include "report/comparison_page.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

TEST_CASE("the page has its style, its data and its script, and no placeholder is left") {
  const std::string page = comparison_page(R"({"title":"T","rows":[]})");
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(page.find("{{") == std::string::npos);
  CHECK(page.find(R"(id="data">{"title":"T","rows":[]}</script>)") != std::string::npos);
  CHECK(page.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(page.find("JSON.parse") != std::string::npos);
}

TEST_CASE("the page asks the network for nothing") {
  const std::string page = comparison_page("{}");
  for (const char* reference : {"src=", "href=", "@import", "url(", "fetch(", "http-equiv"}) {
    CHECK_MESSAGE(page.find(reference) == std::string::npos, reference);
  }
  // The one address in it is the name of the SVG namespace.
  CHECK(page.find("http") == page.find("http://www.w3.org/2000/svg"));
  CHECK(page.find("http", page.find("http") + 1) == std::string::npos);
}

TEST_CASE("no text in the data can end the element that it stands in") {
  const std::string page = comparison_page(R"({"title":"</script><b>"})");
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(page.find(R"("\u003c/script>\u003cb>")") != std::string::npos);
}
