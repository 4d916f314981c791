#include "grafana/queries/queries.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>
#include <set>

#include "base/mutex.h"
#include "grafana/queries/answer_cache.h"
#include "net/http_server.h"
#include "testing/fake_clock.h"
#include "testing/test_storage.h"

namespace watchfire::grafana {
namespace {

using model::Labels;
constexpr TimeMs kNow = 1'700'000'000'000;
constexpr double kInf = std::numeric_limits<double>::infinity();

codec::Json Model(std::string_view text) {
  auto json = codec::Json::Parse(text);
  if (!json.ok()) throw std::runtime_error(json.error().message());
  return *json;
}

class QueriesTest : public ::testing::Test {
 protected:
  QueriesTest() {
    source_.uid = "p";
    source_.name = "Prometheus";
    source_.url = "http://10.99.99.99:9090";
  }

  QueriesDependencies Deps() {
    QueriesDependencies deps;
    deps.engine = &engine_;
    deps.storage = [this] { return &storage_; };
    deps.own_addresses = [] { return std::vector<std::string>{"10.99.99.99:9090"}; };
    deps.scrape_interval_ms = [this] { return scrape_ms_; };
    deps.registry = &registry_;
    deps.clock = &clock_;
    deps.timeout_ms = 5000;
    return deps;
  }
  Queries& queries() {
    if (queries_ == nullptr) queries_ = std::make_unique<Queries>(Deps());
    return *queries_;
  }

  PanelQuery Query(std::string_view model, int64_t range_ms = 60'000) {
    PanelQuery query;
    query.ref_id = "A";
    query.source = std::make_shared<DataSource>(source_);
    query.model = Model(model);
    query.to = kNow;
    query.from = kNow - range_ms;
    return query;
  }
  std::string Run(std::string_view model, int64_t range_ms = 60'000) {
    QueryAnswer answer = queries().Run(Query(model, range_ms), nullptr);
    if (answer.frames == nullptr) return fmt::format("{} {}", answer.status, answer.error);
    return *answer.frames;
  }
  double Counted(const char* family, const char* value) {
    for (const client::MetricFamily& each : registry_.Gather()) {
      if (each.name != family) continue;
      for (const client::MetricPoint& point : each.points) {
        if (point.labels.at(0).value == value) return point.value;
      }
    }
    return 0;
  }

  testing::FakeClock clock_{kNow};
  testing::TestStorage storage_;
  ThreadPool pool_{"test", 2};
  client::Registry registry_;
  promql::Engine engine_{{}, &pool_, nullptr, &clock_};
  int64_t scrape_ms_ = 15'000;
  DataSource source_;
  std::unique_ptr<Queries> queries_;
};

TEST_F(QueriesTest, AnswersARangeInFrames) {
  for (int i = 0; i < 5; ++i) {
    storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "a"}}), kNow - 60'000 + i * 15'000,
                 i == 2 ? std::nan("") : i + 0.5);
  }
  storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "b<"}}), kNow - 21'000, -kInf);
  storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "b<"}}), kNow - 6'000, 1e21);
  EXPECT_EQ(
      Run(R"({"expr":"up","legendFormat":"of {{ job }}"})"),
      R"([{"schema":{"name":"of a","refId":"A","meta":{"type":"timeseries-multi",)"
      R"("typeVersion":[0,1],)"
      R"("custom":{"resultType":"matrix"},"executedQueryString":"Expr: up\nStep: 15s"},"fields":[)"
      R"({"name":"Time","type":"time","typeInfo":{"frame":"time.Time"},)"
      R"("config":{"interval":15000}},)"
      R"({"name":"Value","type":"number","typeInfo":{"frame":"float64"},)"
      R"("labels":{"__name__":"up","job":"a"},)"
      R"("config":{"displayNameFromDS":"of a"}}]},"data":{"values":[)"
      R"([1699999950000,1699999965000,1699999980000,1699999995000],)"
      R"([0.5,1.5,null,3.5]],"entities":[null,{"NaN":[2],"Inf":[],"NegInf":[]}]}},)"
      R"({"schema":{"name":"of b\u003c","refId":"A","meta":{"type":"timeseries-multi",)"
      R"("typeVersion":[0,1],)"
      R"("custom":{"resultType":"matrix"}},"fields":[)"
      R"({"name":"Time","type":"time","typeInfo":{"frame":"time.Time"},)"
      R"("config":{"interval":15000}},)"
      R"({"name":"Value","type":"number","typeInfo":{"frame":"float64"},)"
      R"("labels":{"__name__":"up","job":"b\u003c"},)"
      R"("config":{"displayNameFromDS":"of b\u003c"}}]},"data":{"values":[)"
      R"([1699999980000,1699999995000],[null,1e+21]],)"
      R"("entities":[null,{"NaN":[],"Inf":[],"NegInf":[0]}]}}])");
}

