#include "tool/rule_tests/rule_tests.h"

#include <cstdlib>

#include "base/file.h"
#include "base/log.h"

namespace watchfire::tool {
namespace {

struct Said {
  bool ok = false;
  std::string out;
  std::string err;
};

std::string Contents(std::FILE* file) {
  std::string text(static_cast<size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

Said RunTests(RuleTestOptions options) {
  ConfigureLogging(LogLevel::kError, LogFormat::kLogfmt);
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  Said said;
  Result<void> done = TestRules(options, out, err);
  said.ok = done.ok();
  said.out = Contents(out);
  said.err = Contents(err);
  return said;
}

class RuleTests : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "rule-tests-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
    Write("rules.yml", R"(groups:
- name: g
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.instance }} is down"}
)");
  }
  void TearDown() override {
    static_cast<void>(FileSystem::Local()->RemoveRecursively(directory_).ok());
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::string path = JoinPath(directory_, name);
    EXPECT_TRUE(FileSystem::Local()->WriteFileAtomically(path, text).ok());
    return path;
  }
  std::string WriteTest(const std::string& expected_summary, const std::string& expected_sum) {
    return Write("test.yml", R"(rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- name: one is down
  interval: 1m
  input_series:
  - {series: 'up{job="a", instance="x"}', values: '1 0x10'}
  - {series: 'up{job="a", instance="y"}', values: '1x10'}
  alert_rule_test:
  - {eval_time: 2m, alertname: Down, exp_alerts: []}
  - eval_time: 3m
    alertname: Down
    exp_alerts:
    - exp_labels: {job: a, instance: x, severity: page}
      exp_annotations: {summary: ")" +
                                 expected_summary + R"("}
  promql_expr_test:
  - expr: job:up:sum
    eval_time: 5m
    exp_samples: [{labels: 'job:up:sum{job="a"}', value: )" +
                                 expected_sum + "}]\n");
  }
  std::string directory_;
};

TEST_F(RuleTests, WhatComesAsExpectedIsASuccess) {
  std::string path = WriteTest("x is down", "1");
  Said said = RunTests({.files = {path}});
  EXPECT_TRUE(said.ok) << said.err;
  EXPECT_EQ(said.out, "Unit Testing:  " + path + "\n  SUCCESS\n\n");
  EXPECT_EQ(said.err, "");
}

TEST_F(RuleTests, FailuresShowBothSides) {
  Said said = RunTests({.files = {WriteTest("y is down", "2")}});
  EXPECT_FALSE(said.ok);
  EXPECT_NE(said.err.find("  FAILED:\n    name: one is down,\n    alertname: Down, time: 3m, \n"),
            std::string::npos)
      << said.err;
  EXPECT_NE(said.err.find("Annotations:{summary=\"y is down\"}"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("        exp: {__name__=\"job:up:sum\", job=\"a\"} 2E+00\n"
                          "        got: {__name__=\"job:up:sum\", job=\"a\"} 1E+00\n"),
            std::string::npos)
      << said.err;
}

TEST_F(RuleTests, OnlyTheGroupsAskedForAreRun) {
  Said said = RunTests({.files = {WriteTest("y is down", "2")}, .run = {"nothing of it"}});
  EXPECT_TRUE(said.ok);
}

TEST_F(RuleTests, AReportIsWrittenForOtherTools) {
  std::string report = JoinPath(directory_, "junit.xml");
  Said said = RunTests({.files = {WriteTest("y is down", "1")}, .junit = report});
  EXPECT_FALSE(said.ok);
  std::string xml = FileSystem::Local()->ReadFile(report).value();
  EXPECT_NE(xml.find("tests=\"1\" failures=\"1\" errors=\"0\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("summary=&#34;y is down&#34;"), std::string::npos) << xml;
}

TEST_F(RuleTests, BadFilesAreNamedWithTheirLine) {
  Said said = RunTests({.files = {Write("bad.yml", "rule_files: []\ntests:\n- intervall: 1m\n")}});
  EXPECT_FALSE(said.ok);
  EXPECT_NE(said.err.find("bad.yml:3: field intervall not found in type main.testGroup"),
            std::string::npos)
      << said.err;
  said = RunTests({.files = {JoinPath(directory_, "missing.yml")}});
  EXPECT_FALSE(said.ok);
}

// Upstream's own unit test files, and whether they succeed.
TEST(RuleTestsConformance, UpstreamsFilesSucceedAndFailAsThere) {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string folder =
      JoinPath(root == nullptr ? "../shared/conformance" : root, "prometheus/promtool");
  if (!FileSystem::Local()->Exists(folder)) GTEST_SKIP() << "no conformance data at " << folder;
  const std::pair<const char*, bool> kFiles[] = {
      {"unittest.yml", true},
      {"long-period.yml", true},
      {"at-modifier-test.yml", true},
      {"negative-offset-test.yml", true},
      {"start-time-test.yml", true},
      {"no-test-group-interval.yml", true},
      {"failing.yml", false},
      {"bad-input-series.yml", false},
      {"bad-promql.yml", false},
      {"bad-rules-error-test.yml", false},
      {"bad-rules-syntax-test.yml", false},
      {"rules_run_extrafields.yml", false},
  };
  size_t ran = 0;
  for (const auto& [name, succeeds] : kFiles) {
    Said said = RunTests({.files = {JoinPath(folder, name)}});
    EXPECT_EQ(said.ok, succeeds) << name << "\n" << said.err;
    ++ran;
  }
  Said lenient = RunTests(
      {.files = {JoinPath(folder, "rules_run_extrafields.yml")}, .ignore_unknown_fields = true});
  EXPECT_TRUE(lenient.ok) << lenient.err;
  Said fuzzy = RunTests({.files = {JoinPath(folder, "rules_run_fuzzy.yml")}, .run = {"^correct"}});
  EXPECT_TRUE(fuzzy.ok) << fuzzy.err;
  std::printf("rule unit test files: %zu ran\n", ran + 2);
}

}  // namespace
}  // namespace watchfire::tool
