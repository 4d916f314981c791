// Why a panel is empty, over a storage with known contents.
#include "api/grafana/data/data_test.h"
#include "api/grafana/data/diagnosis.h"
#include "net/http_server.h"

namespace watchfire::api {
namespace {

class WhyNoDataTest : public DataTest {
 protected:
  static constexpr int64_t kHour = 3'600'000;

  WhyNoDataTest() {
    for (const char* code : {"200", "500"}) {
      Fill({{"__name__", "http_requests_total"},
            {"job", "api"},
            {"instance", "a:80"},
            {"code", code}},
           kNow - 2 * kHour, kNow);
    }
    Fill({{"__name__", "slow"}, {"job", "batch"}, {"instance", "b:80"}}, kNow - 2 * kHour, kNow,
         60'000);
    Fill({{"__name__", "gone"}, {"job", "old"}, {"instance", "c:80"}}, kNow - 10 * kHour,
         kNow - 5 * kHour);
  }

  std::vector<Reason> Why(const std::string& expr, int64_t range_ms = kHour,
                          const char* source = "here", TimeMs to = kNow, bool instant = false) {
    grafana::PanelQuery query;
    query.ref_id = "A";
    query.source = sources_->ByUid(source);
    query.model.Set("expr", codec::Json::OfString(expr));
    query.model.Set("instant", codec::Json::OfBool(instant));
    query.from = to - range_ms;
    query.to = to;
    query.max_data_points = 100;
    return Diagnose(deps_, query, nullptr);
  }
  // "kind: text" of the best reason.
  std::string Best(const std::string& expr, int64_t range_ms = kHour) {
    return Shown(Why(expr, range_ms).at(0));
  }
  static std::string Shown(const Reason& reason) {
    return std::string(ReasonKindName(reason.kind)) + ": " + reason.text;
  }
  scrape::TargetStatus Target(const char* job, const char* instance, scrape::Health health,
                              const char* error = "") {
    scrape::TargetStatus target;
    target.pool = job;
    target.labels = model::Labels::Of({{"job", job}, {"instance", instance}});
    target.url = std::string("http://") + instance + "/metrics";
    target.health = health;
    target.last_error = error;
    return target;
  }
};

TEST_F(WhyNoDataTest, NamesTheMistakeInTheQuery) {
  Reason reason = Why("topk(3, rate(http_requests_total[5m]) by (job))").at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kQueryError);
  EXPECT_EQ(reason.suggestion, "topk(3, sum by (job) (rate(http_requests_total[5m])))")
      << reason.text;
  ASSERT_TRUE(reason.position.has_value());
  EXPECT_TRUE(Best("up{").starts_with("query_error: "));
  EXPECT_EQ(Best(""), "query_error: The query is empty.");
}

TEST_F(WhyNoDataTest, NamesTheNearestMetric) {
  Reason reason = Why("sum(rate(http_request_total[5m]))").at(0);
  EXPECT_EQ(Shown(reason),
            "unknown_metric: There is no metric http_request_total; the nearest is "
            "http_requests_total.");
  EXPECT_EQ(reason.suggestion, "sum(rate(http_requests_total[5m]))");
  EXPECT_EQ(reason.position->start, 9u);
  EXPECT_EQ(reason.position->end, 27u);
}

TEST_F(WhyNoDataTest, CorrectsTheQueryAsItWasWritten) {
  Reason reason = Why("sum(rate(http_request_total[$__rate_interval]))").at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kUnknownMetric);
  EXPECT_EQ(reason.suggestion, "sum(rate(http_requests_total[$__rate_interval]))");
  EXPECT_EQ(reason.position->start, 9u);
}

TEST_F(WhyNoDataTest, NamesTheMatcherThatTakesEverythingAway) {
  Reason reason = Why(R"(http_requests_total{job="api",code="404"})").at(0);
  EXPECT_EQ(Shown(reason),
            "label_mismatch: The label code of http_requests_total never has the value \"404\"; "
            "there are 200, 500.");
  EXPECT_EQ(reason.position->start, 30u);
  EXPECT_EQ(reason.position->end, 40u);
  EXPECT_EQ(
      Best(R"(http_requests_total{jop="api"})"),
      "label_mismatch: No series of http_requests_total has a label jop; the nearest is job.");
  reason = Why(R"(http_requests_total{code=~"4.."})").at(0);
  EXPECT_TRUE(reason.text.starts_with("\"4..\" matches no value of code")) << reason.text;
  reason = Why(R"(http_requests_total{code="5.."})").at(0);
  EXPECT_EQ(reason.suggestion, R"(http_requests_total{code=~"5.."})");
}

TEST_F(WhyNoDataTest, SaysThatDataEndsBeforeTheRange) {
  Reason reason = Why("gone").at(0);
  EXPECT_EQ(Shown(reason),
            "after_last_sample: gone ends at 2023-11-14T17:13:20Z, before this "
            "time range begins.");
  EXPECT_TRUE(reason.hint.starts_with("Look further back by 3h")) << reason.hint;
  targets_ = {Target("api", "a:80", scrape::Health::kUp)};
  reason = Why("rate(gone[5m])").at(0);
  EXPECT_NE(reason.hint.find("(job old, instance c:80) is no longer scraped"), std::string::npos)
      << reason.hint;
  EXPECT_EQ(reason.link, "/targets");
}

TEST_F(WhyNoDataTest, SaysThatDataBeginsAfterTheRange) {
  Reason reason = Why("http_requests_total", kHour, "here", kNow - 24 * kHour).at(0);
  EXPECT_EQ(
      Shown(reason),
      "before_first_sample: http_requests_total begins at 2023-11-14T20:13:20Z, after this time "
      "range ends.");
  // A target of it that is down now has nothing to do with that.
  targets_ = {Target("api", "a:80", scrape::Health::kDown, "connection refused")};
  reason = Why("http_requests_total", kHour, "here", kNow - 24 * kHour).at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kBeforeFirstSample);
}

