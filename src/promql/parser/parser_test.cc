#include "promql/parser/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/numbers.h"
#include "base/text.h"
#include "promql/parser/dump.h"
#include "promql/parser/functions.h"
#include "promql/parser/lexer.h"
#include "promql/parser/literal.h"
#include "promql/parser/printer.h"
#include "promql/parser/series_desc.h"

namespace watchfire::promql {
namespace {

namespace fs = std::filesystem;

constexpr ParseOptions kAllFeatures = {.experimental_functions = true,
                                       .extended_range_selectors = true,
                                       .fill_modifiers = true,
                                       .start_timestamps = true};

// ---- the text corpus: tests/parse/*.txt, described in its README

struct Case {
  std::string lead;   // comments, directives and empty lines before the input
  std::string input;  // as written
  std::string expected;
  ParseOptions options;
  int line = 0;
};

fs::path CorpusDirectory() {
  fs::path here("tests/parse");
  if (fs::exists(here)) return here;
  return fs::path(__FILE__).parent_path() / "../../../tests/parse";
}

ParseOptions OptionsOf(std::string_view line) {
  return {.experimental_functions = line.find("experimental") != std::string_view::npos,
          .extended_range_selectors = line.find("extended") != std::string_view::npos,
          .fill_modifiers = line.find("fill") != std::string_view::npos,
          .start_timestamps = line.find("starts") != std::string_view::npos};
}

std::vector<Case> ReadCases(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  ParseOptions options;
  Case next;
  enum { kBefore, kInput, kResult } state = kBefore;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (state == kBefore) {
      if (line.starts_with("#! options:")) options = OptionsOf(line);
      if (line.empty() || line.starts_with("# ") || line.starts_with("#!")) {
        next.lead += line + "\n";
        continue;
      }
      next.line = number;
      next.options = options;
      state = kInput;
    }
    if (state == kInput) {
      if (line == "----") {
        state = kResult;
      } else {
        next.input += (next.input.empty() ? "" : "\n") + line;
      }
    } else if (line.empty()) {
      cases.push_back(std::move(next));
      next = Case();
      next.lead = "\n";
      state = kBefore;
    } else {
      next.expected += (next.expected.empty() ? "" : "\n") + line;
    }
  }
  if (state != kBefore) cases.push_back(std::move(next));
  return cases;
}

std::string QueryOf(const Case& test) {
  constexpr std::string_view kQuoted = "quoted: ";
  if (!test.input.starts_with(kQuoted)) return test.input;
  return UnquoteString(std::string_view(test.input).substr(kQuoted.size())).value();
}

// ---- what the kinds of files show

std::string FromExpr(const Case& test, std::string (*show)(const Expr&)) {
  Result<ExprPtr> expr = Parse(QueryOf(test), test.options);
  return expr.ok() ? show(**expr) : expr.error().message();
}

std::string ShowTokens(const Case& test) {
  std::string query = QueryOf(test);
  Lexer lexer(query);
  std::string out;
  for (;;) {
    Token token = lexer.Next();
    if (!out.empty()) out += '\n';
    out += fmt::format("{} {}", token.start, lexer.Describe(token));
    if (token.type == TokenType::kEof || token.type == TokenType::kError) return out;
  }
}

std::string ShowSelector(const Case& test) {
  Result<model::Matchers> matchers = ParseSelector(QueryOf(test));
  if (!matchers.ok()) return matchers.error().message();
  std::string out = "{";
  for (const model::Matcher& matcher : *matchers) {
    out += (out.size() > 1 ? ", " : "") + matcher.ToString();
  }
  return out + "}";
}

std::string ShowMetric(const Case& test) {
  Result<model::Labels> labels = ParseMetric(QueryOf(test));
  return labels.ok() ? labels->ToString() : labels.error().message();
}

std::string ShowBuckets(const std::vector<model::Span>& spans, const std::vector<double>& buckets) {
  std::string out = "[";
  for (const model::Span& span : spans) out += fmt::format("{}+{}:", span.offset, span.length);
  for (double count : buckets) out += " " + FormatFloatGo(count);
  return out + "]";
}

std::string ShowHistogram(const model::FloatHistogram& h) {
  std::string out =
      fmt::format("schema={} count={} sum={} zero={}/{} hint={}", h.schema, FormatFloatGo(h.count),
                  FormatFloatGo(h.sum), FormatFloatGo(h.zero_count),
                  FormatFloatGo(h.zero_threshold), static_cast<int>(h.reset_hint));
  out += " pos=" + ShowBuckets(h.positive_spans, h.positive_buckets);
  out += " neg=" + ShowBuckets(h.negative_spans, h.negative_buckets);
  if (!h.custom_values.empty()) out += " custom=" + ShowBuckets({}, h.custom_values);
  return out;
}

std::string ShowSeries(const Case& test) {
  Result<SeriesDescription> series = ParseSeries(QueryOf(test));
  if (!series.ok()) return series.error().message();
  std::string out = series->labels.ToString();
  for (const SeriesValue& value : series->values) {
    if (value.omitted) {
      out += " _";
    } else if (value.run != nullptr) {
      const HistogramRun& run = *value.run;
      out += fmt::format("\n  {}{}", ShowHistogram(run.base), run.reset_hint_set ? " told" : "");
      if (run.sign != 0 && value.steps > 0) {
        out += fmt::format("\n    {}{} x {}", run.sign < 0 ? '-' : '+', value.steps,
                           ShowHistogram(run.increment));
      }
    } else {
      out += model::IsStaleNan(value.value) ? " stale" : " " + FormatFloatGo(value.value);
    }
  }
  return out;
}

std::string RunCase(const std::string& kind, const Case& test) {
  if (kind == "parse") return FromExpr(test, DumpAst);
  if (kind == "print") return FromExpr(test, Print);
  if (kind == "pretty") return FromExpr(test, Prettify);
  if (kind == "json") return FromExpr(test, AstToJson);
  if (kind == "lex") return ShowTokens(test);
  if (kind == "selector") return ShowSelector(test);
  if (kind == "metric") return ShowMetric(test);
  if (kind == "series") return ShowSeries(test);
  return "unknown kind of file";
}

// The canonical text must read back as the same tree. Positions differ, so texts are compared.
void ExpectRoundTrip(const Case& test) {
  Result<ExprPtr> expr = Parse(QueryOf(test), test.options);
  if (!expr.ok()) return;
  for (const std::string& text : {Print(**expr), Prettify(**expr)}) {
    Result<ExprPtr> again = Parse(text, test.options);
    ASSERT_TRUE(again.ok()) << text << ": " << again.error().message();
    EXPECT_EQ(Print(**expr), Print(**again));
  }
}

TEST(ParserCorpus, GivesTheWrittenResults) {
  bool update = std::getenv("WF_UPDATE") != nullptr;
  std::map<std::string, size_t> counts;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(CorpusDirectory())) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  ASSERT_FALSE(files.empty());
  for (const fs::path& path : files) {
    std::string stem = path.stem().string();
    std::string kind = stem.substr(0, stem.find('_'));
    std::string updated;
    for (Case& test : ReadCases(path)) {
      ++counts[kind];
      ASSERT_FALSE(test.input.empty()) << path.filename() << ":" << test.line;
      std::string got = RunCase(kind, test);
      updated += test.lead + test.input + "\n----\n" + got + "\n";
      if (!update) {
        EXPECT_EQ(test.expected, got) << path.filename() << ":" << test.line << ": " << test.input;
      }
      if (kind != "lex" && kind != "series" && kind != "metric") ExpectRoundTrip(test);
    }
    if (update) std::ofstream(path) << updated;
  }
  for (const auto& [kind, count] : counts) fmt::print("{}: {} cases\n", kind, count);
}

