#include "alerting/amconfig/matcher.h"

#include <fstream>

namespace watchfire::amconfig {
namespace {

// tests/alertmanager/matchers.txt; the tests run in the repository's root.
TEST(Matchers, ReadAsTheCorpusSays) {
  std::ifstream file("tests/alertmanager/matchers.txt");
  ASSERT_TRUE(file.is_open()) << "run from the repository's root";
  std::string line;
  std::string warning;
  std::string input;
  size_t checked = 0;
  Result<std::string> got = std::string();
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '=') {
      EXPECT_EQ(got.ok() ? *got : got.error().message(), line.substr(2)) << input;
      ++checked;
    } else if (line[0] == '!') {
      EXPECT_EQ(got.ok() ? "no error" : got.error().message(), line.substr(2)) << input;
      ++checked;
    } else if (line[0] == '?') {
      EXPECT_NE(warning.find(line.substr(2)), std::string::npos) << input << ": " << warning;
    } else {
      size_t first = line.find(' ');
      size_t second = line.find(' ', first + 1);
      std::string mode = line.substr(0, first);
      std::string kind = line.substr(first + 1, second - first - 1);
      input = line;
      std::string text = second == std::string::npos ? "" : line.substr(second + 1);
      MatcherSyntax syntax = mode == "utf8"      ? MatcherSyntax::kUtf8
                             : mode == "classic" ? MatcherSyntax::kClassic
                                                 : MatcherSyntax::kFallback;
      warning.clear();
      if (kind == "list") {
        Result<Matchers> parsed = ParseMatchers(text, syntax, &warning);
        got = parsed.ok() ? Result<std::string>(MatchersText(*parsed)) : parsed.error();
      } else {
        Result<Matcher> parsed = ParseMatcher(text, syntax, &warning);
        got = parsed.ok() ? Result<std::string>("{" + parsed->ToString() + "}") : parsed.error();
      }
    }
  }
  EXPECT_GT(checked, 50u);
}

TEST(Matchers, MatchWholeValues) {
  EXPECT_TRUE(Matcher::Make(MatchType::kRegex, "a", "b|c.")->Matches("cd"));
  EXPECT_FALSE(Matcher::Make(MatchType::kRegex, "a", "b|c.")->Matches("xcd"));
  EXPECT_FALSE(Matcher::Make(MatchType::kRegex, "a", ".*")->Matches("x\ny"));
  EXPECT_TRUE(Matcher::Make(MatchType::kRegex, "a", "(?s).*")->Matches("x\ny"));
  EXPECT_TRUE(Matcher::Make(MatchType::kNotRegex, "a", "b+")->Matches(""));
  EXPECT_TRUE(Matcher::Make(MatchType::kNotEqual, "a", "b")->Matches("c"));
}

TEST(Matchers, SeeAnAbsentLabelAsEmpty) {
  Matchers matchers = *ParseMatchers("a=\"\",b!=c", MatcherSyntax::kFallback);
  EXPECT_TRUE(MatchesAll(matchers, model::Labels::Of({{"x", "y"}})));
  EXPECT_FALSE(MatchesAll(matchers, model::Labels::Of({{"b", "c"}})));
}

TEST(Matchers, PrintTextThatReadsAgain) {
  for (const char* name : {"a", "a b", "ä", "a\"", "a,b"}) {
    for (const char* value : {"", "x", "x\"y", "x\\y", "x\ny", "{}"}) {
      Matcher matcher = *Matcher::Make(MatchType::kEqual, name, value);
      Result<Matcher> again = ParseMatcher(matcher.ToString(), MatcherSyntax::kFallback);
      ASSERT_TRUE(again.ok()) << matcher.ToString();
      EXPECT_EQ(*again, matcher);
    }
  }
}

}  // namespace
}  // namespace watchfire::amconfig
