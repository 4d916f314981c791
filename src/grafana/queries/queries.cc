#include "grafana/queries/queries.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "grafana/queries/answer_cache.h"
#include "grafana/queries/exemplars.h"
#include "grafana/queries/frames.h"
#include "grafana/queries/own_address.h"
#include "grafana/queries/own_engine.h"
#include "grafana/queries/query_plan.h"
#include "grafana/queries/remote_source.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxHeaderBytes = 64 << 10;

bool IsPrometheus(const DataSource& source) {
  return source.type == "prometheus" || source.type.empty();
}

// Live dashboards ask for "now", each at its own millisecond; within a second that is one question.
int64_t InstantKey(const QueryPlan& plan, TimeMs now) {
  constexpr int64_t kLiveMs = 10'000;
  bool live = plan.time > now - kLiveMs && plan.time < now + kLiveMs;
  return live ? plan.time / 1000 * 1000 : plan.time;
}

std::string KeyOf(const DataSource& source, const QueryPlan& plan, TimeMs now) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{} {} {} {}{} {}\n{}", source.uid, source.version,
                     source.updated, source.url, plan.ref_id, plan.start, plan.end, plan.step_ms,
                     plan.range + 2 * plan.exemplars, plan.instant,
                     plan.instant ? InstantKey(plan, now) : 0, plan.legend) +
         "\n" + plan.expr;
}

QueryAnswer Refused(const Failure& failure) {
  return {failure.status, failure.message, failure.downstream ? "downstream" : "plugin", nullptr};
}
QueryAnswer Refused(int status, std::string message) {
  return {status, std::move(message), "plugin", nullptr};
}

Error ErrorOf(const Failure& failure) {
  ErrorCode code = ErrorCode::kIo;
  if (failure.cancelled) {
    code = ErrorCode::kCancelled;
  } else if (failure.status == 400) {
    code = ErrorCode::kInvalid;
  } else if (failure.status == 503 || failure.status == 504) {
    code = ErrorCode::kTimeout;
  }
  return Error(code, failure.message);
}

Result<NodeValue> ValueOf(Answer answer) {
  if (answer.kind == AnswerKind::kString) {
    return Error::Invalid("the query gives a string, which expressions cannot use");
  }
  if (answer.kind != AnswerKind::kMatrix) {
    std::vector<Number> numbers;
    for (AnswerSeries& series : answer.series) {
      if (!series.v.empty()) numbers.push_back({std::move(series.labels), series.v.back()});
    }
    if (numbers.empty()) return NodeValue{};
    return NodeValue{std::move(numbers)};
  }
  std::vector<TimeSeries> all;
  for (AnswerSeries& next : answer.series) {
    AnswerSeries series = std::move(next);
    if (series.v.empty()) continue;  // native histograms
    TimeSeries& out = all.emplace_back();
    out.labels = std::move(series.labels);
    out.t = std::move(series.t);
    out.v.assign(series.v.begin(), series.v.end());
  }
  if (all.empty()) return NodeValue{};
  return NodeValue{std::move(all)};
}

}  // namespace

struct Queries::Impl {
  explicit Impl(QueriesDependencies dependencies)
      : deps(std::move(dependencies)),
        own(deps.own_addresses, deps.own_prefix, deps.clock),
        remote(deps.timeout_ms),
        cache(std::make_shared<AnswerCache>(AnswerCache::Options{}, deps.registry, deps.clock)) {
    if (deps.registry == nullptr) return;
    // The registry outlives us.
    deps.registry->AddCallback("watchfire_grafana_query_cache_bytes",
                               "Answers to queries of dashboards that are kept for a second.",
                               client::MetricKind::kGauge,
                               [weak = std::weak_ptr<AnswerCache>(cache)] {
                                 auto held = weak.lock();
                                 return held ? static_cast<double>(held->bytes()) : 0;
                               });
    client::Family<client::Counter>& asked = deps.registry->AddCounterFamily(
        "watchfire_grafana_queries_total",
        "Queries of dashboards and rules, by who answered: this process or another server.",
        {"where"});
    asked_here = &asked.With({"here"});
    asked_there = &asked.With({"there"});
  }

  OwnAddress::Decision Decide(const DataSource& source) {
    if (deps.engine == nullptr || !IsPrometheus(source)) return {};
    return own.Decide(source.url);
  }
  bool IsOwn(const DataSource& source) { return Decide(source).kind != OwnAddress::Kind::kOther; }

