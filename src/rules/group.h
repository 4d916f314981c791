#pragma once
// Group: the rules of one group of a rule file and their state from evaluation to evaluation. It
// knows when its slots are, but neither waits nor owns a thread: Manager calls Evaluate when a slot
// has come, a rule test for every step, a unit test as it likes.
//
//   Services services{…};
//   Group group(spec, &services);
//   for (TimeMs t = start; t <= end; t += step) group.Evaluate(t);
//   for (const AlertView& alert : group.View(true).rules[0].alerts) …
//
// Evaluate and CopyState: one thread at a time. Everything else: any thread, at any time; readers
// wait for no query.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "rules/dependencies.h"
#include "rules/loader.h"
#include "rules/metrics.h"
#include "rules/rule.h"
#include "rules/services.h"
#include "rules/view.h"

namespace watchfire::rules {

class Group {
 public:
  // `restore`: after the second evaluation, take over how long alerts were pending before the
  // process was started; until then no ALERTS are written.
  Group(std::shared_ptr<const GroupSpec> spec, const Services* services, bool restore = false);
  ~Group();

  const GroupSpec& spec() const { return *spec_; }
  const std::shared_ptr<const GroupSpec>& shared_spec() const { return spec_; }

  // The last slot at or before `t`. Groups of one interval have different slots, by their names.
  TimeMs SlotAt(TimeMs t) const;
  // Runs all rules as of `slot`, in order, each seeing what those before it wrote.
  void Evaluate(TimeMs slot);
  void CountMissed(uint64_t slots);

  // Continues for `from`, an older version of the same group, which is not evaluated any more.
  void CopyState(Group& from);
  // The series that are written now, for a group that ends.
  std::vector<model::Labels> WrittenSeries() const;

  // `with_alerts`: else only how they stand.
  GroupView View(bool with_alerts) const;
  // Rule number `i` alone.
  RuleView ViewRule(size_t i, bool with_alerts) const;

 private:
  void Restore(const Evaluation& evaluation);
  void Publish(TimeMs began, double seconds, const std::vector<Rule::Outcome>& outcomes);

  const std::shared_ptr<const GroupSpec> spec_;
  const Services* services_;
  const int64_t offset_ms_;  // of slots from whole intervals
  const Batches batches_;
  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<model::Labels> old_series_;  // of rules that are gone; marked stale at the next slot
  bool restore_;
  int evaluations_ = 0;
  GroupMetrics metrics_;

  mutable Mutex mutex_;
  double evaluation_seconds_ GUARDED_BY(mutex_) = 0;
  std::optional<TimeMs> last_evaluation_ GUARDED_BY(mutex_);
  uint64_t missed_ GUARDED_BY(mutex_) = 0;
};

// Writes stale markers of `series` at `t`; what storage refuses was written by somebody else.
void MarkStale(storage::Appendable& appendable, const std::vector<model::Labels>& series, TimeMs t);

}  // namespace watchfire::rules
