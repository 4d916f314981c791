#pragma once
// Rule: what recording and alerting rules have in common: a query that is run at a slot, an answer
// that becomes samples, and a status to look at.
//
// Evaluate and CopyState: one thread at a time, the group's. View: any thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "promql/plan/query.h"
#include "rules/loader.h"
#include "rules/output.h"
#include "rules/services.h"
#include "rules/view.h"

namespace watchfire::rules {

// One evaluation of a group.
struct Evaluation {
  const GroupSpec* group = nullptr;
  const Services* services = nullptr;
  TimeMs slot = 0;

  // What is queried and written is of this time.
  TimeMs query_time() const { return slot - group->query_offset_ms; }
};

// An answer as rules see it: labels and a float or a histogram each.
using Answer = std::vector<promql::ResultSeries>;
// An instant query; `expr` may be null, then the text is parsed. Errors are the engine's, or
// `rule result is not a vector or scalar`.
Result<Answer> RunQuery(const Evaluation& evaluation, const std::string& query,
                        std::shared_ptr<const promql::Expr> expr, TimeMs t);

class Rule {
 public:
  // The spec outlives the rule.
  explicit Rule(const RuleSpec* spec) : spec_(spec) {}
  virtual ~Rule() = default;

  struct Outcome {
    size_t samples = 0;
    double seconds = 0;
    bool failed = false;  // the query, or the whole write
  };

  const RuleSpec& spec() const { return *spec_; }
  Outcome Evaluate(const Evaluation& evaluation);
  // Goes on for `from`, the same rule of an older version of the group.
  virtual void CopyState(Rule& from);
  virtual RuleView View(bool with_alerts) const;
  std::vector<model::Labels> WrittenSeries() const { return output_.WrittenLabels(); }

 protected:
  // Adds to the output; returns the size of the answer. What was added is dropped after an error.
  virtual Result<size_t> Compute(const Evaluation& evaluation) = 0;
  // After Compute went well, before samples are written.
  virtual void Send(const Evaluation& /*evaluation*/) {}

  const RuleSpec* spec_;
  Output output_;

 private:
  struct Status {
    Health health = Health::kUnknown;
    std::string last_error;
    double evaluation_seconds = 0;
    std::optional<TimeMs> last_evaluation;
    uint64_t samples = 0;
  };
  void Write(const Evaluation& evaluation, Status* status, Outcome* outcome);
  void LogWarning(const Evaluation& evaluation, std::string_view what, std::string_view error,
                  size_t dropped) const;

  mutable Mutex mutex_;
  Status status_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::rules
