#include <doctest/doctest.h>
#include <oxbow/versions.h>

using namespace oxbow;

TEST_CASE("a context as text is base64url without padding") {
  CHECK(context_text("") == "");
  CHECK(context_text("f") == "Zg");
  CHECK(context_text("fo") == "Zm8");
  CHECK(context_text("foo") == "Zm9v");
  CHECK(context_text("foobar") == "Zm9vYmFy");
  CHECK(context_text("\xff\xef\xfe") == "_-_-");
}

TEST_CASE("a context comes back from its text, padded or not") {
  std::string context;
  for (int length = 0; length < 70; ++length) {
    CAPTURE(length);
    const Result<std::string> back = parse_context_text(context_text(context));
    REQUIRE(back.ok());
    CHECK(*back == context);
    context += static_cast<char>(length * 37);
  }
  CHECK(*parse_context_text("Zg==") == "f");
  CHECK(*parse_context_text("Zm8=") == "fo");
}

TEST_CASE("what is no context, or not the whole text, is an error") {
  for (const char* wrong : {"Z", "Zm9vY", "Zm+v", "Zm/v", "Zm 9v", "Zh", "Zm9", "Zg=", "Zg===", "=",
                            "Zm9v====", "\xff\xff"}) {
    CAPTURE(wrong);
    const Result<std::string> back = parse_context_text(wrong);
    REQUIRE_FALSE(back.ok());
    CHECK(back.error().code == "bad-context");
  }
}

TEST_CASE("the newest sibling is the one that was written last") {
  CHECK(newest({}) == nullptr);
  const std::vector<GetValue> siblings{{"a", "x", 5}, {"b", "y", 9}, {"c", "a", 9}};
  CHECK(newest(siblings)->value == "b");
}