TEST_F(QueriesTest, AnswersAnInstantWithAFrameForEachSample) {
  storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "a"}}), kNow - 500, 1);
  EXPECT_EQ(
      Run(R"({"expr":"up","instant":true})"),
      R"([{"schema":{"name":"up{job=\"a\"}","refId":"A","meta":{"type":"numeric-multi",)"
      R"("typeVersion":[0,1],)"
      R"("custom":{"resultType":"vector"},"executedQueryString":"Expr: up\nStep: 15s"},"fields":[)"
      R"({"name":"Time","type":"time","typeInfo":{"frame":"time.Time"},)"
      R"("config":{"interval":15000}},)"
      R"({"name":"Value","type":"number","typeInfo":{"frame":"float64"},)"
      R"("labels":{"__name__":"up","job":"a"},)"
      R"("config":{"displayNameFromDS":"up{job=\"a\"}"}}]},"data":{"values":[[1700000000000],)"
      R"([1]]}}])");
}

TEST_F(QueriesTest, AnswersNothingWithAnEmptyFrame) {
  EXPECT_EQ(
      Run(R"({"expr":"up"})"),
      R"([{"schema":{"refId":"A","meta":{"typeVersion":[0,0],"custom":{"resultType":"matrix"},)"
      R"("executedQueryString":"Expr: up\nStep: 15s"},"fields":[]},"data":{"values":[]}}])");
}

TEST_F(QueriesTest, AnswersScalarsAndStrings) {
  std::string scalar = Run(R"({"expr":"1+1","instant":true})");
  EXPECT_NE(scalar.find(R"("custom":{"resultType":"scalar"})"), std::string::npos) << scalar;
  EXPECT_NE(scalar.find(R"("values":[[1700000000000],[2]])"), std::string::npos) << scalar;
  EXPECT_NE(scalar.find(R"("displayNameFromDS":"1+1")"), std::string::npos) << scalar;
  std::string text = Run(R"({"expr":"\"hello\"","instant":true})");
  EXPECT_NE(text.find(R"("typeInfo":{"frame":"string"})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("values":[[1700000000000],["hello"]])"), std::string::npos) << text;
}

TEST_F(QueriesTest, NamesSeriesByTheLegend) {
  storage_.Add(Labels::Of({{"__name__", "m"}, {"a", "1"}, {"b", "2"}}), kNow - 100, 1);
  auto name = [&](const char* expr, const char* legend) {
    std::string answer =
        Run(fmt::format(R"({{"expr":"{}","legendFormat":"{}","instant":true}})", expr, legend));
    std::string mark = "\"displayNameFromDS\":\"";
    size_t at = answer.find(mark);
    if (at == std::string::npos) return std::string("none");
    at += mark.size();
    return answer.substr(at, answer.find("\"}}", at) - at);
  };
  EXPECT_EQ(name("m", ""), R"(m{a=\"1\", b=\"2\"})");
  EXPECT_EQ(name("m", "__auto"), "none");
  EXPECT_EQ(name("sum(m)", "__auto"), "sum(m)");
  EXPECT_EQ(name("sum(m)", ""), "sum(m)");
  EXPECT_EQ(name("m", "{{a}}/{{ b }}/{{c}}-{{__name__}}"), "1/2/-m");
  EXPECT_EQ(name("m", "{{a"), "{{a");
  EXPECT_EQ(name("m", "{{c}}"), "none");
  EXPECT_EQ(name("m", "every $__interval"), "every 15s");
}

