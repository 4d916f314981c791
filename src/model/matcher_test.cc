#include "model/matcher.h"

#include "model/regex.h"

namespace watchfire::model {
namespace {

Matcher Make(MatchType type, std::string value) {
  Result<Matcher> matcher = Matcher::Make(type, "l", std::move(value));
  EXPECT_TRUE(matcher.ok());
  return *matcher;
}

Regex Compile(std::string_view pattern) {
  Result<Regex> regex = Regex::Compile(pattern);
  EXPECT_TRUE(regex.ok()) << regex.error().message();
  return *regex;
}

std::string ErrorOf(std::string_view pattern) {
  Result<Regex> regex = Regex::Compile(pattern);
  return regex.ok() ? "no error" : regex.error().message();
}

TEST(Matcher, ComparesByItsType) {
  EXPECT_TRUE(Make(MatchType::kEqual, "bar").Matches("bar"));
  EXPECT_FALSE(Make(MatchType::kEqual, "bar").Matches("foo-bar"));
  EXPECT_FALSE(Make(MatchType::kNotEqual, "bar").Matches("bar"));
  EXPECT_TRUE(Make(MatchType::kNotEqual, "bar").Matches("foo-bar"));
  EXPECT_TRUE(Make(MatchType::kRegex, "ba.").Matches("bar"));
  EXPECT_FALSE(Make(MatchType::kRegex, "ba.").Matches("foo-bar"));
  EXPECT_FALSE(Make(MatchType::kNotRegex, "ba.").Matches("bar"));
  EXPECT_TRUE(Make(MatchType::kNotRegex, "ba.").Matches("foo-bar"));
}

TEST(Matcher, KnowsWhetherAMissingLabelMatches) {
  EXPECT_TRUE(Make(MatchType::kEqual, "").MatchesEmpty());
  EXPECT_FALSE(Make(MatchType::kEqual, "x").MatchesEmpty());
  EXPECT_TRUE(Make(MatchType::kNotEqual, "x").MatchesEmpty());
  EXPECT_TRUE(Make(MatchType::kRegex, ".*").MatchesEmpty());
  EXPECT_FALSE(Make(MatchType::kRegex, ".+").MatchesEmpty());
  EXPECT_TRUE(Make(MatchType::kNotRegex, ".+").MatchesEmpty());
}

TEST(Matcher, PrintsItselfAsWritten) {
  EXPECT_EQ(Matcher::Equal("job", "a\"b").ToString(), R"(job="a\"b")");
  EXPECT_EQ(Make(MatchType::kNotRegex, "a|b").ToString(), R"(l!~"a|b")");
  EXPECT_EQ(Matcher::Equal("my label", "x").ToString(), R"("my label"="x")");
}

TEST(Matcher, TestsWholeLabelSets) {
  Labels labels = Labels::Of({{"job", "a"}, {"l", "bar"}});
  EXPECT_TRUE(MatchesAll({Matcher::Equal("job", "a"), Make(MatchType::kRegex, "b.*")}, labels));
  EXPECT_FALSE(MatchesAll({Matcher::Equal("job", "a"), Matcher::Equal("x", "y")}, labels));
  EXPECT_TRUE(MatchesAll({Matcher::Equal("missing", "")}, labels));
  EXPECT_TRUE(MatchesAll({}, labels));
}

TEST(Matcher, RefusesPatternsThatDoNotCompile) {
  Result<Matcher> matcher = Matcher::Make(MatchType::kRegex, "l", "a(b");
  ASSERT_FALSE(matcher.ok());
  EXPECT_EQ(matcher.error().message(), "error parsing regexp: missing closing ): `a(b`");
}

TEST(Regex, FindsPlainAlternatives) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Compile("b|a|b").set_matches(), (Texts{"a", "b"}));
  EXPECT_EQ(Compile("a\\.b").set_matches(), (Texts{"a.b"}));
  EXPECT_EQ(Compile("").set_matches(), (Texts{""}));
  EXPECT_EQ(Compile("a|").set_matches(), (Texts{"", "a"}));
  EXPECT_EQ(Compile("a.b").set_matches(), Texts{});
  EXPECT_EQ(Compile("(a|b)").set_matches(), Texts{});
  EXPECT_EQ(Compile("a|b*").set_matches(), Texts{});
  EXPECT_EQ(Compile("\\d").set_matches(), Texts{});
}

TEST(Regex, FindsLiteralPrefixes) {
  EXPECT_EQ(Compile("abc.*").prefix(), "abc");
  EXPECT_EQ(Compile("abc*").prefix(), "ab");
  EXPECT_EQ(Compile("ab?").prefix(), "a");
  EXPECT_EQ(Compile("ü*x").prefix(), "");
  EXPECT_EQ(Compile("aü{2}").prefix(), "a");
  EXPECT_EQ(Compile("(?i)abc").prefix(), "");
  EXPECT_EQ(Compile("abc|xyz.*").prefix(), "");
}

