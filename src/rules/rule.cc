#include "rules/rule.h"

#include "base/log.h"

namespace watchfire::rules {

std::string_view HealthText(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kError:
      return "err";
    case Health::kUnknown:
      break;
  }
  return "unknown";
}

Result<Answer> RunQuery(const Evaluation& evaluation, const std::string& query,
                        std::shared_ptr<const promql::Expr> expr, TimeMs t) {
  const Services& services = *evaluation.services;
  promql::QueryRequest request;
  request.query = query;
  request.expr = std::move(expr);
  request.start = request.end = t;
  request.cancelled = services.cancelled;
  request.origin.rule_file = evaluation.group->file;
  request.origin.rule_group = evaluation.group->name;
  auto outcome = services.engine->Exec(*services.queryable, request);
  if (const auto* failure = std::get_if<promql::QueryFailure>(&outcome)) {
    bool cancelled = failure->kind == promql::QueryErrorKind::kCanceled;
    return Error(cancelled ? ErrorCode::kCancelled : ErrorCode::kInvalid, failure->message);
  }
  promql::QueryValue& value = std::get<promql::QueryResult>(outcome).value;
  if (value.type == promql::ValueType::kVector) return std::move(value.series);
  if (value.type != promql::ValueType::kScalar) {
    return Error::Invalid("rule result is not a vector or scalar");
  }
  Answer answer(1);
  answer[0].t = {value.scalar.t};
  answer[0].v = {value.scalar.v};
  return answer;
}

void Rule::LogWarning(const Evaluation& evaluation, std::string_view what, std::string_view error,
                      size_t dropped) const {
  WF_LOG(kWarn, what, {"component", "rule manager"}, {"file", evaluation.group->file},
         {"group", evaluation.group->name}, {"name", spec_->name}, {"err", error},
         {"num_dropped", dropped});
}

void Rule::Write(const Evaluation& evaluation, Status* status, Outcome* outcome) {
  WriteReport report = output_.Write(*evaluation.services->appendable, evaluation.query_time());
  if (!report.committed.ok()) {
    outcome->failed = true;
    report.last_refusal = report.committed.error().message();
    LogWarning(evaluation, "Rule sample appending failed", report.last_refusal, outcome->samples);
  }
  if (!report.last_refusal.empty()) {
    status->health = Health::kError;
    status->last_error = report.last_refusal;
  }
  constexpr std::string_view kIngesting = "Error on ingesting results from rule evaluation";
  if (report.out_of_order > 0) {
    LogWarning(evaluation, kIngesting, "out of order sample", report.out_of_order);
  }
  if (report.too_old > 0) LogWarning(evaluation, kIngesting, "too old sample", report.too_old);
  if (report.duplicates > 0) {
    LogWarning(evaluation, kIngesting, "duplicate sample for timestamp", report.duplicates);
  }
  for (const std::string& other : report.others) {
    LogWarning(evaluation, "Rule evaluation result discarded", other, 1);
  }
}

Rule::Outcome Rule::Evaluate(const Evaluation& evaluation) {
  const Clock& clock = *evaluation.services->clock;
  Status status;
  status.last_evaluation = clock.Now();
  status.health = Health::kOk;
  int64_t began_ns = clock.MonotonicNs();
  Outcome outcome;
  output_.Begin();
  Result<size_t> computed = Compute(evaluation);
  if (computed.ok()) {
    status.samples = *computed;
    outcome.samples = output_.size();
    Send(evaluation);
    Write(evaluation, &status, &outcome);
  } else {
    output_.Abandon();
    outcome.failed = true;
    status.health = Health::kError;
    status.last_error = computed.error().message();
    // Whoever stops the server does not want to hear that queries were stopped.
    if (computed.error().code() != ErrorCode::kCancelled) {
      LogWarning(evaluation, "Evaluating rule failed", status.last_error, 0);
    }
  }
  outcome.seconds = static_cast<double>(clock.MonotonicNs() - began_ns) / 1e9;
  status.evaluation_seconds = outcome.seconds;
  MutexLock lock(mutex_);
  status_ = std::move(status);
  return outcome;
}

void Rule::CopyState(Rule& from) {
  output_.CopyFrom(from.output_);
}

RuleView Rule::View(bool /*with_alerts*/) const {
  RuleView view;
  view.spec = spec_;
  MutexLock lock(mutex_);
  view.health = status_.health;
  view.last_error = status_.last_error;
  view.evaluation_seconds = status_.evaluation_seconds;
  view.last_evaluation = status_.last_evaluation;
  view.samples = status_.samples;
  return view;
}

}  // namespace watchfire::rules
