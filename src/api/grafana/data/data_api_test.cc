#include "api/grafana/data/data_api.h"

#include "api/grafana/data/data_test.h"
#include "api/grafana/data/time_range.h"

namespace watchfire::api {
namespace {

class DataApiTest : public DataTest {};

TEST_F(DataApiTest, AnswersQueriesInTheOrderOfTheRequest) {
  Fill({{"__name__", "up"}, {"job", "a"}}, kNow - 600'000, kNow);
  Answer answer = Query(R"({"refId":"B","datasource":{"uid":"here"},"expr":"up","instant":true},
                    {"refId":"A","datasource":{"type":"prometheus","uid":"Prometheus"},"expr":"up"},
                    {"datasource":"default","expr":"1"},
                    {"refId":"H","hide":true,"expr":"up"})");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_TRUE(answer.text.starts_with(R"({"results":{"B":{"status":200,"frames":[{"schema")"))
      << answer.text;
  EXPECT_LT(answer.text.find("\"B\":{\"status\""), answer.text.find("\"A\":{\"status\""));
  EXPECT_EQ(At(answer.json, "results.B.frames.0.data.values.1"), "[40]");
  EXPECT_EQ(At(answer.json, "results.A.frames.0.schema.refId"), "A");
  EXPECT_EQ(At(answer.json, "results.C.frames.0.schema.name"), "1");
  EXPECT_EQ(At(answer.json, "results.H"), "missing");
  EXPECT_NE(At(answer.json, "results.A.timeMs"), "missing");
}

TEST_F(DataApiTest, FindsSourcesByEveryKindOfReference) {
  std::string id = std::to_string(sources_->ByUid("here")->id);
  for (std::string reference :
       {std::string(R"("datasource":{"uid":"here"},)"),
        std::string(R"("datasource":"Prometheus",)"),
        std::string(R"("datasource":{"uid":"${DS_PROMETHEUS}"},)"), std::string(),
        std::string(R"("datasource":null,)"), R"("datasourceId":)" + id + ","}) {
    Answer answer = Query("{" + reference + R"("refId":"A","expr":"1"})");
    EXPECT_EQ(answer.status, 200) << reference << answer.text;
  }
}

TEST_F(DataApiTest, FailsAsAWholeWithEveryResultInIt) {
  Fill({{"__name__", "up"}}, kNow - 60'000, kNow);
  Answer answer = Query(R"({"refId":"A","expr":"up"},{"refId":"B","expr":"up{"},
                           {"refId":"C","datasource":{"uid":"gone"},"expr":"up"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(At(answer.json, "results.A.status"), "200");
  EXPECT_EQ(At(answer.json, "results.B.status"), "400");
  EXPECT_EQ(At(answer.json, "results.B.errorSource"), "downstream");
  EXPECT_TRUE(At(answer.json, "results.B.error").starts_with("bad_data: invalid parameter"));
  EXPECT_EQ(At(answer.json, "results.B.frames"), "[]");
  EXPECT_EQ(At(answer.json, "results.C.error"), "data source gone not found");
}

TEST_F(DataApiTest, EvaluatesExpressionsInTheirOrder) {
  Fill({{"__name__", "m"}, {"i", "1"}}, kNow - 600'000, kNow);
  Fill({{"__name__", "m"}, {"i", "2"}}, kNow - 300'000, kNow);
  Answer answer = Query(
      R"({"refId":"D","datasource":{"uid":"__expr__"},"type":"threshold","expression":"C",
          "conditions":[{"evaluator":{"type":"gt","params":[55]}}]},
         {"refId":"C","datasource":{"type":"__expr__"},"type":"math","expression":"$B * 2"},
         {"refId":"B","datasource":{"uid":"__expr__"},"type":"reduce","expression":"A","reducer":"last"},
         {"refId":"A","hide":true,"expr":"m"})");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(At(answer.json, "results.A"), "missing");
  EXPECT_EQ(At(answer.json, "results.C.frames.0.data.values.0"), "[78]");
  EXPECT_EQ(At(answer.json, "results.C.frames.0.schema.fields.0.labels.i"), "1");
  EXPECT_EQ(At(answer.json, "results.C.frames.1.data.values.0"), "[38]");
  EXPECT_EQ(At(answer.json, "results.D.frames.0.data.values.0"), "[1]");
  EXPECT_EQ(At(answer.json, "results.D.frames.1.data.values.0"), "[0]");
  EXPECT_EQ(At(answer.json, "results.D.frames.1.schema.meta.type"), "numeric-multi");
}

TEST_F(DataApiTest, ShowsSeriesOfExpressionsWithNullAndNan) {
  Fill({{"__name__", "m"}}, kNow - 60'000, kNow);
  Answer answer = Query(R"!({"refId":"A","expr":"m"},
                {"refId":"B","datasource":{"uid":"__expr__"},"type":"math","expression":"log($A-1)"})!",
                        "now-30s");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(At(answer.json, "results.B.frames.0.schema.fields.0.name"), "Time");
  EXPECT_EQ(At(answer.json, "results.B.frames.0.data.values.1"), "[null,0,0.6931471805599453]");
  EXPECT_EQ(At(answer.json, "results.B.frames.0.data.entities"),
            R"([null,{"NaN":[],"Inf":[],"NegInf":[0]}])");
}

TEST_F(DataApiTest, TellsWhatIsWrongWithExpressions) {
  Answer answer = Query(R"({"refId":"A","expr":"up{"},
      {"refId":"B","datasource":{"uid":"__expr__"},"type":"math","expression":"$A"},
      {"refId":"C","datasource":{"uid":"__expr__"},"type":"math","expression":"$B+1"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(At(answer.json, "results.B.error").starts_with("failed to read A: bad_data"));
  EXPECT_TRUE(At(answer.json, "results.C.error").starts_with("failed to read B: failed to read A"));
  answer =
      Query(R"({"refId":"A","datasource":{"uid":"__expr__"},"type":"math","expression":"$A"})");
  EXPECT_EQ(At(answer.json, "results.A.error"), "expressions read each other in a circle: A → A");
}

TEST_F(DataApiTest, RefusesBodiesThatMakeNoSense) {
  auto message = [&](const std::string& body) {
    Answer answer = Send("POST", "/api/ds/query", body);
    EXPECT_EQ(answer.status, 400) << body;
    return At(answer.json, "message");
  };
  EXPECT_EQ(message("{}"), "no queries found");
  EXPECT_EQ(message(R"({"queries":[]})"), "no queries found");
  EXPECT_EQ(message(R"({"queries":[1]})"), "a query must be an object");
  EXPECT_EQ(message(R"({"queries":[{"refId":"A"},{"refId":"A"}]})"),
            "two queries have the refId A");
  EXPECT_EQ(message(R"({"from":"soon","queries":[{}]})"), "not a time: \"soon\"");
  std::string many = R"({"queries":[{})";
  for (int i = 0; i < 100; ++i) many += ",{}";
  EXPECT_EQ(message(many + "]}"), "more than 100 queries");
  EXPECT_NE(message("{").find("bad request data"), std::string::npos);
}

TEST_F(DataApiTest, StopsWhenTheClientHasGone) {
  auto gone = std::make_shared<std::atomic<bool>>(true);
  grafana::PanelQuery query;
  query.source = sources_->ByUid("here");
  query.model = *codec::Json::Parse(R"({"expr":"1"})");
  query.from = kNow - 60'000;
  query.to = kNow;
  EXPECT_EQ(queries_->Run(query, gone).status, 499);
}

TEST_F(DataApiTest, TestsDataSources) {
  Answer answer = Send("GET", "/api/datasources/uid/here/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(At(answer.json, "status"), "OK");
  EXPECT_EQ(At(answer.json, "message"), "Successfully queried the Prometheus API.");
  answer = Send("GET", "/api/datasources/uid/there/health");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(At(answer.json, "status"), "ERROR");
  EXPECT_TRUE(At(answer.json, "message")
                  .ends_with("connection refused - There was an error returned querying the "
                             "Prometheus API."));
  EXPECT_EQ(Send("GET", "/api/datasources/uid/gone/health").status, 404);
}

TEST_F(DataApiTest, PassesOnWhatReadsAndNothingElse) {
  std::string id = std::to_string(sources_->ByUid("here")->id);
  for (const std::string& prefix :
       {std::string("/api/datasources/proxy/uid/here/"), "/api/datasources/proxy/" + id + "/",
        std::string("/api/datasources/uid/here/resources/"),
        "/api/datasources/" + id + "/resources/"}) {
    Answer answer = Send("GET", prefix + "api/v1/labels", "", "match[]=up");
    EXPECT_EQ(answer.status, 200) << prefix;
    EXPECT_EQ(forwarded_.path, "/api/v1/labels");
    EXPECT_EQ(forwarded_.raw_query, "match[]=up");
    EXPECT_EQ(answer.headers.Get("Content-Security-Policy"), "sandbox");
    EXPECT_EQ(Send("POST", prefix + "api/v1/query_range", "query=1").status, 200);
    EXPECT_EQ(forwarded_.body, "query=1");
    EXPECT_EQ(Send("POST", prefix + "api/v1/admin/tsdb/delete_series").status, 403);
    EXPECT_EQ(Send("POST", prefix + "-/quit").status, 403);
    EXPECT_EQ(Send("PUT", prefix + "api/v1/query").status, 403);
    EXPECT_EQ(Send("DELETE", prefix + "api/v1/query").status, 403);
  }
  EXPECT_EQ(Send("GET", "/api/datasources/proxy/uid/gone/api/v1/labels").status, 404);
  EXPECT_EQ(Send("GET", "/api/datasources/proxy/uid/here/api/../-/quit").status, 400);
  Answer answer = Send("GET", "/api/datasources/proxy/uid/there/api/v1/labels");
  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(At(answer.json, "message").starts_with("The data source cannot be reached"));
}

TEST_F(DataApiTest, AnswersPanelsOfPublicDashboardsWithoutTheirQueries) {
  Fill({{"__name__", "up"}, {"job", "a"}}, kNow - 3'600'000, kNow);
  bool chosen = false;
  deps_.public_dashboard = [&](std::string_view token) -> std::optional<PublicDashboard> {
    if (token != "abc") return std::nullopt;
    return PublicDashboard{
        *codec::Json::Parse(
            R"({"time":{"from":"now-5m","to":"now"},"panels":[{"type":"row","id":1,"panels":[
                {"id":2,"datasource":{"uid":"here"},"targets":[{"refId":"A","expr":"up"}]},
                {"id":4,"datasource":{"uid":"here"},
                 "targets":[{"refId":"A","expr":"secret_metric("}]}]}]})"),
        chosen};
  };
  std::string path = "/api/public/dashboards/abc/panels/2/query";
  std::string body =
      R"({"intervalMs":15000,"maxDataPoints":100,"timeRange":{"from":"now-1h","to":"now"}})";
  Answer answer = Send("POST", path, body);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.text.find("executedQueryString"), std::string::npos);
  EXPECT_EQ(At(answer.json, "results.A.frames.0.schema.meta.custom.resultType"), "matrix");
  size_t short_size = answer.text.size();
  chosen = true;
  EXPECT_GT(Send("POST", path, body).text.size(), short_size);
  Answer failed = Send("POST", "/api/public/dashboards/abc/panels/4/query", body);
  EXPECT_EQ(At(failed.json, "results.A.error"), "the query failed");
  EXPECT_EQ(failed.text.find("secret_metric"), std::string::npos);
  EXPECT_EQ(Send("POST", "/api/public/dashboards/xyz/panels/2/query", body).status, 404);
  EXPECT_EQ(Send("POST", "/api/public/dashboards/abc/panels/3/query", body).status, 404);
  EXPECT_EQ(Send("POST", "/api/public/dashboards/abc/panels/x/query", body).status, 404);
}

TEST(DashboardTime, ReadsWhatDashboardsWrite) {
  constexpr TimeMs kThen = 1'700'049'600'000;  // Wednesday 2023-11-15 12:00 UTC
  auto at = [&](const char* text, bool end = false) -> TimeMs {
    auto t = ParseDashboardTime(codec::Json::OfString(text), kThen, end);
    return t.ok() ? *t : -1;
  };
  auto day = [](const char* text) { return *ParseRfc3339(text); };
  EXPECT_EQ(at("now"), kThen);
  EXPECT_EQ(at("now-6h"), kThen - 6 * 3'600'000);
  EXPECT_EQ(at("now+90s"), kThen + 90'000);
  EXPECT_EQ(at("now/d"), day("2023-11-15T00:00:00Z"));
  EXPECT_EQ(at("now/d", true), day("2023-11-16T00:00:00Z") - 1);
  EXPECT_EQ(at("now-1d/d"), day("2023-11-14T00:00:00Z"));
  EXPECT_EQ(at("now/w"), day("2023-11-13T00:00:00Z"));
  EXPECT_EQ(at("now/M"), day("2023-11-01T00:00:00Z"));
  EXPECT_EQ(at("now/M", true), day("2023-12-01T00:00:00Z") - 1);
  EXPECT_EQ(at("now-1M"), day("2023-10-15T12:00:00Z"));
  EXPECT_EQ(at("now/y"), day("2023-01-01T00:00:00Z"));
  EXPECT_EQ(at("now/fy"), day("2023-01-01T00:00:00Z"));
  EXPECT_EQ(at("now-2y/y", true), day("2022-01-01T00:00:00Z") - 1);
  EXPECT_EQ(at("1700000000000"), 1'700'000'000'000);
  EXPECT_EQ(at("2023-11-15T12:00:00Z"), kThen);
  EXPECT_EQ(*ParseDashboardTime(codec::Json::OfInt(5), kThen, false), 5);
  for (const char* wrong : {"", "soon", "now-", "now-6", "now-6x", "now/", "now/3d", "now*2h",
                            "now-99999999999d", "99999999999999999999"}) {
    EXPECT_EQ(at(wrong), -1) << wrong;
  }
}

}  // namespace
}  // namespace watchfire::api
