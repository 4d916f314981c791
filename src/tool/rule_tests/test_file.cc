#include "tool/rule_tests/test_file.h"

#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "codec/yaml.h"
#include "config/loader.h"
#include "config/reader.h"

namespace watchfire::tool {

// Found by the reader, which looks for descriptions beside the types.

void Describe(config::Fields& fields, InputSeries& value) {
  fields.Text("series", value.series);
  fields.Text("values", value.values);
}

void Describe(config::Fields& fields, ExpectedAlert& value) {
  fields.TextMap("exp_labels", value.exp_labels);
  fields.TextMap("exp_annotations", value.exp_annotations);
}

void Describe(config::Fields& fields, AlertTest& value) {
  fields.Duration("eval_time", value.eval_time_ms);
  fields.Text("alertname", value.alertname);
  fields.List("exp_alerts", "main.alert", value.exp_alerts, "missing alert");
}

void Describe(config::Fields& fields, ExpectedSample& value) {
  fields.Text("labels", value.labels);
  fields.Number("value", value.value);
  fields.Text("histogram", value.histogram);
}

void Describe(config::Fields& fields, ExpressionTest& value) {
  fields.Text("expr", value.expr);
  fields.Duration("eval_time", value.eval_time_ms);
  fields.List("exp_samples", "main.sample", value.exp_samples, "missing sample");
}

namespace {

// Unix seconds, with a fraction, or RFC 3339.
Result<TimeMs> ParseStart(const std::string& text) {
  if (text.empty()) return 0;
  if (auto seconds = ParseFloat(text); seconds && std::isfinite(*seconds)) {
    return static_cast<TimeMs>(std::llround(*seconds * 1000));
  }
  if (auto t = ParseRfc3339(text)) return *t;
  return Error::Invalid("time: cannot parse {} to a valid timestamp", GoQuote(text));
}

}  // namespace

void Describe(config::Fields& fields, TestGroup& value) {
  fields.Text("name", value.name);
  fields.Duration("interval", value.interval_ms);
  fields.Converted("start_timestamp", "", [&](const std::string& text) -> Result<void> {
    value.start_timestamp = TRY(ParseStart(text));
    return {};
  });
  fields.List("input_series", "main.series", value.input_series, "missing series");
  fields.List("alert_rule_test", "main.alertTestCase", value.alert_rule_test, "missing test");
  fields.List("promql_expr_test", "main.promqlTestCase", value.promql_expr_test, "missing test");
  fields.TextMap("external_labels", value.external_labels);
  fields.Text("external_url", value.external_url);
}

void Describe(config::Fields& fields, TestFile& value) {
  fields.Texts("rule_files", value.rule_files);
  fields.Duration("evaluation_interval", value.evaluation_interval_ms);
  fields.Texts("group_eval_order", value.group_eval_order);
  fields.Bool("fuzzy_compare", value.fuzzy_compare);
  fields.List("tests", "main.testGroup", value.tests, "missing test group");
}

namespace {

constexpr int64_t kDefaultIntervalMs = 60'000;

std::string DirectoryOf(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Result<void> ExpandRuleFiles(TestFile& file, FileSystem& files) {
  std::string directory = DirectoryOf(file.path);
  std::vector<std::string> paths;
  for (const std::string& pattern : file.rule_files) {
    bool relative = !pattern.empty() && pattern[0] != '/' && !directory.empty();
    std::string full = relative ? JoinPath(directory, pattern) : pattern;
    std::vector<std::string> matches = TRY(config::ExpandGlob(full, files));
    if (matches.empty()) file.unmatched.push_back(full);
    paths.insert(paths.end(), matches.begin(), matches.end());
  }
  file.rule_files = std::move(paths);
  return {};
}

}  // namespace

Result<TestFile> LoadTestFile(const std::string& path, FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  Result<yaml::Node> root = yaml::Parse(text);
  if (!root.ok()) return root.error().With("{}", path);
  TestFile file;
  config::Reader reader(path);
  reader.Document(*root, "main.unitTestFile", file);
  if (!reader.ok()) return reader.TakeError();
  file.path = path;
  if (file.evaluation_interval_ms == 0) file.evaluation_interval_ms = kDefaultIntervalMs;
  for (TestGroup& group : file.tests) {
    if (group.interval_ms == 0) group.interval_ms = file.evaluation_interval_ms;
  }
  TRY(ExpandRuleFiles(file, files));
  return file;
}

}  // namespace watchfire::tool
