#include "rules/alerting_rule.h"

#include <algorithm>

#include "base/hash_map.h"
#include "base/log.h"
#include "model/histogram_buckets.h"
#include "net/http.h"

namespace watchfire::rules {
namespace {

constexpr std::string_view kAlertName = "alertname";
// Sources beyond the alerts there are that are worth remembering.
constexpr size_t kSpareSources = 64;

using LabelsHash = std::hash<model::Labels>;
using AnnotationsPtr = std::shared_ptr<const alerting::Annotations>;

std::string PathOf(std::string_view url) {
  size_t host = url.find("://");
  size_t path = url.find('/', host == std::string_view::npos ? 0 : host + 3);
  return path == std::string_view::npos ? std::string() : std::string(url.substr(path));
}

templates::RuleValue ValueOf(const promql::ResultSeries& element) {
  templates::RuleValue value;
  if (!element.v.empty()) {
    value.number = element.v.front();
  } else {
    value.histogram = model::ToString(element.histograms.front());
  }
  return value;
}

templates::QueryFunction QueryAt(const Evaluation& evaluation) {
  return [&evaluation](std::string_view query) -> Result<std::vector<templates::QuerySample>> {
    Answer answer = TRY(RunQuery(evaluation, std::string(query), nullptr, evaluation.slot));
    std::vector<templates::QuerySample> samples;
    for (promql::ResultSeries& element : answer) {
      templates::RuleValue value = ValueOf(element);
      samples.push_back({std::move(element.labels), std::move(value)});
    }
    return samples;
  };
}

// Expands the texts of one element after another.
class Expander {
 public:
  Expander(const Evaluation& evaluation, const std::string& rule)
      : evaluation_(evaluation), rule_(rule) {
    environment_.now = evaluation.slot;
    environment_.query = QueryAt(evaluation_);
    environment_.external_url = evaluation.services->external_url;
    environment_.path_prefix = PathOf(environment_.external_url);
    data_.external_labels = &evaluation.group->external_labels;
    data_.external_url = environment_.external_url;
  }

  void Set(const promql::ResultSeries& element) {
    data_.labels = &element.labels;
    data_.value = ValueOf(element);
  }
  std::string Expand(const TextSpec& text) {
    Metrics* metrics = evaluation_.services->metrics;
    if (metrics != nullptr) metrics->expansions.Increment();
    Result<std::string> expanded = text.parsed.Expand(data_, environment_);
    if (expanded.ok()) return std::move(expanded).value();
    if (metrics != nullptr) metrics->expansion_failures.Increment();
    WF_LOG(kWarn, "Expanding alert template failed", {"component", "rule manager"},
           {"file", evaluation_.group->file}, {"group", evaluation_.group->name}, {"alert", rule_},
           {"err", expanded.error()});
    return templates::RuleTemplate::ErrorText(expanded.error());
  }

 private:
  const Evaluation& evaluation_;
  const std::string& rule_;
  templates::RuleEnvironment environment_;
  templates::RuleData data_;
};

}  // namespace

struct AlertingRule::Alert {
  model::Labels labels;
  AnnotationsPtr annotations;
  AlertProgress progress;
  double value = 0;
  TimeMs last_sent = AlertProgress::kNever;
  uint64_t fingerprint = 0;
  uint64_t round = 0;  // in which its condition last held
  bool gone = false;
  // As written last; null when it is not, or the state is another.
  Output::Series* state_series = nullptr;
  Output::Series* for_series = nullptr;

  bool active() const { return progress.state != AlertState::kInactive; }
  bool NeedsSending(TimeMs t, int64_t resend_delay_ms) const {
    if (progress.state == AlertState::kPending) return false;
    // After the clock was set back, whoever waits for it to come again waits too long.
    return progress.resolved_at > last_sent || last_sent + resend_delay_ms < t || t < last_sent;
  }
};

struct AlertingRule::Match {
  Alert* alert = nullptr;
  model::Labels labels;  // of a new alert
  model::Labels source;  // of the element, if it is worth remembering
  AnnotationsPtr annotations;
  double value = 0;
};

struct AlertingRule::Impl {
  Alert* Find(const model::Labels& labels) {
    MutexLock lock(mutex);
    auto at = alerts.find(labels);
    return at == alerts.end() ? nullptr : at->second.get();
  }
  void Forget() REQUIRES(mutex);