TEST_F(QueriesTest, PutsBothKindsOfAnswerInOneList) {
  storage_.Add(Labels::Of({{"__name__", "up"}}), kNow - 20'000, 1);
  std::string answer = Run(R"({"expr":"up","instant":true,"range":true})");
  size_t matrix = answer.find(R"("resultType":"matrix")");
  size_t vector = answer.find(R"("resultType":"vector")");
  EXPECT_LT(matrix, vector);
  EXPECT_NE(vector, std::string::npos);
}

TEST_F(QueriesTest, PassesWarningsOnAsNotices) {
  storage_.Add(Labels::Of({{"__name__", "m"}}), kNow - 20'000, 1);
  storage_.Add(Labels::Of({{"__name__", "m"}}), kNow - 100, 1);
  std::string answer = Run(R"!({"expr":"rate(m[1m])","instant":true})!");
  EXPECT_NE(
      answer.find(R"("notices":[{"severity":"info","text":"PromQL info: metric might not be)"),
      std::string::npos)
      << answer;
  answer = Run(R"!({"expr":"quantile(2, m)","instant":true})!");
  EXPECT_NE(answer.find(R"("notices":[{"severity":"warning","text":"PromQL warning: )"),
            std::string::npos)
      << answer;
}

TEST_F(QueriesTest, ShowsNativeHistogramsAsCells) {
  model::FloatHistogram histogram;
  histogram.schema = 0;
  histogram.count = 3;
  histogram.sum = 4;
  histogram.positive_spans = {{0, 2}};
  histogram.positive_buckets = {1, 2};
  storage_.AddHistogram(Labels::Of({{"__name__", "h"}, {"job", "a"}}), kNow - 100, histogram);
  std::string answer = Run(R"({"expr":"h","instant":true})");
  EXPECT_NE(answer.find(R"("type":"heatmap-cells")"), std::string::npos) << answer;
  EXPECT_NE(answer.find(R"("values":[[1700000000000,1700000000000],[0.5,1],[1,2],[1,2],[0,0]])"),
            std::string::npos)
      << answer;
}

TEST_F(QueriesTest, SaysWhatIsWrongAsThePrometheusApiDoes) {
  EXPECT_EQ(Run(R"!({"expr":"topk(3, rate(x[5m]) by (model))"})!"),
            "400 bad_data: invalid parameter \"query\": 1:21: parse error: unexpected <by> in "
            "aggregation");
  EXPECT_EQ(Run(R"({"expr":""})"), "400 the query is empty");
  source_.type = "loki";
  EXPECT_EQ(Run(R"({"expr":"up"})"), "400 queries to data sources of type loki are not supported");
}

TEST_F(QueriesTest, IsUnavailableBeforeTheStorageIsThere) {
  QueriesDependencies deps = Deps();
  deps.storage = [] { return nullptr; };
  queries_ = std::make_unique<Queries>(deps);
  EXPECT_EQ(Run(R"({"expr":"up"})"), "503 unavailable: the server is still reading its data");
}

TEST_F(QueriesTest, TakesTheScrapeIntervalOfTheSourceThenOurs) {
  scrape_ms_ = 60'000;
  EXPECT_EQ(queries().ScrapeIntervalMs(source_), 60'000);
  source_.json_data = Model(R"({"timeInterval":"30s"})");
  EXPECT_EQ(queries().ScrapeIntervalMs(source_), 30'000);
  source_.json_data = {};
  source_.url = "http://192.0.2.1:1234";
  EXPECT_EQ(queries().ScrapeIntervalMs(source_), 15'000);
}

TEST_F(QueriesTest, GivesValuesForExpressions) {
  storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "a"}}), kNow - 30'000, 1);
  storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "a"}}), kNow - 1'000, 2);
  auto numbers = queries().Values(Query(R"({"expr":"up","instant":true})"), nullptr);
  ASSERT_TRUE(numbers.ok());
  const auto& list = std::get<std::vector<Number>>(numbers->data);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].value, 2);
  EXPECT_EQ(list[0].labels.Get("job"), "a");
  auto series = queries().Values(Query(R"({"expr":"up"})"), nullptr);
  ASSERT_TRUE(series.ok());
  const auto& all = std::get<std::vector<TimeSeries>>(series->data);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].t, (std::vector<TimeMs>{kNow - 20'000, kNow - 5'000}));
  auto none = queries().Values(Query(R"({"expr":"gone"})"), nullptr);
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(std::holds_alternative<NoData>(none->data));
  auto scalar = queries().Values(Query(R"({"expr":"7","instant":true})"), nullptr);
  EXPECT_EQ(std::get<std::vector<Number>>(scalar->data).at(0).value, 7);
  auto bad = queries().Values(Query(R"({"expr":"up{"})"), nullptr);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code(), ErrorCode::kInvalid);
}