  int64_t ScrapeMs(const DataSource& source, bool is_own) const {
    const codec::Json* json = source.json_data.Find("timeInterval");
    const std::string* text = json == nullptr ? nullptr : json->AsString();
    if (text != nullptr && !TrimSpace(*text).empty()) {
      Result<int64_t> parsed = ParseInterval(*text);
      if (parsed.ok() && *parsed > 0) return *parsed;
    }
    int64_t global = is_own && deps.scrape_interval_ms ? deps.scrape_interval_ms() : 0;
    return global > 0 ? global : kDefaultScrapeMs;
  }

  Outcome Ask(const DataSource& source, bool is_own, const QueryPlan& plan, bool instant,
              const std::shared_ptr<const std::atomic<bool>>& cancelled) {
    client::Counter* counter = is_own ? asked_here : asked_there;
    if (counter != nullptr) counter->Increment();
    if (!is_own) return remote.Ask(source, plan, instant, cancelled);
    storage::Queryable* storage = deps.storage ? deps.storage() : nullptr;
    return AskEngine(*deps.engine, storage, plan, instant, QueryTimeoutMs(source, 0), cancelled);
  }

  AnswerCache::Made Make(const DataSource& source, bool is_own, const QueryPlan& plan,
                         const std::shared_ptr<const std::atomic<bool>>& cancelled) {
    FramesWriter frames(plan);
    for (bool instant : {false, true}) {
      if (!(instant ? plan.instant : plan.range)) continue;
      Outcome outcome = Ask(source, is_own, plan, instant, cancelled);
      if (const auto* failure = std::get_if<Failure>(&outcome)) {
        return {Refused(*failure), failure->cancelled};
      }
      frames.Add(std::move(std::get<Answer>(outcome)));
    }
    if (plan.exemplars) AddExemplars(source, is_own, plan, &frames);
    QueryAnswer answer;
    answer.frames = frames.Take();
    return {std::move(answer), false};
  }

  // An addition to the graph: where there are none, or they cannot be had, it goes without.
  void AddExemplars(const DataSource& source, bool is_own, const QueryPlan& plan,
                    FramesWriter* frames) {
    std::string path = ExemplarsPath(plan);
    std::string frame;
    if (!is_own) {
      auto response = remote.Get(source, path);
      if (response.ok() && response->status == 200) frame = ExemplarFrame(plan, response->body);
    } else if (deps.dispatch) {
      net::Request request;
      size_t question = path.find('?');
      request.method = "GET";
      request.path = "/" + path.substr(0, question);
      request.raw_query = path.substr(question + 1);
      net::Response response = deps.dispatch(std::move(request));
      std::string body = std::move(response.body) + response.tail.TakeJoined();
      if (response.status == 200) frame = ExemplarFrame(plan, body);
    }
    if (!frame.empty()) frames->AddText(frame);
  }

  const QueriesDependencies deps;
  OwnAddress own;
  RemoteSources remote;
  const std::shared_ptr<AnswerCache> cache;
  client::Counter* asked_here = nullptr;
  client::Counter* asked_there = nullptr;
};

Queries::Queries(QueriesDependencies dependencies)
    : impl_(std::make_unique<Impl>(std::move(dependencies))) {}
Queries::~Queries() = default;

QueryAnswer Queries::Run(const PanelQuery& query,
                         std::shared_ptr<const std::atomic<bool>> cancelled) {
  if (query.source == nullptr) return Refused(404, "data source not found");
  const DataSource& source = *query.source;
  if (!IsPrometheus(source)) {
    return Refused(400, "queries to data sources of type " + source.type + " are not supported");
  }
  bool is_own = impl_->IsOwn(source);
  Result<QueryPlan> plan = MakePlan(query, impl_->ScrapeMs(source, is_own));
  if (!plan.ok()) return Refused(400, plan.error().message());
  return impl_->cache->Get(KeyOf(source, *plan, impl_->deps.clock->Now()), cancelled.get(),
                           [&] { return impl_->Make(source, is_own, *plan, cancelled); });
}

