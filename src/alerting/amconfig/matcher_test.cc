#include "alerting/amconfig/matcher.h"

#include <fstream>

namespace watchfire::amconfig {
namespace {

Result<std::string> Read(std::string_view mode, std::string_view kind, std::string_view text,
                         std::string* warning) {
  MatcherSyntax syntax = mode == "utf8"      ? MatcherSyntax::kUtf8
                         : mode == "classic" ? MatcherSyntax::kClassic
                                             : MatcherSyntax::kFallback;
  if (kind == "list") return MatchersText(TRY(ParseMatchers(text, syntax, warning)));
  return "{" + TRY(ParseMatcher(text, syntax, warning)).ToString() + "}";
}

// The tests run in the repository's root.
class MatcherCorpus : public ::testing::TestWithParam<std::pair<const char*, size_t>> {};

TEST_P(MatcherCorpus, IsReadAsItSays) {
  std::ifstream file(fmt::format("tests/alertmanager/{}.txt", GetParam().first));
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
      EXPECT_EQ(got.ok() ? "no error: " + *got : got.error().message(), line.substr(2)) << input;
      ++checked;
    } else if (line[0] == '?') {
      EXPECT_NE(warning.find(line.substr(2)), std::string::npos) << input << ": " << warning;
    } else {
      size_t first = line.find(' ');
      size_t second = line.find(' ', first + 1);
      input = line;
      std::string text = second == std::string::npos ? "" : line.substr(second + 1);
      warning.clear();
      got = Read(line.substr(0, first), line.substr(first + 1, second - first - 1), text, &warning);
    }
  }
  EXPECT_GE(checked, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(Files, MatcherCorpus,
                         ::testing::Values(std::pair("matchers", 50),
                                           std::pair("matchers_utf8", 150),
                                           std::pair("matchers_classic", 300),
                                           std::pair("matchers_fallback", 30)),
                         [](const auto& one) { return std::string(one.param.first); });

TEST(Matchers, MayStandOnSeveralLines) {
  for (const char* text : {"\nfoo=bar", "foo=bar\n", "\rfoo\t=\nbar", "foo =\n bar,\n"}) {
    Result<Matchers> parsed = ParseMatchers(text, MatcherSyntax::kUtf8);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message();
    EXPECT_EQ(MatchersText(*parsed), "{foo=\"bar\"}");
  }
  EXPECT_EQ(ParseMatchers("foo=\"a\nb\"", MatcherSyntax::kUtf8).error().message(),
            "4:9: \"a\nb\": invalid input");
}

TEST(Matchers, KnowTheNamesOfEachSyntax) {
  struct Row {
    const char* name;
    bool classic;
    bool utf8;
  };
  for (const Row& row : {Row{"foo", true, true}, Row{"_foo1", true, true}, Row{"", false, false},
                         Row{"0foo", false, true}, Row{"foo🙂", false, true},
                         Row{"a:b", false, true}, Row{"\xff", false, false}}) {
    EXPECT_EQ(IsLabelName(row.name, MatcherSyntax::kClassic), row.classic) << row.name;
    EXPECT_EQ(IsLabelName(row.name, MatcherSyntax::kUtf8), row.utf8) << row.name;
    EXPECT_EQ(IsLabelName(row.name, MatcherSyntax::kFallback), row.utf8) << row.name;
  }
}

TEST(Matchers, AreHeldAgainstValues) {
  struct Row {
    MatchType type;
    const char* pattern;
    const char* value;
    bool matches;
  };
  using T = MatchType;
  for (const Row& row :
       {Row{T::kEqual, "bar", "bar", true}, Row{T::kEqual, "bar", "foo-bar", false},
        Row{T::kNotEqual, "bar", "bar", false}, Row{T::kNotEqual, "bar", "foo-bar", true},
        Row{T::kRegex, "bar", "bar", true}, Row{T::kRegex, "bar", "foo-bar", false},
        Row{T::kRegex, ".*bar", "foo-bar", true}, Row{T::kNotRegex, "bar", "bar", false},
        Row{T::kNotRegex, "bar", "foo-bar", true}, Row{T::kNotRegex, ".*bar", "foo-bar", false},
        Row{T::kRegex, "foo.bar", "foo-bar", true}, Row{T::kRegex, "foo\\.bar", "foo-bar", false},
        Row{T::kRegex, "foo\\.bar", "foo.bar", true}, Row{T::kEqual, "foo\nbar", "foo\nbar", true},
        Row{T::kRegex, "foo.bar", "foo\nbar", false},
        Row{T::kRegex, "(?s)foo.bar", "foo\nbar", true}, Row{T::kEqual, "~!=\"", "~!=\"", true}}) {
    EXPECT_EQ(Matcher::Make(row.type, "n", row.pattern)->Matches(row.value), row.matches)
        << row.pattern << " " << row.value;
  }
}

TEST(Matchers, ArePrintedAsUpstreamPrintsThem) {
  struct Row {
    const char* name;
    MatchType type;
    const char* value;
    const char* text;
  };
  using T = MatchType;
  for (const Row& row : {Row{"foo", T::kEqual, "bar", R"(foo="bar")"},
                         Row{"foo", T::kNotEqual, "bar", R"(foo!="bar")"},
                         Row{"foo", T::kRegex, "bar", R"(foo=~"bar")"},
                         Row{"foo", T::kNotRegex, "bar", R"(foo!~"bar")"},
                         Row{"foo", T::kEqual, "back\\slash", R"(foo="back\\slash")"},
                         Row{"foo", T::kEqual, "double\"quote", R"(foo="double\"quote")"},
                         Row{"foo", T::kEqual, "new\nline", R"(foo="new\nline")"},
                         Row{"foo", T::kEqual, "tab\tstop", "foo=\"tab\tstop\""},
                         Row{"foo", T::kEqual, "🙂", R"(foo="🙂")"},
                         Row{"foo!", T::kNotEqual, "bar", R"("foo!"!="bar")"},
                         Row{"foo🙂", T::kEqual, "bar", R"(foo🙂="bar")"},
                         Row{"foo bar", T::kEqual, "baz", R"("foo bar"="baz")"}}) {
    EXPECT_EQ(Matcher::Make(row.type, row.name, row.value)->ToString(), row.text);
  }
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
