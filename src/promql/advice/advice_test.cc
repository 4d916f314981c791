// The text corpus of tests/advice; its README describes the language.
#include "promql/advice/advice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.h"
#include "promql/advice/catalog_test.h"

namespace watchfire::advice {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string lead;  // comments, directives and facts before the query
  std::string query;
  std::string expected;
  int line = 0;
};

fs::path CorpusDirectory() {
  fs::path here("tests/advice");
  if (fs::exists(here)) return here;
  return fs::path(__FILE__).parent_path() / "../../../tests/advice";
}

std::vector<Case> ReadCases(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  Case next;
  enum { kBefore, kQuery, kResult } state = kBefore;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (state == kBefore) {
      bool lead = line.empty() || line.starts_with("#") || line.starts_with("@ ");
      if (lead) {
        next.lead += line + "\n";
        continue;
      }
      next.line = number;
      state = kQuery;
    }
    if (state == kQuery) {
      if (line == "----") {
        state = kResult;
      } else {
        next.query += (next.query.empty() ? "" : "\n") + line;
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

// What the leads have said so far in one file.
struct Setting {
  Options options;
  TestCatalog catalog;
  bool with_catalog = false;

  void Read(const std::string& lead) {
    for (std::string_view line : Split(lead, '\n')) {
      if (line.starts_with("#! ")) ReadOptions(line.substr(3));
      if (!line.starts_with("@ ")) continue;
      with_catalog = line != "@ none";
      if (line == "@ none" || line == "@ clear") {
        catalog = TestCatalog();
      } else {
        catalog.AddFact(line.substr(2));
      }
    }
  }
  void ReadOptions(std::string_view words) {
    options = Options();
    for (std::string_view word : Split(words, ' ')) {
      if (std::optional<Purpose> purpose = ParsePurpose(word)) options.purpose = *purpose;
      if (word == "experimental") options.parse.experimental_functions = true;
      if (word == "extended") options.parse.extended_range_selectors = true;
      if (word == "fill") options.parse.fill_modifiers = true;
    }
  }
  Catalog* catalog_or_null() { return with_catalog ? &catalog : nullptr; }
};

std::string Show(std::string_view query, const std::vector<Advice>& all) {
  if (all.empty()) return "fine";
  std::string out;
  for (const Advice& advice : all) {
    if (!out.empty()) out += '\n';
    std::string_view text =
        query.substr(advice.position.start, advice.position.end - advice.position.start);
    out += fmt::format("{} {} {}-{} at {}:{} {}\n  {}", SeverityName(advice.severity), advice.code,
                       advice.position.start, advice.position.end, advice.line, advice.column,
                       GoQuote(text), advice.message);
    if (!advice.fix) continue;
    out += fmt::format("\n  {}:", advice.fix->label);
    for (std::string_view line : Split(advice.fix->query, '\n'))
      out += fmt::format("\n  > {}", line);
  }
  return out;
}

void CheckSoundness(std::string_view query, const Options& options,
                    const std::vector<Advice>& all) {
  for (const Advice& advice : all) {
    EXPECT_LE(advice.position.start, advice.position.end) << query;
    EXPECT_LE(advice.position.end, query.size()) << query;
    EXPECT_FALSE(advice.message.empty()) << query;
    EXPECT_FALSE(advice.reason.empty()) << query;
    EXPECT_TRUE(advice.reason.ends_with('.')) << advice.reason;
    EXPECT_FALSE(advice.message.ends_with('.')) << advice.message;
    if (!advice.fix) continue;
    EXPECT_FALSE(advice.fix->label.empty()) << query;
    EXPECT_TRUE(promql::Parse(advice.fix->query, options.parse).ok()) << advice.fix->query;
  }
}

class AdviceCorpus : public ::testing::TestWithParam<std::string> {};

TEST_P(AdviceCorpus, SaysWhatTheFileSays) {
  fs::path path = CorpusDirectory() / (GetParam() + ".txt");
  bool update = std::getenv("WF_UPDATE") != nullptr;
  std::string written;
  Setting setting;
  for (const Case& test : ReadCases(path)) {
    setting.Read(test.lead);
    std::vector<Advice> all = Advise(test.query, setting.options, setting.catalog_or_null());
    std::string got = Show(test.query, all);
    CheckSoundness(test.query, setting.options, all);
    written += test.lead + test.query + "\n----\n" + got + "\n";
    if (!update) {
      EXPECT_EQ(got, test.expected) << path.filename().string() << ":" << test.line;
    }
  }
  if (update) std::ofstream(path) << written;
}

std::vector<std::string> CorpusFiles() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(CorpusDirectory())) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, AdviceCorpus, ::testing::ValuesIn(CorpusFiles()),
                         [](const auto& test) { return test.param; });

// Every code that the corpus shows is documented, and the other way round.
TEST(AdviceCodes, AreAllInTheManualAndInTheCorpus) {
  std::ifstream file(CorpusDirectory() / "../../docs/user/advice.md");
  std::set<std::string> documented;
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("### `")) documented.insert(line.substr(5, line.find('`', 5) - 5));
  }
  std::set<std::string> shown;
  for (const std::string& name : CorpusFiles()) {
    Setting setting;
    for (const Case& test : ReadCases(CorpusDirectory() / (name + ".txt"))) {
      setting.Read(test.lead);
      for (const Advice& advice : Advise(test.query, setting.options, setting.catalog_or_null())) {
        shown.insert(advice.code);
      }
    }
  }
  EXPECT_EQ(shown, documented);
}

TEST(Advise, IsBoundedOnLongAndDeepQueries) {
  std::string longest = "x_total{";
  while (longest.size() < kMaxAdvisedBytes) longest += "a=\"b\",";
  longest += "}";
  EXPECT_TRUE(Advise(longest, {}).empty());
  std::string many = "x_total";
  for (int i = 0; i < 300; ++i) many += " + y_total";
  EXPECT_EQ(Advise(many, {}).size(), kMaxAdvice);
  std::string deep;
  for (int i = 0; i < 400; ++i) deep += "sum(";
  EXPECT_EQ(Advise(deep, {}).size(), 1u);
  std::string hostile(200'000, '(');
  EXPECT_EQ(Advise(hostile, {})[0].code, "syntax");
}

TEST(Advise, TakesNotKnownForNothing) {
  struct Silent final : Catalog {
    std::optional<model::MetricType> FamilyType(const std::string&) override { return {}; }
    std::optional<bool> Exists(const model::Matchers&) override { return {}; }
    Names MetricNames() override { return {}; }
    Names LabelNames(const model::Matchers&) override { return {}; }
    Names LabelValues(const std::string&, const model::Matchers&) override { return {}; }
    std::optional<std::vector<model::Labels>> CurrentSeries(const model::Matchers&,
                                                            size_t) override {
      return {};
    }
    std::optional<int64_t> ScrapeIntervalMs(const model::Matchers&) override { return {}; }
  };
  Silent silent;
  EXPECT_TRUE(Advise("rate(x{a=\"b\"}[1s]) / on (y) sum by (z) (w)", {}, &silent).empty());
}

}  // namespace
}  // namespace watchfire::advice
