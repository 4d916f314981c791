#include "rules/group.h"

#include "base/log.h"
#include "model/sample.h"
#include "rules/alerting_rule.h"
#include "rules/recording_rule.h"

namespace watchfire::rules {
namespace {

// Groups begin at different times of their interval, each always at the same.
int64_t OffsetOf(const GroupSpec& spec) {
  uint64_t hash = model::Labels::Of({{"name", spec.name}, {"file", spec.file}}).StableHash();
  uint64_t interval_ns = static_cast<uint64_t>(spec.interval_ms) * 1'000'000;
  return static_cast<int64_t>(hash % interval_ns / 1'000'000);
}

Batches InOrder(size_t count) {
  Batches batches;
  for (size_t i = 0; i < count; ++i) batches.push_back({i});
  return batches;
}

}  // namespace

Group::Group(std::shared_ptr<const GroupSpec> spec, const Services* services, bool restore)
    : spec_(std::move(spec)),
      services_(services),
      offset_ms_(OffsetOf(*spec_)),
      batches_(services->slots == nullptr ? InOrder(spec_->rules.size()) : BatchesOf(spec_->rules)),
      restore_(restore),
      metrics_(services->metrics, spec_->key()) {
  for (const RuleSpec& rule : spec_->rules) {
    if (rule.alerting) {
      rules_.push_back(std::make_unique<AlertingRule>(&rule, services, !restore));
    } else {
      rules_.push_back(std::make_unique<RecordingRule>(&rule));
    }
  }
  if (metrics_.all == nullptr) return;
  metrics_.rules->Set(static_cast<double>(rules_.size()));
  metrics_.interval_seconds->Set(ToSeconds(spec_->interval_ms));
}

Group::~Group() = default;

TimeMs Group::SlotAt(TimeMs t) const {
  int64_t into = (t - offset_ms_) % spec_->interval_ms;
  return t - (into < 0 ? into + spec_->interval_ms : into);
}

void Group::CountMissed(uint64_t slots) {
  if (slots == 0) return;
  if (metrics_.all != nullptr) {
    metrics_.iterations_missed->Increment(static_cast<double>(slots));
    metrics_.iterations->Increment(static_cast<double>(slots));
  }
  MutexLock lock(mutex_);
  missed_ += slots;
}

void Group::Evaluate(TimeMs slot) {
  const Clock& clock = *services_->clock;
  TimeMs began = clock.Now();
  int64_t began_ns = clock.MonotonicNs();
  std::vector<Rule::Outcome> outcomes(rules_.size());
  Evaluation evaluation{spec_.get(), services_, slot};
  auto evaluate = [&](size_t i) { outcomes[i] = rules_[i]->Evaluate(evaluation); };
  for (const std::vector<size_t>& batch : batches_) {
    if (services_->cancelled != nullptr && *services_->cancelled) break;
    if (batch.size() == 1) {
      evaluate(batch.front());
    } else {
      services_->slots->Run(batch.size(), [&](size_t n) { evaluate(batch[n]); });
    }
  }
  if (!old_series_.empty()) {
    MarkStale(*services_->appendable, old_series_, evaluation.query_time());
    old_series_.clear();
  }
  // After the second evaluation: before, there may not be enough samples to alert on.
  if (++evaluations_ == 2 && restore_) Restore(evaluation);
  Publish(began, static_cast<double>(clock.MonotonicNs() - began_ns) / 1e9, outcomes);
}

void Group::Publish(TimeMs began, double seconds, const std::vector<Rule::Outcome>& outcomes) {
  if (metrics_.all != nullptr) {
    double samples = 0;
    double rule_seconds = 0;
    for (const Rule::Outcome& outcome : outcomes) {
      metrics_.all->evaluation_seconds.Observe(outcome.seconds);
      metrics_.evaluations->Increment();
      if (outcome.failed) metrics_.failures->Increment();
      samples += static_cast<double>(outcome.samples);
      rule_seconds += outcome.seconds;
    }
    metrics_.iterations->Increment();
    metrics_.samples->Set(samples);
    metrics_.last_rule_duration_sum->Set(rule_seconds);
    metrics_.last_duration->Set(seconds);
    metrics_.last_evaluation->Set(ToSeconds(began));
    metrics_.all->iteration_seconds.Observe(seconds);
  }
  MutexLock lock(mutex_);
  evaluation_seconds_ = seconds;
  last_evaluation_ = began;
}

void Group::Restore(const Evaluation& evaluation) {
  const Clock& clock = *services_->clock;
  int64_t began_ns = clock.MonotonicNs();
  TimeMs now = clock.Now();
  for (const std::unique_ptr<Rule>& rule : rules_) {
    if (rule->spec().alerting) static_cast<AlertingRule&>(*rule).Restore(evaluation, now);
  }
  if (metrics_.all != nullptr) {
    metrics_.last_restore_duration->Set(static_cast<double>(clock.MonotonicNs() - began_ns) / 1e9);
  }
}

void Group::CopyState(Group& from) {
  {
    MutexLock lock(from.mutex_);
    MutexLock mine(mutex_);
    evaluation_seconds_ = from.evaluation_seconds_;
    last_evaluation_ = from.last_evaluation_;
    missed_ = from.missed_;
  }
  // Rules are the same if they have the same name and labels; of several, in order.
  std::vector<bool> taken(from.rules_.size());
  for (const std::unique_ptr<Rule>& rule : rules_) {
    for (size_t i = 0; i < from.rules_.size(); ++i) {
      Rule& old = *from.rules_[i];
      if (taken[i] || old.spec().name != rule->spec().name ||
          !(old.spec().label_set == rule->spec().label_set) ||
          old.spec().alerting != rule->spec().alerting) {
        continue;
      }
      taken[i] = true;
      rule->CopyState(old);
      break;
    }
  }
  old_series_ = std::move(from.old_series_);
  for (size_t i = 0; i < from.rules_.size(); ++i) {
    if (taken[i]) continue;
    std::vector<model::Labels> ends = from.rules_[i]->WrittenSeries();
    std::move(ends.begin(), ends.end(), std::back_inserter(old_series_));
  }
}

std::vector<model::Labels> Group::WrittenSeries() const {
  std::vector<model::Labels> all = old_series_;
  for (const std::unique_ptr<Rule>& rule : rules_) {
    std::vector<model::Labels> some = rule->WrittenSeries();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

GroupView Group::View(bool with_alerts) const {
  GroupView view;
  view.spec = spec_;
  for (size_t i = 0; i < rules_.size(); ++i) view.rules.push_back(ViewRule(i, with_alerts));
  MutexLock lock(mutex_);
  view.evaluation_seconds = evaluation_seconds_;
  view.last_evaluation = last_evaluation_;
  view.missed_iterations = missed_;
  return view;
}

RuleView Group::ViewRule(size_t i, bool with_alerts) const {
  return rules_[i]->View(with_alerts);
}

void MarkStale(storage::Appendable& appendable, const std::vector<model::Labels>& series,
               TimeMs t) {
  if (series.empty()) return;
  std::unique_ptr<storage::Appender> appender = appendable.NewAppender();
  for (const model::Labels& labels : series) {
    // Refused: another rule goes on with the series.
    static_cast<void>(appender->Append(0, labels, t, model::kStaleNan));
  }
  Result<void> committed = appender->Commit();
  if (committed.ok()) return;
  WF_LOG(kWarn, "Stale sample appending failed", {"component", "rule manager"},
         {"err", committed.error()});
}

}  // namespace watchfire::rules