  mutable Mutex mutex;
  HashMap<model::Labels, std::unique_ptr<Alert>, LabelsHash> alerts GUARDED_BY(mutex);
  bool evaluated GUARDED_BY(mutex) = false;
  // The rest belongs to the evaluating thread.
  HashMap<model::Labels, Alert*, LabelsHash> by_source;  // only where no label is a template
  uint64_t round = 0;
  bool restored = false;
  AnnotationsPtr literal_annotations;  // null: they are templates
  std::string generator_url;
};

AlertingRule::AlertingRule(const RuleSpec* spec, const Services* services, bool restored)
    : Rule(spec), impl_(std::make_unique<Impl>()) {
  impl_->restored = restored;
  impl_->generator_url =
      services->external_url + "/graph?g0.expr=" + net::PercentEncode(spec->query) + "&g0.tab=1";
  if (!spec->literal_annotations) return;
  auto annotations = std::make_shared<alerting::Annotations>();
  for (const TextSpec& text : spec->annotations) annotations->emplace_back(text.name, text.text);
  impl_->literal_annotations = std::move(annotations);
}

AlertingRule::~AlertingRule() = default;

Result<size_t> AlertingRule::Compute(const Evaluation& evaluation) {
  ++impl_->round;
  Answer answer = TRY(RunQuery(evaluation, spec_->query, spec_->expr, evaluation.query_time()));
  std::vector<Match> matches;
  if (!answer.empty()) matches = TRY(MatchAnswer(evaluation, std::move(answer)));
  return Apply(evaluation, std::move(matches));
}

Result<std::vector<AlertingRule::Match>> AlertingRule::MatchAnswer(const Evaluation& evaluation,
                                                                   Answer answer) {
  std::vector<Match> matches(answer.size());
  HashSet<model::Labels, LabelsHash> fresh;
  Expander expander(evaluation, spec_->name);
  for (size_t i = 0; i < answer.size(); ++i) {
    promql::ResultSeries& element = answer[i];
    Match& match = matches[i];
    match.value = element.v.empty() ? 0 : element.v.front();
    bool expands = impl_->literal_annotations == nullptr || !spec_->literal_labels;
    if (expands) expander.Set(element);
    if (spec_->literal_labels) {
      auto known = impl_->by_source.find(element.labels);
      if (known != impl_->by_source.end()) match.alert = known->second;
    }
    if (match.alert == nullptr) {
      model::LabelsBuilder builder(element.labels);
      builder.Delete(model::kMetricName);
      for (const TextSpec& label : spec_->labels) {
        builder.Set(label.name, spec_->literal_labels ? label.text : expander.Expand(label));
      }
      builder.Set(kAlertName, spec_->name);
      match.labels = builder.Build();
      match.alert = impl_->Find(match.labels);
    }
    match.annotations = impl_->literal_annotations;
    if (match.annotations == nullptr) {
      auto annotations = std::make_shared<alerting::Annotations>();
      for (const TextSpec& text : spec_->annotations) {
        annotations->emplace_back(text.name, expander.Expand(text));
      }
      match.annotations = std::move(annotations);
    }
    bool twice = match.alert != nullptr ? match.alert->round == impl_->round
                                        : !fresh.insert(match.labels).second;
    if (twice) {
      return Error::Invalid(
          "vector contains metrics with the same labelset after applying alert labels");
    }
    if (match.alert != nullptr) match.alert->round = impl_->round;
    if (spec_->literal_labels) match.source = std::move(element.labels);
  }
  return matches;
}

Result<size_t> AlertingRule::Apply(const Evaluation& evaluation, std::vector<Match> matches) {
  MutexLock lock(impl_->mutex);
  impl_->evaluated = true;
  for (Match& match : matches) {
    Alert* alert = match.alert;
    if (alert == nullptr) {
      auto made = std::make_unique<Alert>();
      alert = made.get();
      alert->labels = std::move(match.labels);
      alerting::Alert sealed;
      sealed.labels = alert->labels;
      sealed.Seal();
      alert->fingerprint = sealed.fingerprint;
      alert->round = impl_->round;
      alert->progress.active_at = evaluation.slot;
      impl_->alerts[alert->labels] = std::move(made);
    } else if (!alert->active()) {
      // It was over: this is another one.
      alert->progress = AlertProgress{};
      alert->progress.active_at = evaluation.slot;
      alert->last_sent = AlertProgress::kNever;
    }
    alert->value = match.value;
    alert->annotations = std::move(match.annotations);
    if (spec_->literal_labels) impl_->by_source[std::move(match.source)] = alert;
  }
  AlertTiming timing{spec_->for_ms, spec_->keep_firing_for_ms};
  size_t active = 0;
  bool any_gone = false;
  for (auto& [labels, alert] : impl_->alerts) {
    AlertState before = alert->progress.state;
    Standing standing =
        Advance(alert->progress, alert->round == impl_->round, evaluation.slot, timing);
    alert->gone = standing == Standing::kGone;
    any_gone |= alert->gone;
    if (alert->progress.state != before) alert->state_series = nullptr;
    if (standing != Standing::kActive) {
      alert->state_series = alert->for_series = nullptr;
      continue;
    }
    ++active;
    if (impl_->restored) WriteSamples(*alert);
  }
  if (any_gone || impl_->by_source.size() > 2 * impl_->alerts.size() + kSpareSources) {
    impl_->Forget();
  }
  int64_t limit = evaluation.group->limit;
  if (limit > 0 && active > static_cast<size_t>(limit)) {
    impl_->by_source.clear();
    impl_->alerts.clear();
    return Error::Invalid("exceeded limit of {} with {} alerts", limit, active);
  }
  return matches.size();
}

void AlertingRule::Impl::Forget() {
  erase_if(by_source, [this](const auto& entry) {
    return entry.second->gone || entry.second->round != round;
  });
  erase_if(alerts, [](const auto& entry) { return entry.second->gone; });
  if (by_source.size() > 2 * alerts.size() + kSpareSources) by_source.clear();
}

void AlertingRule::WriteSamples(Alert& alert) {
  if (alert.state_series == nullptr) {
    alert.state_series = SeriesOf(alert, "ALERTS", AlertStateText(alert.progress.state));
  }
  if (alert.for_series == nullptr) alert.for_series = SeriesOf(alert, "ALERTS_FOR_STATE", {});
  output_.Add(alert.state_series, 1);
  // Whole seconds, rounded down also before 1970.
  TimeMs at = alert.progress.active_at;
  output_.Add(alert.for_series, static_cast<double>((at - (at % 1000 + 1000) % 1000) / 1000));
}

Output::Series* AlertingRule::SeriesOf(const Alert& alert, std::string_view name,
                                       std::string_view state) {
  model::LabelsBuilder builder(alert.labels);
  builder.Set(model::kMetricName, name);
  builder.Set(kAlertName, spec_->name);
  if (!state.empty()) builder.Set("alertstate", state);
  return output_.Find(builder.Build());
}

void AlertingRule::Send(const Evaluation& evaluation) {
  const Services& services = *evaluation.services;
  if (services.sink == nullptr) return;
  std::vector<alerting::Alert> sent;
  alerting::AlertTime until = alerting::AlertTime::OfMs(
      evaluation.slot + 4 * std::max(services.resend_delay_ms, evaluation.group->interval_ms));
  {
    MutexLock lock(impl_->mutex);
    for (auto& [labels, alert] : impl_->alerts) {
      if (!alert->NeedsSending(evaluation.slot, services.resend_delay_ms)) continue;
      alert->last_sent = evaluation.slot;
      alerting::Alert& one = sent.emplace_back();
      one.labels = labels;
      one.annotations = *alert->annotations;
      one.starts_at = alerting::AlertTime::OfMs(alert->progress.fired_at);
      one.ends_at = alert->progress.resolved()
                        ? alerting::AlertTime::OfMs(alert->progress.resolved_at)
                        : until;
      one.generator_url = impl_->generator_url;
      one.fingerprint = alert->fingerprint;
    }
  }
  if (sent.empty()) return;
  alerting::AlertTime now = alerting::AlertTime::OfMs(services.clock->Now());
  for (alerting::Alert& alert : sent) alert.updated_at = now;
  services.sink->Put(std::move(sent));
}

void AlertingRule::CopyState(Rule& from) {
  Rule::CopyState(from);
  auto& other = static_cast<AlertingRule&>(from);
  std::vector<std::unique_ptr<Alert>> copies;
  bool evaluated = false;
  {
    MutexLock lock(other.impl_->mutex);
    evaluated = other.impl_->evaluated;
    for (const auto& [labels, alert] : other.impl_->alerts) {
      copies.push_back(std::make_unique<Alert>(*alert));
    }
  }
  MutexLock lock(impl_->mutex);
  impl_->evaluated = evaluated;
  for (std::unique_ptr<Alert>& alert : copies) {
    alert->round = 0;
    alert->state_series = alert->for_series = nullptr;
    impl_->alerts[alert->labels] = std::move(alert);
  }
}

RuleView AlertingRule::View(bool with_alerts) const {
  RuleView view = Rule::View(with_alerts);
  AlertState most = AlertState::kInactive;
  {
    MutexLock lock(impl_->mutex);
    if (!impl_->evaluated) return view;
    for (const auto& [labels, alert] : impl_->alerts) {
      if (!alert->active()) continue;
      most = std::max(most, alert->progress.state);
      if (!with_alerts) continue;
      AlertView& one = view.alerts.emplace_back();
      one.labels = labels;
      one.annotations = alert->annotations;
      one.state = alert->progress.state;
      one.active_at = alert->progress.active_at;
      if (alert->progress.keep_firing_since != AlertProgress::kNever) {
        one.keep_firing_since = alert->progress.keep_firing_since;
      }
      one.value = alert->value;
      one.fingerprint = alert->fingerprint;
    }
  }
  view.state = most;
  std::sort(view.alerts.begin(), view.alerts.end(),
            [](const AlertView& a, const AlertView& b) { return a.labels < b.labels; });
  return view;
}

void AlertingRule::Restore(const Evaluation& evaluation, TimeMs now) {
  const Services& services = *evaluation.services;
  impl_->restored = true;
  // Those that wait shorter anyway gain nothing.
  if (spec_->for_ms < services.grace_period_ms) return;
  Result<LastSamples> read = ReadForState(evaluation, now);
  if (!read.ok()) {
    WF_LOG(kError, "Failed to restore 'for' state", {"component", "rule manager"},
           {"file", evaluation.group->file}, {"group", evaluation.group->name},
           {"alert", spec_->name}, {"stage", "Select"}, {"err", read.error()});
    return;
  }
  MutexLock lock(impl_->mutex);
  for (auto& [labels, alert] : impl_->alerts) {
    auto at = read->find(labels);
    if (at == read->end() || model::IsStaleNan(at->second.v)) continue;
    TimeMs down_at = at->second.t;
    TimeMs active_at = static_cast<TimeMs>(at->second.v) * 1000;
    int64_t remaining = spec_->for_ms - (down_at - active_at);
    if (remaining > 0 && remaining < services.grace_period_ms) {
      active_at = now + services.grace_period_ms - spec_->for_ms;
    } else if (remaining > 0) {
      active_at += now - down_at;
    }
    alert->progress.active_at = active_at;
  }
}

Result<AlertingRule::LastSamples> AlertingRule::ReadForState(const Evaluation& evaluation,
                                                             TimeMs now) const {
  TimeMs oldest = now - evaluation.services->outage_tolerance_ms;
  auto querier = TRY(evaluation.services->queryable->NewQuerier(oldest, now));
  model::Matchers matchers = {
      model::Matcher::Equal(std::string(model::kMetricName), "ALERTS_FOR_STATE"),
      model::Matcher::Equal(std::string(kAlertName), spec_->name)};
  for (const TextSpec& label : spec_->labels) {
    if (label.name == kAlertName || !label.parsed.literal()) continue;
    matchers.push_back(model::Matcher::Equal(label.name, label.text));
  }
  storage::SelectHints hints;
  hints.start = oldest;
  hints.end = now;
  auto set = querier->Select(false, hints, matchers);
  LastSamples samples;
  while (set->Next()) {
    model::Sample last;
    if (!set->At().Latest(oldest, now, &last)) continue;
    samples[set->At().labels().WithoutName()] = last;
  }
  TRY(set->status());
  return samples;
}

}  // namespace watchfire::rules
