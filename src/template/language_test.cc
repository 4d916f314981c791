// The language alone, with Go's own functions: the corpora of tests/template/language, and what
// cannot be said in them.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "template/corpus/corpus.h"
#include "template/executor.h"
#include "template/template_set.h"

namespace watchfire::templates {
namespace {

Result<std::string> Render(std::string_view text, const Value& data,
                           MissingKey missing_key = MissingKey::kInvalid,
                           const Limits& limits = {}) {
  TemplateSet set(Builtins(), limits);
  TRY(set.Parse("", text));
  Execution execution{&Builtins(), nullptr, limits, missing_key};
  return Execute(set, "", data, execution);
}

MissingKey MissingKeyOf(const CorpusCase& test) {
  std::string word = test.Get("missingkey");
  return word == "zero"    ? MissingKey::kZero
         : word == "error" ? MissingKey::kError
                           : MissingKey::kInvalid;
}

TEST(TemplateLanguage, DoesWhatTheCorporaSay) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/template/language")) {
    for (const CorpusCase& test : ReadCorpus(entry.path())) {
      ExpectOutcome(test, Render(test.Template(), DataOf(test), MissingKeyOf(test)));
      ++count;
    }
  }
  EXPECT_GT(count, 100u);
}

TEST(TemplateLanguage, StopsAnEndlessRecursion) {
  auto got = Render(R"({{define "x"}}{{template "x"}}{{end}}{{template "x"}})", Value());
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().message().find("exceeded maximum template depth"), std::string::npos);
}

TEST(TemplateLanguage, StopsADeepRecursionWithNestedActions) {
  std::string nested = R"({{template "x" .}})";
  for (int i = 0; i < 70; ++i) nested = "{{if true}}" + nested + "{{end}}";
  auto got = Render(R"({{define "x"}})" + nested + R"({{end}}{{template "x"}})", Value());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(ErrorCode::kLimit, got.error().code());
}

TEST(TemplateLanguage, StopsALoopThatNeverEnds) {
  Limits limits;
  limits.steps = 10'000;
  auto got = Render("{{range 1000000000000}}{{end}}", Value(), MissingKey::kInvalid, limits);
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().message().find("too many steps"), std::string::npos);
}

TEST(TemplateLanguage, StopsATextThatDoubles) {
  auto got = Render(R"({{$x := "xxxxxxxx"}}{{range 100}}{{$x = print $x $x}}{{end}})", Value());
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().message().find("too much text"), std::string::npos);
}

TEST(TemplateLanguage, StopsWideNumbers) {
  auto got = Render(R"({{range 1000}}{{$x := printf "%1000000d" 1}}{{end}})", Value());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(ErrorCode::kLimit, got.error().code());
}

TEST(TemplateLanguage, StopsALongOutput) {
  Limits limits;
  limits.output_bytes = 100;
  EXPECT_TRUE(Render("{{range 100}}x{{end}}", Value(), MissingKey::kInvalid, limits).ok());
  auto got = Render("{{range 101}}x{{end}}", Value(), MissingKey::kInvalid, limits);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(ErrorCode::kLimit, got.error().code());
}

TEST(TemplateLanguage, RefusesDeepNesting) {
  std::string open;
  for (int i = 0; i < 1000; ++i) open += "{{if true}}";
  auto got = Render(open, Value());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ("template: :1: actions nested too deeply", got.error().message());
  std::string parens = "{{" + std::string(1000, '(') + "1" + std::string(1000, ')') + "}}";
  EXPECT_FALSE(Render(parens, Value()).ok());
}

TEST(TemplateSet, KeepsADefinitionThatAnEmptyOneWouldReplace) {
  TemplateSet set(Builtins());
  ASSERT_TRUE(set.Parse("a", R"({{define "x"}}first{{end}})").ok());
  ASSERT_TRUE(set.Parse("b", R"({{define "x"}} {{/* nothing */}} {{end}}{{template "x"}})").ok());
  Execution execution{&Builtins()};
  EXPECT_EQ("first", Execute(set, "b", Value(), execution).value());
  ASSERT_TRUE(set.Parse("c", R"({{define "x"}}second{{end}})").ok());
  EXPECT_EQ("second", Execute(set, "b", Value(), execution).value());
}

TEST(TemplateSet, StandsOnAnotherWithoutChangingIt) {
  auto base = std::make_shared<TemplateSet>(Builtins());
  ASSERT_TRUE(
      base->Parse("", R"({{define "x"}}below{{end}}{{define "y"}}{{template "x"}}{{end}})").ok());
  TemplateSet set(base);
  ASSERT_TRUE(set.Parse("", R"({{define "x"}}above{{end}}{{template "y"}})").ok());
  Execution execution{&Builtins()};
  EXPECT_EQ("above", Execute(set, "", Value(), execution).value());
  EXPECT_EQ("below", Execute(*base, "y", Value(), execution).value());
}

}  // namespace
}  // namespace watchfire::templates
