// /query_advice over the real router and a real database.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "api/advice_catalog.h"
#include "api/prometheus_api.h"
#include "codec/json.h"

namespace watchfire::api {
namespace {

constexpr TimeMs kNow = 1'760'000'000'000;

class SteppedClock final : public Clock {
 public:
  TimeMs Now() const override { return kNow; }
  int64_t MonotonicNs() const override { return ns; }
  int64_t ns = 0;
};

class AdviceApiTest : public ::testing::Test {
 protected:
  AdviceApiTest() {
    char path[] = "/tmp/watchfire-advice-XXXXXX";
    directory_ = mkdtemp(path);
    tsdb::DbOptions options;
    options.path = directory_;
    options.clock = &clock_;
    options.registry = &registry_;
    options.background = false;
    db_ = tsdb::Db::Open(options).value();
    dependencies_.engine = &engine_;
    dependencies_.database = [this] { return db_.get(); };
    dependencies_.registry = &registry_;
    dependencies_.clock = &clock_;
    dependencies_.ready = &ready_;
    dependencies_.stopping = &stopping_;
    for (const char* code : {"200", "500"}) {
      Add({{"__name__", "http_requests_total"}, {"job", "api"}, {"code", code}}, kNow - 10'000);
    }
    Add({{"__name__", "limit"}, {"job", "api"}}, kNow - 10'000);
    Add({{"__name__", "old"}, {"job", "api"}}, kNow - 20 * 60'000);
  }
  ~AdviceApiTest() override {
    db_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Add(std::initializer_list<model::LabelView> labels, TimeMs t) {
    auto appender = db_->NewAppender();
    ASSERT_TRUE(appender->Append(0, model::Labels::Of(labels), t, 1, nullptr).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  net::Response Send(const std::string& method, const std::string& form) {
    PrometheusApi api(dependencies_);
    net::Router router;
    api.Register(router);
    net::Request request;
    request.method = method;
    request.path = "/api/v1/query_advice";
    request.cancelled = cancelled_;
    if (method == "GET") {
      request.raw_query = form;
    } else {
      request.body = form;
      request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    }
    return router.Dispatch(request);
  }
  std::string Ask(const std::string& query, const std::string& more = {}) {
    net::Response response = Send("GET", "query=" + net::PercentEncode(query) + more);
    EXPECT_EQ(response.status, 200);
    std::string body = response.body;
    EXPECT_TRUE(codec::Json::Parse(body).ok()) << body;
    return body;
  }
  AdviceCatalog Catalog(AdviceBounds bounds) {
    bounds.now = kNow;
    return AdviceCatalog(db_.get(), nullptr, &clock_, std::move(bounds));
  }
  static model::Matchers Named(const std::string& name) {
    return {model::Matcher::Equal("__name__", name)};
  }

  std::string directory_;
  SteppedClock clock_;
  client::Registry registry_;
  ThreadPool workers_{"work", 1};
  promql::Engine engine_{{}, &workers_, &registry_, &clock_};
  std::unique_ptr<tsdb::Db> db_;
  std::atomic<bool> ready_{true};
  std::atomic<bool> stopping_{false};
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  Dependencies dependencies_;
};

TEST_F(AdviceApiTest, NamesTheNearestMetricThatExists) {
  EXPECT_EQ(Ask("sum(rate(http_request_total[5m]))"),
            R"({"status":"success","data":{"advice":[{"code":"unknown-metric",)"
            R"("severity":"warning",)"
            R"("message":"there is no metric http_request_total; the nearest is )"
            R"(http_requests_total","reason":"No series of that name was seen lately, so this )"
            R"(part of the query is empty.","position":{"start":9,"end":27},"line":1,"column":10,)"
            R"("fix":{"label":"use http_requests_total",)"
            R"~("query":"sum(rate(http_requests_total[5m]))"}}]}})~");
}

TEST_F(AdviceApiTest, HasNothingToSayOfAGoodQuery) {
  EXPECT_EQ(Ask("sum by (code) (rate(http_requests_total{job=\"api\"}[5m]))"),
            R"({"status":"success","data":{"advice":[]}})");
}

TEST_F(AdviceApiTest, TakesAQueryThatDoesNotParseForAdvice) {
  std::string body = Ask("topk(3, rate(http_requests_total[5m]) by (code))");
  EXPECT_NE(body.find(R"("code":"syntax-trailing-grouping","severity":"error")"),
            std::string::npos);
  EXPECT_NE(body.find(R"~("query":"topk(3, sum by (code) (rate(http_requests_total[5m])))")~"),
            std::string::npos);
  EXPECT_NE(Ask("").find(R"("code":"syntax")"), std::string::npos);
}

TEST_F(AdviceApiTest, MatchesTheSeriesOfNow) {
  std::string body = Ask("http_requests_total > limit");
  EXPECT_NE(body.find(R"("code":"matching-drops-everything","severity":"warning")"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find("on (job) group_left () limit"), std::string::npos) << body;
}

TEST_F(AdviceApiTest, KnowsWhatWasSeenWithinADay) {
  EXPECT_EQ(Ask("old"), R"({"status":"success","data":{"advice":[]}})");
  std::string later = Ask("old", "&time=" + std::to_string(kNow / 1000 + 2 * 86'400));
  EXPECT_NE(later.find(R"("code":"unknown-metric")"), std::string::npos) << later;
}

TEST_F(AdviceApiTest, AdvisesByPurpose) {
  EXPECT_EQ(Ask("limit == bool 1"), R"({"status":"success","data":{"advice":[]}})");
  EXPECT_NE(Ask("limit == bool 1", "&context=alert").find(R"("code":"alert-with-bool")"),
            std::string::npos);
  net::Response refused = Send("GET", "query=up&context=party");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find(R"(invalid parameter \"context\")"), std::string::npos);
  EXPECT_EQ(Send("GET", "query=up&time=never").status, 400);
}

TEST_F(AdviceApiTest, AnswersPostsToo) {
  net::Response response = Send("POST", "query=limi");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(std::string(response.body).find("the nearest is limit"), std::string::npos);
}

TEST_F(AdviceApiTest, AsksNothingMoreWhenTheTimeIsUpOrTheClientGone) {
  AdviceCatalog catalog = Catalog({});
  EXPECT_EQ(catalog.Exists(Named("nothing")), false);
  clock_.ns += 3'000'000'000;
  EXPECT_EQ(catalog.Exists(Named("nothing")), false);  // is remembered
  EXPECT_EQ(catalog.Exists(Named("nothing else")), std::nullopt);
  EXPECT_EQ(catalog.MetricNames(), std::nullopt);
  EXPECT_EQ(catalog.CurrentSeries(Named("limit"), 10), std::nullopt);
  *cancelled_ = true;
  EXPECT_EQ(Ask("limi"), R"({"status":"success","data":{"advice":[]}})");
}

TEST_F(AdviceApiTest, TakesTooManyForNotKnown) {
  AdviceBounds bounds;
  bounds.max_metrics = 2;
  bounds.max_names = 1;
  AdviceCatalog catalog = Catalog(std::move(bounds));
  EXPECT_EQ(catalog.MetricNames(), std::nullopt);
  EXPECT_EQ(catalog.LabelNames(Named("limit")), std::nullopt);
  EXPECT_EQ(catalog.LabelValues("code", Named("http_requests_total")), std::nullopt);
  EXPECT_EQ(catalog.LabelValues("job", Named("limit"))->size(), 1u);
  EXPECT_EQ(catalog.CurrentSeries(Named("http_requests_total"), 1), std::nullopt);
  EXPECT_EQ(catalog.CurrentSeries(Named("http_requests_total"), 2)->size(), 2u);
  EXPECT_EQ(catalog.ScrapeIntervalMs(Named("limit")), std::nullopt);
  EXPECT_EQ(catalog.FamilyType("limit"), std::nullopt);
}

}  // namespace
}  // namespace watchfire::api