Result<NodeValue> Queries::Values(const PanelQuery& query,
                                  std::shared_ptr<const std::atomic<bool>> cancelled) {
  if (query.source == nullptr) return Error::NotFound("data source not found");
  const DataSource& source = *query.source;
  if (!IsPrometheus(source)) {
    return Error::Invalid("queries to data sources of type {} are not supported", source.type);
  }
  bool is_own = impl_->IsOwn(source);
  QueryPlan plan = TRY(MakePlan(query, impl_->ScrapeMs(source, is_own)));
  // Of a query that is both, the range: an expression can reduce it as it likes.
  Outcome outcome = impl_->Ask(source, is_own, plan, !plan.range, cancelled);
  if (const auto* failure = std::get_if<Failure>(&outcome)) return ErrorOf(*failure);
  return ValueOf(std::move(std::get<Answer>(outcome)));
}

int64_t Queries::ScrapeIntervalMs(const DataSource& source) const {
  return impl_->ScrapeMs(source, impl_->IsOwn(source));
}

Result<Queries::Asked> Queries::Plan(const PanelQuery& query) const {
  if (query.source == nullptr) return Error::NotFound("data source not found");
  QueryPlan plan = TRY(MakePlan(query, ScrapeIntervalMs(*query.source)));
  Asked asked;
  asked.expr = std::move(plan.expr);
  asked.instant = !plan.range;
  asked.start = asked.instant ? plan.time : plan.start;
  asked.end = asked.instant ? plan.time : plan.end;
  asked.step_ms = plan.step_ms;
  return asked;
}

std::optional<std::string> Queries::OwnReason(const DataSource& source) const {
  OwnAddress::Decision decision = impl_->Decide(source);
  if (decision.kind == OwnAddress::Kind::kOther) return std::nullopt;
  return decision.reason;
}

Queries::Health Queries::Check(const DataSource& source) {
  Health health;
  health.details = codec::Json::OfObject({});
  if (source.type == "alertmanager") {
    auto response = impl_->remote.Get(source, "api/v2/status");
    health.ok = response.ok() && response->status == 200;
    health.message = health.ok       ? "Health check passed."
                     : response.ok() ? fmt::format("the server answered {}", response->status)
                                     : response.error().message();
    return health;
  }
  PanelQuery query;
  query.ref_id = "__healthcheck__";
  query.source = std::make_shared<DataSource>(source);
  query.model.Set("expr", codec::Json::OfString("1+1"));
  query.model.Set("instant", codec::Json::OfBool(true));
  query.from = query.to = impl_->deps.clock->Now();
  Result<NodeValue> answer = Values(query, nullptr);
  health.ok = answer.ok();
  if (!answer.ok()) {
    health.message =
        answer.error().message() + " - There was an error returned querying the Prometheus API.";
    return health;
  }
  health.message = "Successfully queried the Prometheus API.";
  health.details.Set("application", codec::Json::OfString("Prometheus"));
  codec::Json features;
  features.Set("rulerApiEnabled", codec::Json::OfBool(false));
  health.details.Set("features", std::move(features));
  OwnAddress::Decision decision = impl_->Decide(source);
  if (decision.kind == OwnAddress::Kind::kOther) return health;
  health.details.Set("own", codec::Json::OfString(decision.reason));
  if (decision.kind == OwnAddress::Kind::kNobodyElse) {
    std::string reason = ToUpper(decision.reason.substr(0, 1)) + decision.reason.substr(1);
    health.message += " " + reason + ", so this server answers itself.";
  }
  return health;
}

Result<net::Response> Queries::Forward(const DataSource& source, std::string_view path,
                                       const net::Request& request) {
  if (path.size() + request.raw_query.size() > kMaxHeaderBytes) {
    return Error::Invalid("the address is too long");
  }
  if (!impl_->deps.dispatch || !impl_->IsOwn(source)) {
    return impl_->remote.Forward(source, path, request);
  }
  for (std::string_view part : Split(path, '/')) {
    if (part == ".." || part == ".") return Error::Invalid("the path may not hold . or ..");
  }
  net::Request inner;
  inner.method = request.method;
  inner.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  inner.raw_query = request.raw_query;
  inner.body = request.body;
  inner.remote_address = request.remote_address;
  inner.user = request.user;
  inner.received_ns = request.received_ns;
  inner.cancelled = request.cancelled;
  for (std::string_view name : {"Content-Type", "Accept"}) {
    std::string_view value = request.headers.Get(name);
    if (!value.empty()) inner.headers.Add(std::string(name), std::string(value));
  }
  return impl_->deps.dispatch(std::move(inner));
}

}  // namespace watchfire::grafana