// ---- the conformance corpus of Prometheus

fs::path ConformanceDirectory() {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  if (set != nullptr) return set;
  return CorpusDirectory() / "../../../shared/conformance";
}

struct Evaluation {
  std::string query;
  bool may_fail = false;
  std::string where;
};

std::string QueryOfEvalLine(std::string_view line) {
  std::istringstream words{std::string(line)};
  std::string word;
  words >> word >> word;
  int skip = word == "range" ? 6 : 2;  // from A to B step S, or at T
  for (int i = 0; i < skip; ++i) words >> word;
  std::string query;
  std::getline(words, query);
  return std::string(TrimSpace(query));
}

// What a promqltest file evaluates and loads.
struct TestFile {
  std::vector<Evaluation> evaluations;
  std::vector<std::string> series;
};

TestFile ReadTestFile(const fs::path& path) {
  TestFile out;
  std::ifstream file(path);
  std::string line;
  bool loading = false;
  for (int number = 1; std::getline(file, line); ++number) {
    std::string_view text = TrimSpace(line);
    if (text.starts_with("load")) {
      loading = true;
    } else if (text.empty()) {
      loading = false;
    } else if (text.starts_with("eval")) {
      loading = false;
      bool may_fail = Split(text, ' ')[0].find("fail") != std::string_view::npos;
      out.evaluations.push_back({QueryOfEvalLine(text), may_fail,
                                 fmt::format("{}:{}", path.filename().string(), number)});
    } else if (text.starts_with("expect fail") || text.starts_with("expected_fail")) {
      out.evaluations.back().may_fail = true;
    } else if (loading && !text.starts_with('#') && text.find("@st") == std::string_view::npos) {
      out.series.emplace_back(text);
    }
  }
  return out;
}