// The shortcuts (literal sets, prefixes) must agree with the automaton: every pattern is tested
// again with an empty group in front, which switches them off.
TEST(Regex, ShortcutsAgreeWithTheAutomaton) {
  const char* patterns[] = {"",      "foo",      "foo|bar",   "foo|",      ".*",      ".+",
                            "foo.*", "foo.+",    ".*foo",     "fo+",       "fo*",     "f(o|a)o",
                            "fo?o",  "foo\\.",   "^foo$",     "(?i)foo",   "fo{2}",   "[fb]oo",
                            "foo$",  "\\Qf.\\E", "f|o|foo.*", "foo\\|bar", "fü*",     "(?s).",
                            "a\\",   "foo||bar", "f\\x6fo",   "\\bfoo\\b", "(?:foo)", "fo{0}"};
  const char* texts[] = {"",     "foo", "bar", "foobar", "FOO",     "fo",  "fooo", "foo.", "foox",
                         "xfoo", "f",   "\n",  "foo\n",  "foo|bar", "boo", "fü",   "füü",  "f."};
  for (const char* pattern : patterns) {
    Result<Regex> regex = Regex::Compile(pattern);
    Result<Regex> slow = Regex::Compile(std::string("()") + pattern);
    ASSERT_EQ(regex.ok(), slow.ok()) << pattern;
    if (!regex.ok()) continue;
    for (const char* text : texts) {
      if (std::string_view(pattern).find('|') == std::string_view::npos) {
        EXPECT_EQ(regex->Matches(text), slow->Matches(text)) << pattern << " on " << text;
      } else {
        std::string grouped = std::string("()(") + pattern + ")";
        EXPECT_EQ(regex->Matches(text), Compile(grouped).Matches(text))
            << pattern << " on " << text;
      }
    }
  }
}

TEST(Regex, CannotBeClosedFromInside) {
  EXPECT_EQ(ErrorOf("a)|(b"), "error parsing regexp: unexpected ): `a)|(b`");
}

TEST(Regex, ExplainsItselfInGosWords) {
  EXPECT_EQ(ErrorOf("["), "error parsing regexp: missing closing ]: `[`");
  EXPECT_EQ(ErrorOf("+"), "error parsing regexp: missing argument to repetition operator: `+`");
  EXPECT_EQ(ErrorOf("a**"), "error parsing regexp: invalid nested repetition operator: `**`");
  EXPECT_EQ(ErrorOf("\\8"), "error parsing regexp: invalid escape sequence: `\\8`");
  EXPECT_EQ(ErrorOf("[b-a]"), "error parsing regexp: invalid character class range: `b-a`");
  EXPECT_EQ(ErrorOf("(?=a)"), "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
  EXPECT_EQ(ErrorOf("a\\"), "error parsing regexp: trailing backslash at end of expression");
  EXPECT_EQ(ErrorOf("x{1001}"), "error parsing regexp: invalid repeat count: `{1001}`");
}

TEST(Regex, RefusesPatternsThatWouldEatTheMemory) {
  EXPECT_NE(ErrorOf("((((a{100}){100}){100}){100})"), "no error");
}

TEST(Regex, ExpandsTemplatesAsGoDoes) {
  auto expand = [](const char* pattern, const char* text, const char* replacement) {
    std::string out = "untouched";
    return Compile(pattern).Expand(text, replacement, &out) ? out : "no match";
  };
  EXPECT_EQ(expand("(a)(b)?", "a", "[$1|$2|$0|$3]"), "[a||a|]");
  EXPECT_EQ(expand("(?P<n>.*)", "x", "$n-${n}-$n_"), "x-x-");
  EXPECT_EQ(expand("(.*)", "x", "$$1 $01 ${1"), "$1  ${1");
  EXPECT_EQ(expand("(.*)", "x", "$"), "$");
  EXPECT_EQ(expand("b", "a", "$0"), "no match");
}

TEST(SearchRegex, FindsAnywhere) {
  SearchRegex regex = SearchRegex::Compile("a+b").value();
  EXPECT_TRUE(regex.FoundIn("xxaabyy"));
  EXPECT_FALSE(regex.FoundIn("ba"));
  EXPECT_FALSE(SearchRegex::Compile("^b")->FoundIn("ab"));
  EXPECT_FALSE(SearchRegex::Compile("a.b")->FoundIn("a\nb"));
}

TEST(SearchRegex, ReplacesAllAsGoDoes) {
  auto replace = [](const char* pattern, const char* text, const char* replacement) {
    return SearchRegex::Compile(pattern)->ReplaceAll(text, replacement, 1000).value();
  };
  EXPECT_EQ(replace("a(x*)b", "-ab-axxb-", "T"), "-T-T-");
  EXPECT_EQ(replace("a(x*)b", "-ab-axxb-", "$1"), "--xx-");
  EXPECT_EQ(replace("a(x*)b", "-ab-axxb-", "$1W"), "---");
  EXPECT_EQ(replace("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-");
  EXPECT_EQ(replace("x*", "abc", "-"), "-a-b-c-");
  EXPECT_EQ(replace("b*", "abc", "-"), "-a-c-");
  EXPECT_EQ(replace("", "é!", "-"), "-é-!-");
  EXPECT_EQ(replace("$", "abc", "!"), "abc!");
}

TEST(SearchRegex, StopsWhenTheResultGrowsTooLong) {
  auto result = SearchRegex::Compile("")->ReplaceAll("abc", "0123456789", 20);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(ErrorCode::kLimit, result.error().code());
}

}  // namespace
}  // namespace watchfire::model