TEST_F(WhyNoDataTest, NamesTheTargetThatIsDown) {
  targets_ = {Target("api", "a:80", scrape::Health::kUp),
              Target("old", "c:80", scrape::Health::kDown, "connection refused")};
  std::vector<Reason> reasons = Why("gone");
  EXPECT_EQ(Shown(reasons.at(0)),
            "target_down: The target http://c:80/metrics of job old is down: connection refused.");
  EXPECT_EQ(reasons[0].link, "/targets?search=c%3A80");
  EXPECT_EQ(reasons[0].link_text, "Show the target");
  EXPECT_EQ(reasons.at(1).kind, ReasonKind::kAfterLastSample);
  // Never seen at all, but asked for by its job.
  EXPECT_TRUE(Best(R"(never_seen{job="old"})").starts_with("target_down: The target http://c:80"));
  EXPECT_TRUE(Best(R"(never_seen{job="api"})").starts_with("unknown_metric: "));
}

TEST_F(WhyNoDataTest, SaysThatNothingWasScrapedYet) {
  storage_.Clear();
  targets_ = {Target("api", "a:80", scrape::Health::kUnknown)};
  std::vector<Reason> reasons = Why(R"({job="api"})");
  EXPECT_EQ(reasons.at(0).kind, ReasonKind::kNotScrapedYet) << Shown(reasons[0]);
}