class PromqltestCorpus : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::path directory = ConformanceDirectory() / "prometheus/promqltest";
    if (!fs::exists(directory)) {
      GTEST_SKIP() << "the conformance data is not at " << directory;
    }
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() == ".test") files_.push_back(ReadTestFile(entry.path()));
    }
  }
  std::vector<TestFile> files_;
};

TEST_F(PromqltestCorpus, ParsesAndReadsItsOwnPrintBack) {
  size_t parsed = 0;
  size_t refused = 0;
  for (const TestFile& file : files_) {
    for (const Evaluation& evaluation : file.evaluations) {
      Result<ExprPtr> expr = Parse(evaluation.query, kAllFeatures);
      if (!expr.ok()) {
        EXPECT_TRUE(evaluation.may_fail)
            << evaluation.where << ": " << evaluation.query << ": " << expr.error().message();
        ++refused;
        continue;
      }
      ++parsed;
      std::string printed = Print(**expr);
      Result<ExprPtr> again = Parse(printed, kAllFeatures);
      ASSERT_TRUE(again.ok()) << evaluation.where << ": " << printed;
      EXPECT_EQ(printed, Print(**again)) << evaluation.where;
      Result<ExprPtr> pretty = Parse(Prettify(**expr), kAllFeatures);
      ASSERT_TRUE(pretty.ok()) << evaluation.where << ": " << Prettify(**expr);
      EXPECT_EQ(printed, Print(**pretty)) << evaluation.where;
    }
  }
  fmt::print("promqltest: {} expressions parsed, {} refused as they should be\n", parsed, refused);
  EXPECT_GT(parsed, 2000U);
}

TEST_F(PromqltestCorpus, ReadsTheSeriesItLoads) {
  size_t read = 0;
  for (const TestFile& file : files_) {
    for (const std::string& line : file.series) {
      Result<SeriesDescription> series = ParseSeries(line);
      EXPECT_TRUE(series.ok()) << line << ": " << series.error().message();
      if (series.ok()) {
        EXPECT_FALSE(series->values.empty()) << line;
      }
      ++read;
    }
  }
  fmt::print("promqltest: {} series lines read\n", read);
  EXPECT_GT(read, 500U);
}

// ---- limits and the small pieces

