#pragma once
// The promqltest language of Prometheus, for tests only: scripts of load, clear and eval commands
// that are run against the engine over a TestStorage. Evaluations that need a part of the language
// that is not built yet are counted apart, by the name of that part, and never as passed.
//
// Each instant evaluation also runs in upstream's extra forms: as the middle step of a range query,
// and with @ set on its selectors at several evaluation times.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/engine/engine.h"

namespace watchfire::promql {

// One value of a series line.
struct TestValue {
  bool present = false;  // `_` is not
  double v = 0;
  std::optional<model::FloatHistogram> histogram;
  bool counter_reset_hint_given = false;
};

struct TestSeriesLine {
  model::Labels labels;
  std::vector<TestValue> values;
  // An `@st` line: how long before the samples of the line below their counting began, in ms.
  bool start_times = false;
};

// `metric{a="b"} 1+2x3 _ {{count:1}}`. The error names what is wrong.
Result<TestSeriesLine> ParseSeriesLine(std::string_view line);

enum class ExpectKind { kFail, kWarn, kNoWarn, kInfo, kNoInfo };
struct Expectation {
  ExpectKind kind = ExpectKind::kFail;
  std::string text;   // `msg:`
  std::string regex;  // `regex:`
};

struct EvalCommand {
  int line = 0;
  std::string query;
  bool range = false;
  TimeMs start = 0;
  TimeMs end = 0;
  int64_t step_ms = 0;
  bool ordered = false;
  std::vector<Expectation> expectations;
  std::optional<double> scalar;
  std::optional<std::string> string;
  // `expect range vector from … to … step …`: values of the series are at these times.
  bool range_vector = false;
  TimeMs vector_start = 0;
  int64_t vector_step_ms = 0;
  std::vector<TestSeriesLine> series;

  bool Expects(ExpectKind kind) const {
    for (const Expectation& e : expectations) {
      if (e.kind == kind) return true;
    }
    return false;
  }
};

struct TestCommand {
  enum class Kind { kLoad, kClear, kEval } kind = Kind::kClear;
  int64_t step_ms = 0;  // load
  bool with_nhcb = false;
  std::vector<TestSeriesLine> series;
  EvalCommand eval;
};
Result<std::vector<TestCommand>> ParseScript(std::string_view text);

// Empty if the answer is what the command expects, else what differs.
std::string CompareOutcome(const EvalCommand& command,
                           const std::variant<QueryResult, QueryFailure>& outcome,
                           bool exact_positions);
bool AlmostEqualFloats(double a, double b);

// How the evaluations of a script went in one of their forms.
struct FormReport {
  int passed = 0;
  int failed = 0;
  std::map<std::string, int> skipped;  // by reason
  int ran() const { return passed + failed; }
  int skipped_total() const {
    int total = 0;
    for (const auto& [reason, count] : skipped) total += count;
    return total;
  }
  void Absorb(const FormReport& other) {
    passed += other.passed;
    failed += other.failed;
    for (const auto& [reason, count] : other.skipped) skipped[reason] += count;
  }
};

struct ScriptReport {
  FormReport written;     // as the script has them
  FormReport fixed;       // with @ on their selectors, at other evaluation times
  FormReport in_a_range;  // each of both as the middle step of a range query
  std::vector<std::string> failures;
};
ScriptReport RunScript(std::string_view text, bool delayed_name_removal = true);

// Sets the hints of histograms that have none as a TSDB does: a sample after another one in the
// same chunk is no reset; each chunk begins with one of which nothing is known, and resets begin a
// chunk.
void TellResets(std::vector<TestValue>* values);

// Series of native histograms with custom buckets made of classic ones, as `load_with_nhcb` does.
void AddNhcbSeries(std::vector<TestSeriesLine>* series);

}  // namespace watchfire::promql
