#include "report/comparison_page.h"

// The files of report/page/, as they are. The Makefile knows that this object depends on them.
asm(R"(
  .section .rodata
  .global oxbow_page_html, oxbow_page_css, oxbow_page_js
  oxbow_page_html: .incbin "src/report/page/page.html"
  .byte 0
  oxbow_page_css: .incbin "src/report/page/page.css"
  .byte 0
  oxbow_page_js: .incbin "src/report/page/elements.js"
  .incbin "src/report/page/table.js"
  .incbin "src/report/page/charts.js"
  .incbin "src/report/page/layout.js"
  .incbin "src/report/page/ring.js"
  .incbin "src/report/page/watch.js"
  .incbin "src/report/page/page.js"
  .byte 0
  .previous
)");
extern "C" const char oxbow_page_html[];
extern "C" const char oxbow_page_css[];
extern "C" const char oxbow_page_js[];

namespace oxbow {

namespace {

/// In JSON, `<` occurs in texts only; escaped, no text can end the element that it stands in.
std::string without_tags(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string comparison_page(std::string_view json) {
  std::string page;
  std::string_view rest = oxbow_page_html;
  const auto fill = [&](std::string_view place, std::string_view content) {
    const auto at = rest.find(place);
    page += rest.substr(0, at);
    page += content;
    rest.remove_prefix(at + place.size());
  };
  fill("{{STYLE}}", oxbow_page_css);
  fill("{{DATA}}", without_tags(json));
  fill("{{SCRIPT}}", oxbow_page_js);
  return page += rest;
}

}  // namespace oxbow