TEST(Parser, RefusesDeepNestingInsteadOfExhaustingTheStack) {
  const std::string deep[] = {
      std::string(100'000, '(') + "1",
      std::string(100'000, '-') + "foo",
      "1" + std::string(100'000, ' ') +
          [] {
            std::string chain;
            for (int i = 0; i < 10'000; ++i) chain += "+1";
            return chain;
          }(),
      "foo[" + std::string(100'000, '(') + "1",
      "foo" +
          [] {
            std::string chain;
            for (int i = 0; i < 10'000; ++i) chain += "[1m:]";
            return chain;
          }(),
      [] {
        std::string chain;
        for (int i = 0; i < 10'000; ++i) chain += "2^";
        return chain;
      }() +
          "1",
  };
  for (const std::string& query : deep) {
    Result<ExprPtr> expr = Parse(query);
    ASSERT_FALSE(expr.ok());
    EXPECT_NE(expr.error().message().find("nested too deeply"), std::string::npos)
        << expr.error().message();
    EXPECT_EQ(expr.error().code(), ErrorCode::kInvalid);
  }
}

TEST(Parser, AcceptsNestingUpToTheLimit) {
  std::string inside(static_cast<size_t>(kMaxExprDepth) - 1, '(');
  std::string query = inside + "1" + std::string(inside.size(), ')');
  Result<ExprPtr> expr = Parse(query);
  ASSERT_TRUE(expr.ok()) << expr.error().message();
  EXPECT_EQ((*expr)->depth, kMaxExprDepth);
  EXPECT_EQ(Print(**expr), query);
}

TEST(Parser, RefusesHugeQueries) {
  std::string query(kMaxQueryBytes + 1, ' ');
  Result<ExprPtr> expr = Parse(query);
  ASSERT_FALSE(expr.ok());
  EXPECT_EQ(expr.error().message(),
            "1:1: parse error: the input has 1048577 bytes, the limit is 1048576");
}

TEST(Parser, CountsLinesAndColumnsInBytes) {
  EXPECT_EQ(PositionText("ab\ncd", 0), "1:1");
  EXPECT_EQ(PositionText("ab\ncd", 2), "1:3");
  EXPECT_EQ(PositionText("ab\ncd", 3), "2:1");
  EXPECT_EQ(PositionText("ab\ncd", 5), "2:3");
  EXPECT_EQ(PositionText("", 0), "unknown position");
}

TEST(Parser, TakesParenthesesAway) {
  Result<ExprPtr> expr = Parse("((foo))");
  ASSERT_TRUE(expr.ok());
  EXPECT_EQ(Unparen(**expr).kind, ExprKind::kVectorSelector);
}

TEST(Prettify, KeepsToOneLineWhatWouldBeMostlyIndentation) {
  std::string query(490, '(');
  query += "label_join(a, \"b\", \"c\"";
  for (int i = 0; i < 20'000; ++i) query += ", \"d\"";
  query += ")" + std::string(490, ')');
  Result<ExprPtr> expr = Parse(query);
  ASSERT_TRUE(expr.ok()) << expr.error().message();
  EXPECT_EQ(Prettify(**expr), query);
}

TEST(Functions, AreSortedUniqueAndFound) {
  const std::vector<Function>& all = AllFunctions();
  EXPECT_EQ(all.size(), 90U);
  for (size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].name, all[i].name);
  for (const Function& function : all) EXPECT_EQ(FindFunction(function.name), &function);
  EXPECT_EQ(FindFunction("holt_winters"), nullptr);
  EXPECT_EQ(FindFunction(""), nullptr);
}

TEST(NumberLiteral, ReadsEveryBase) {
  auto read = [](std::string_view text) { return ParseNumberLiteral(text).value(); };
  EXPECT_EQ(read("0755"), 493);
  EXPECT_EQ(read("0899"), 899);
  EXPECT_EQ(read("0x1F"), 31);
  EXPECT_EQ(read("0X_ff_ff"), 65535);
  EXPECT_EQ(read("1_000"), 1000);
  EXPECT_EQ(read("1_2.3_4"), 12.34);
  EXPECT_EQ(read("5."), 5);
  EXPECT_EQ(read(".5"), 0.5);
  EXPECT_EQ(read("1E-3"), 0.001);
  EXPECT_EQ(read("1e-999"), 0);
  EXPECT_TRUE(std::isnan(read("nAn")));
  EXPECT_TRUE(std::isinf(read("iNf")));
  EXPECT_EQ(read("9223372036854775808"), 9223372036854775808.0);
  EXPECT_FALSE(ParseNumberLiteral("1e999").ok());
  EXPECT_FALSE(ParseNumberLiteral("0xfffffffffffffffff").ok());
}

TEST(StringLiteral, UndoesEveryEscape) {
  auto read = [](std::string_view text) { return UnquoteString(text).value(); };
  EXPECT_EQ(read(R"("\a\b\f\n\r\t\v\\\" - \xFF\377\u1234\U00010111☺")"),
            "\a\b\f\n\r\t\v\\\" - \xFF\377\u1234\U00010111☺");
  EXPECT_EQ(read(R"('it\'s')"), "it's");
  EXPECT_EQ(read("`a\\nb`"), "a\\nb");
  EXPECT_FALSE(UnquoteString("\"").ok());
  EXPECT_FALSE(UnquoteString("\"\\q\"").ok());
}

TEST(ParseSeries, LimitsTheNumberOfValues) {
  for (std::string_view text : {"{} 1x9999999", "{} 1+1x18446744073709551615", "{} _x1000001",
                                "{} {{}}x1000000", "{} 1x600000 1x600000"}) {
    Result<SeriesDescription> series = ParseSeries(text);
    ASSERT_FALSE(series.ok()) << text;
    EXPECT_NE(series.error().message().find("more than 1000000 values"), std::string::npos)
        << series.error().message();
  }
  EXPECT_EQ(ParseSeries("{} 1+1x999999").value().values.size(), 1'000'000U);
}

TEST(DumpAst, ShowsADepthThatTheTreeHas) {
  // Depth guards recursion elsewhere; it must count every kind of child.
  for (auto [query, depth] :
       std::initializer_list<std::pair<std::string_view, int>>{{"1", 1},
                                                               {"foo", 1},
                                                               {"foo[5m]", 2},
                                                               {"foo[5m*2]", 3},
                                                               {"foo[5m:1m*2]", 3},
                                                               {"sum(foo)", 2},
                                                               {"topk(1+1, foo)", 3},
                                                               {"rate(foo[5m])", 3},
                                                               {"-foo", 2},
                                                               {"(foo)", 2},
                                                               {"1+1+1+1", 4}}) {
    Result<ExprPtr> expr = Parse(query);
    ASSERT_TRUE(expr.ok()) << query;
    EXPECT_EQ((*expr)->depth, depth) << query;
  }
}

}  // namespace
}  // namespace watchfire::promql