TEST_F(WhyNoDataTest, SaysThatARangeIsTooShort) {
  Reason reason = Why("rate(slow[1m])").at(0);
  EXPECT_EQ(Shown(reason),
            "window_too_short: A range of 1m is too short: it must hold two samples, and a sample "
            "comes every 1m.");
  EXPECT_EQ(reason.suggestion, "rate(slow[4m])");
  // The scrape interval that is assumed is shorter than the real one.
  reason = Why("rate(slow[$__rate_interval])", 10 * 60'000).at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kWindowTooShort) << reason.text;
  EXPECT_EQ(reason.suggestion, "");
  EXPECT_NE(reason.hint.find("scrape interval of the data source"), std::string::npos);
}

TEST_F(WhyNoDataTest, NamesTheComparisonThatFiltersEverything) {
  Reason reason = Why("sum(http_requests_total) > 5000", 10 * 60'000).at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kEmptyOperation);
  EXPECT_TRUE(reason.text.starts_with("No value is > 5000 in this range: they lie between 8"))
      << reason.text;
  EXPECT_EQ(reason.position->start, 0u);
  reason = Why("vector(3) == 4").at(0);
  EXPECT_EQ(reason.text, "No value is == 4 in this range: they are 3.");
}

TEST_F(WhyNoDataTest, NamesTheOperatorWhoseSidesDoNotMeet) {
  EXPECT_TRUE(Best("http_requests_total / slow").starts_with("empty_operation: "));
  EXPECT_EQ(Best("http_requests_total and slow"),
            "empty_operation: No series of the left side meets one of the right side: code only on "
            "the left; instance, job with different values.");
  EXPECT_EQ(
      Best("slow and slow > 1e9 or slow and (slow < 0)"),
      "empty_operation: No value is > 1000000000 in this range: they lie between 59 and 119.");
  EXPECT_EQ(
      Best("slow unless slow"),
      "empty_operation: Everything on the left of unless is also on its right, which takes it "
      "away.");
  EXPECT_EQ(Best("absent(slow)"),
            "empty_operation: absent() gives nothing, because the series are there.");
  EXPECT_TRUE(Best("histogram_quantile(0.9, slow)").starts_with("empty_operation: "));
  EXPECT_EQ(Best("topk(0, slow)"), "empty_operation: topk leaves nothing of the series it gets.");
  // Of both sides the one that is empty is told of.
  EXPECT_TRUE(Best("sum(slow) / sum(slwo)").starts_with("unknown_metric: There is no metric slwo"));
  EXPECT_TRUE(Best("slwo or gone").find("slwo") != std::string::npos);
}

TEST_F(WhyNoDataTest, SaysThatThereIsDataByNow) {
  EXPECT_EQ(Best("slow"), "empty_operation: The query gives data now.");
}

TEST_F(WhyNoDataTest, LooksAtOffsets) {
  EXPECT_EQ(Best("http_requests_total offset 1d").substr(0, 19), "before_first_sample");
  EXPECT_EQ(Best("http_requests_total @ 0").substr(0, 14), "label_mismatch");
  EXPECT_EQ(Best("gone offset 6h"), "empty_operation: The query gives data now.");
}

TEST_F(WhyNoDataTest, LooksAtAnInstantOnly) {
  Fill({{"__name__", "rare"}}, kNow - 20 * 60'000, kNow - 10 * 60'000);
  Reason reason = Why("rare", kHour, "here", kNow, true).at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kAfterLastSample) << reason.text;
}

TEST_F(WhyNoDataTest, SaysThatASourceDoesNotAnswer) {
  Reason reason = Why("up", kHour, "there").at(0);
  EXPECT_EQ(reason.kind, ReasonKind::kSourceUnreachable);
  EXPECT_NE(reason.text.find("The data source Other does not answer"), std::string::npos);
  EXPECT_NE(reason.text.find("connection refused"), std::string::npos);
  EXPECT_NE(reason.hint.find("Inside a container"), std::string::npos);
  EXPECT_EQ(reason.link, "/connections/datasources/edit/there");
  EXPECT_EQ(Why("up", kHour, "gone").at(0).text, "The query's data source does not exist.");
}

TEST_F(WhyNoDataTest, LooksAtOtherServersByTheirApi) {
  net::Router router;
  auto answer = [](const net::Request& request) {
    std::string query(request.Form()->Get("query"));
    std::string result = query == "known" ? R"({"metric":{},"values":[[1700000000,"3"]]})" : "";
    return net::Response::Json(
        200, R"({"status":"success","data":{"resultType":"matrix","result":[)" + result + "]}}");
  };
  router.Handle("POST", "/api/v1/query_range", answer);
  net::ServerOptions options;
  options.listen_addresses = {"127.0.0.1:0"};
  auto server = net::HttpServer::Start(options, std::move(router), pool_, nullptr).value();
  AddSource("remote", "Remote", fmt::format("http://127.0.0.1:{}", server->ports()[0]).c_str());
  EXPECT_EQ(Shown(Why(R"(known{a="b"})", kHour, "remote").at(0)),
            "label_mismatch: There are series of known, but none that matches known{a=\"b\"}.");
  EXPECT_EQ(Shown(Why("sum(rate(unknown[5m]))", kHour, "remote").at(0)),
            "unknown_metric: The data source has no unknown in this time range.");
  EXPECT_EQ(Shown(Why("known > 5", kHour, "remote").at(0)),
            "empty_operation: No value is > 5 in this range: they are 3.");
}

TEST_F(WhyNoDataTest, AnswersOverHttp) {
  Answer answer = Send("POST", "/api/ds/why-no-data",
                       R"({"from":"now-1h","to":"now","queries":[
                         {"refId":"A","datasource":{"uid":"here"},"expr":"slwo","intervalMs":15000},
                         {"refId":"B","datasource":{"uid":"here"},"expr":"vector(1) > 2"}]})");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(At(answer.json, "results.A.reasons.0.kind"), "unknown_metric");
  EXPECT_EQ(At(answer.json, "results.A.reasons.0.suggestion"), "slow");
  EXPECT_EQ(At(answer.json, "results.A.reasons.0.position"), "[0,4]");
  EXPECT_EQ(At(answer.json, "results.B.reasons.0.kind"), "empty_operation");
  EXPECT_EQ(At(answer.json, "results.B.reasons.0.link"), "");
  EXPECT_EQ(Send("POST", "/api/ds/why-no-data", "{}").status, 400);
}

}  // namespace
}  // namespace watchfire::api