TEST_F(QueriesTest, AnswersAgainWithinASecondWithoutAsking) {
  storage_.Add(Labels::Of({{"__name__", "up"}}), kNow - 20'000, 1);
  PanelQuery query = Query(R"({"expr":"up"})");
  auto first = queries().Run(query, nullptr);
  clock_.Advance(900);
  // Another viewer, a moment later: the same steps.
  query.from += 900;
  query.to += 900;
  auto second = queries().Run(query, nullptr);
  EXPECT_EQ(first.frames.get(), second.frames.get());
  EXPECT_EQ(Counted("watchfire_grafana_query_answers_total", "made"), 1);
  EXPECT_EQ(Counted("watchfire_grafana_query_answers_total", "kept"), 1);
  clock_.Advance(200);
  auto third = queries().Run(query, nullptr);
  EXPECT_NE(first.frames.get(), third.frames.get());
  query.model.Set("legendFormat", codec::Json::OfString("x"));
  EXPECT_NE(*queries().Run(query, nullptr).frames, *third.frames);
}

TEST_F(QueriesTest, KnowsItsOwnAddress) {
  EXPECT_EQ(queries().OwnReason(source_), "10.99.99.99:9090 is this server itself");
  source_.url = "http://10.99.99.99:9090/prom";
  EXPECT_FALSE(queries().OwnReason(source_).has_value());
  source_.url = "http://10.99.99.99:9091";
  EXPECT_FALSE(queries().OwnReason(source_).has_value());
  source_.url = "http://10.99.99.99:9090/";
  source_.type = "alertmanager";
  EXPECT_FALSE(queries().OwnReason(source_).has_value());
}

TEST_F(QueriesTest, FindsItselfByTheAddressOfItsName) {
  QueriesDependencies deps = Deps();
  deps.own_addresses = [] { return std::vector<std::string>{"127.0.0.1:29999", "[::1]:29999"}; };
  deps.own_prefix = "/prom";
  queries_ = std::make_unique<Queries>(deps);
  source_.url = "http://localhost:29999/prom/";
  EXPECT_EQ(queries().OwnReason(source_), "localhost:29999 is this server itself");
}

TEST_F(QueriesTest, AnswersItselfWhereNobodyElseDoes) {
  QueriesDependencies deps = Deps();
  // A usual name with a port of ours, where nobody listens under another path.
  deps.own_addresses = [] { return std::vector<std::string>{"10.99.99.99:1"}; };
  queries_ = std::make_unique<Queries>(deps);
  source_.url = "http://localhost:1/";
  EXPECT_EQ(queries().OwnReason(source_), "nobody answers at localhost:1");
  Queries::Health health = queries().Check(source_);
  EXPECT_TRUE(health.ok);
  EXPECT_EQ(health.message,
            "Successfully queried the Prometheus API. Nobody answers at localhost:1, so this "
            "server answers itself.");
  source_.url = "http://elsewhere.invalid:1/";
  EXPECT_FALSE(queries().OwnReason(source_).has_value());
}

TEST_F(QueriesTest, ChecksItsHealthWithAQuery) {
  Queries::Health health = queries().Check(source_);
  EXPECT_TRUE(health.ok);
  EXPECT_EQ(health.message, "Successfully queried the Prometheus API.");
  EXPECT_EQ(health.details.ToString(),
            R"({"application":"Prometheus","features":{"rulerApiEnabled":false},)"
            R"("own":"10.99.99.99:9090 is this server itself"})");
  source_.url = "http://127.0.0.1:1";
  health = queries().Check(source_);
  EXPECT_FALSE(health.ok);
  EXPECT_EQ(health.message,
            "Post \"http://127.0.0.1:1/api/v1/query\": dial tcp 127.0.0.1:1: connect: connection "
            "refused - There was an error returned querying the Prometheus API.");
}

TEST_F(QueriesTest, PassesRequestsOnToItself) {
  QueriesDependencies deps = Deps();
  net::Request seen;
  deps.dispatch = [&](net::Request request) {
    seen = std::move(request);
    return net::Response::Json(200, "{}");
  };
  queries_ = std::make_unique<Queries>(deps);
  net::Request request;
  request.method = "GET";
  request.raw_query = "match[]=up";
  request.headers.Add("Cookie", "session=1");
  request.headers.Add("Authorization", "Basic abc");
  auto response = queries().Forward(source_, "api/v1/series", request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(seen.path, "/api/v1/series");
  EXPECT_EQ(seen.raw_query, "match[]=up");
  EXPECT_TRUE(seen.headers.all().empty());
  EXPECT_FALSE(queries().Forward(source_, "api/v1/../../-/quit", request).ok());
}

TEST_F(QueriesTest, AddsTheHighestExemplarOfEachStep) {
  QueriesDependencies deps = Deps();
  std::string asked;
  deps.dispatch = [&](net::Request request) {
    asked = request.path + "?" + request.raw_query;
    return net::Response::Json(
        200, R"({"status":"success","data":[{"seriesLabels":{"job":"a"},"exemplars":[)"
             R"({"labels":{"trace_id":"x"},"value":"3","timestamp":1699999990.5},)"
             R"({"labels":{"trace_id":"y"},"value":"7","timestamp":1699999991},)"
             R"({"labels":{},"value":"1","timestamp":1699999999},)"
             R"({"labels":{},"value":"9","timestamp":1600000000},{"value":"odd"}]}]})");
  };
  queries_ = std::make_unique<Queries>(deps);
  storage_.Add(Labels::Of({{"__name__", "up"}}), kNow - 20'000, 1);
  std::string answer = Run(R"({"expr":"up","exemplar":true})");
  EXPECT_EQ(asked, "/api/v1/query_exemplars?end=1700000000&query=up&start=1699999935");
  EXPECT_TRUE(answer.ends_with(
      R"({"schema":{"name":"exemplar","refId":"A","meta":{"custom":{"resultType":"exemplar"},)"
      R"("dataTopic":"annotations"},"fields":[{"name":"Time","type":"time",)"
      R"("typeInfo":{"frame":"time.Time"}},)"
      R"({"name":"Value","type":"number","typeInfo":{"frame":"float64"}},)"
      R"({"name":"job","type":"string","typeInfo":{"frame":"string"}},)"
      R"({"name":"trace_id","type":"string","typeInfo":{"frame":"string"}}]},"data":{"values":[)"
      R"([1699999991000,1699999999000],[7,1],["a","a"],["y",null]]}}])"))
      << answer;
  EXPECT_EQ(Run(R"({"expr":"up"})").find("exemplar"), std::string::npos);
}

TEST_F(QueriesTest, TakesTenThousandSeries) {
  auto appender = storage_.NewAppender();
  for (int i = 0; i < 10'000; ++i) {
    Labels labels = Labels::Of({{"__name__", "many"}, {"i", std::to_string(i)}});
    ASSERT_TRUE(appender->Append(0, labels, kNow - 1000, i).ok());
  }
  ASSERT_TRUE(appender->Commit().ok());
  std::string answer = Run(R"({"expr":"many","instant":true})");
  auto json = codec::Json::Parse(answer);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->AsArray()->size(), 10'000u);
}

// A question that nobody will answer must not be waited for.
TEST(AnswerCache, AfterAMakerThatThrewTheNextOneMakes) {
  AnswerCache cache({}, nullptr, Clock::System());
  auto fails = []() -> AnswerCache::Made { throw std::bad_alloc(); };
  EXPECT_THROW(cache.Get("a", nullptr, fails), std::bad_alloc);
  auto works = [] { return AnswerCache::Made{{201, "", "", nullptr}, false}; };
  EXPECT_EQ(cache.Get("a", nullptr, works).status, 201);
}

}  // namespace
}  // namespace watchfire::grafana
