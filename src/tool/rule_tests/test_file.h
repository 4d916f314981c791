#pragma once
// Rule unit test files (promtool test rules) as values, read strictly: what is known of some series
// and which alerts and values must come of it. Documented at prometheus.io under "Unit testing for
// rules"; names are the YAML keys. Values; reading is pure but for the globs of rule files.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

namespace watchfire::tool {

struct InputSeries {
  std::string series;
  std::string values;
};

struct ExpectedAlert {
  std::map<std::string, std::string> exp_labels;
  std::map<std::string, std::string> exp_annotations;
};
struct AlertTest {
  int64_t eval_time_ms = 0;
  std::string alertname;
  std::vector<ExpectedAlert> exp_alerts;
};

struct ExpectedSample {
  std::string labels;
  double value = 0;
  std::string histogram;
};
struct ExpressionTest {
  std::string expr;
  int64_t eval_time_ms = 0;
  std::vector<ExpectedSample> exp_samples;
};

struct TestGroup {
  std::string name;
  int64_t interval_ms = 0;  // after loading: never 0
  TimeMs start_timestamp = 0;
  std::vector<InputSeries> input_series;
  std::vector<AlertTest> alert_rule_test;
  std::vector<ExpressionTest> promql_expr_test;
  std::map<std::string, std::string> external_labels;
  std::string external_url;
};

struct TestFile {
  std::string path;
  std::vector<std::string> rule_files;  // after loading: paths, globs expanded
  int64_t evaluation_interval_ms = 0;   // after loading: never 0
  std::vector<std::string> group_eval_order;
  bool fuzzy_compare = false;
  std::vector<TestGroup> tests;
  // Patterns that match no file.
  std::vector<std::string> unmatched;
};

Result<TestFile> LoadTestFile(const std::string& path, FileSystem& files);

}  // namespace watchfire::tool
