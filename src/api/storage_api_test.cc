// What the API says about the storage and does to it, over the real router and a real database.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "api/prometheus_api.h"
#include "codec/compress.h"

namespace watchfire::api {
namespace {

constexpr TimeMs kNow = 1'760'000'000'000;
constexpr TimeMs kOld = kNow - 10 * 3600 * 1000;

class FixedClock final : public Clock {
 public:
  TimeMs Now() const override { return kNow; }
  int64_t MonotonicNs() const override { return 0; }
};

class StorageApiTest : public ::testing::Test {
 protected:
  StorageApiTest() {
    char path[] = "/tmp/watchfire-api-XXXXXX";
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
    dependencies_.admin_enabled = true;
    dependencies_.write_receiver = &receiver_;
  }
  ~StorageApiTest() override {
    db_.reset();
    std::filesystem::remove_all(directory_);
  }

  net::Response Send(const std::string& method, const std::string& path,
                     const std::string& query = {}, const std::string& body = {},
                     const std::string& content_type = "application/x-www-form-urlencoded") {
    PrometheusApi api(dependencies_);
    net::Router router;
    api.Register(router);
    net::Request request;
    request.method = method;
    request.path = "/api/v1" + path;
    request.raw_query = query;
    request.body = body;
    if (!body.empty()) request.headers.Set("Content-Type", content_type);
    return router.Dispatch(request);
  }
  void Add(const char* name, TimeMs t, double v) {
    auto appender = db_->NewAppender();
    ASSERT_TRUE(appender->Append(0, model::Labels::Of({{"__name__", name}}), t, v, nullptr).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  // `a` and `b` once each at kOld, in a block.
  void MakeBlock() {
    Add("a", kOld, 1);
    Add("b", kOld, 1);
    for (int hours : {2, 4}) Add("a", kOld + hours * 3'600'000, 1);
    ASSERT_TRUE(db_->Maintain().ok());
    ASSERT_EQ(db_->BlockMetas().size(), 1u);
  }
  std::string Instant(const std::string& expression, TimeMs t = kNow) {
    return Send("GET", "/query",
                fmt::format("query={}&time={}", net::PercentEncode(expression), t / 1000))
        .body;
  }

  std::string directory_;
  FixedClock clock_;
  client::Registry registry_;
  ThreadPool workers_{"work", 1};
  promql::Engine engine_{{}, &workers_, &registry_, &clock_};
  std::unique_ptr<tsdb::Db> db_;
  remote::WriteReceiver receiver_{{[this] { return db_.get(); }, &registry_, &clock_}};
  std::atomic<bool> ready_{true};
  std::atomic<bool> stopping_{false};
  Dependencies dependencies_;
};

// WriteRequest{timeseries{labels{__name__="m"} samples{value 2, timestamp}}}
std::string WriteBody(TimeMs t) {
  std::string sample = "\x09";
  double value = 2;
  sample.append(reinterpret_cast<const char*>(&value), 8);
  sample += '\x10';
  for (auto rest = static_cast<uint64_t>(t);; rest >>= 7) {
    sample += static_cast<char>((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0));
    if (rest < 0x80) break;
  }
  auto field = [](char tag, const std::string& bytes) {
    return std::string{tag, static_cast<char>(bytes.size())} + bytes;
  };
  std::string label = field('\x0a', "__name__") + field('\x12', "m");
  return codec::SnappyCompress(field('\x0a', field('\x0a', label) + field('\x12', sample)));
}

TEST_F(StorageApiTest, TakesRemoteWrites) {
  net::Response response =
      Send("POST", "/write", "", WriteBody(kNow - 1000), "application/x-protobuf");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(response.headers.Has("X-Prometheus-Remote-Write-Samples-Written"));
  EXPECT_NE(Instant("m").find(R"("value":[1760000000,"2"])"), std::string::npos) << Instant("m");
  response = Send("POST", "/write", "", WriteBody(kNow - 2000), "application/x-protobuf");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "out of order sample\n");
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Send("GET", "/write").status, 405);
}

TEST_F(StorageApiTest, CountsWhatWasWrittenInHeadersForTheSecondProtocol) {
  net::Response response =
      Send("POST", "/write", "", codec::SnappyCompress(std::string_view("\x22\x00", 2)),
           "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  EXPECT_EQ(response.status, 204) << response.body;
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Samples-Written"), "0");
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Histograms-Written"), "0");
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Exemplars-Written"), "0");
}

TEST_F(StorageApiTest, TakesNoRemoteWritesUnlessTheFlagIsGivenAndTheServerReady) {
  ready_ = false;
  EXPECT_EQ(Send("POST", "/write", "", WriteBody(kNow)).status, 503);
  ready_ = true;
  dependencies_.write_receiver = nullptr;
  net::Response response = Send("POST", "/write", "", WriteBody(kNow));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body,
            "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n");
}

TEST_F(StorageApiTest, RefusesAdministrationUnlessTheFlagIsGiven) {
  dependencies_.admin_enabled = false;
  for (const char* path : {"delete_series", "clean_tombstones", "snapshot"}) {
    net::Response response = Send("POST", std::string("/admin/tsdb/") + path, "match[]=m");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body,
              R"({"status":"error","errorType":"unavailable","error":"admin APIs disabled"})");
  }
}

TEST_F(StorageApiTest, DeletesSeries) {
  MakeBlock();
  EXPECT_NE(Instant("a", kOld).find(R"("value")"), std::string::npos) << Instant("a", kOld);
  net::Response response = Send("POST", "/admin/tsdb/delete_series", "match[]=a");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_NE(Instant("a", kOld).find(R"("result":[])"), std::string::npos) << Instant("a", kOld);
  EXPECT_EQ(Send("PUT", "/admin/tsdb/delete_series", "", "match[]=b&start=1&end=2").status, 204);
  EXPECT_NE(Instant("b", kOld).find(R"("value")"), std::string::npos);
  EXPECT_EQ(db_->BlockMetas()[0].stats.num_tombstones, 1u);
  EXPECT_EQ(Send("PUT", "/admin/tsdb/clean_tombstones").status, 204);
  EXPECT_EQ(db_->BlockMetas()[0].stats.num_tombstones, 0u);
  EXPECT_NE(Instant("a", kOld).find(R"("result":[])"), std::string::npos) << Instant("a", kOld);
  EXPECT_NE(Instant("b", kOld).find(R"("value")"), std::string::npos);
}

TEST_F(StorageApiTest, SaysWhatIsWrongWithADeletion) {
  auto error = [&](const std::string& query) {
    net::Response response = Send("POST", "/admin/tsdb/delete_series", query);
    EXPECT_EQ(response.status, 400);
    return response.body;
  };
  EXPECT_EQ(error(""),
            R"({"status":"error","errorType":"bad_data","error":"no match[] parameter provided"})");
  EXPECT_NE(error("match[]=a&start=soon")
                .find(R"(invalid parameter \"start\": invalid time value for 'start')"),
            std::string::npos);
  EXPECT_NE(error("match[]=a%7B").find(R"(invalid parameter \"match[]\": 1:3: parse error)"),
            std::string::npos)
      << error("match[]=a%7B");
  EXPECT_EQ(Send("GET", "/admin/tsdb/delete_series", "match[]=a").status, 405);
}

TEST_F(StorageApiTest, MakesSnapshots) {
  Add("a", kNow - 2000, 1);
  net::Response response = Send("POST", "/admin/tsdb/snapshot");
  ASSERT_EQ(response.status, 200) << response.body;
  std::string start = R"({"status":"success","data":{"name":"20251009T)";
  ASSERT_EQ(response.body.substr(0, start.size()), start);
  std::string name = response.body.substr(start.size() - 9);
  name = name.substr(0, name.find('"'));
  EXPECT_TRUE(std::filesystem::is_directory(directory_ + "/snapshots/" + name)) << name;
  response = Send("POST", "/admin/tsdb/snapshot", "skip_head=perhaps");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"skip_head\": )"
            R"(unable to parse boolean: strconv.ParseBool: parsing \"perhaps\": invalid syntax"})");
}

TEST_F(StorageApiTest, AnswersExemplarsOfEverySelectorOfAnExpression) {
  std::string seen;
  dependencies_.select_exemplars =
      [&](TimeMs mint, TimeMs maxt,
          const std::vector<model::Matchers>& sets) -> Result<std::vector<ExemplarSeries>> {
    seen = fmt::format("{} {} {}", mint, maxt, sets.size());
    ExemplarSeries series;
    series.labels = model::Labels::Of({{"__name__", "a"}});
    series.exemplars.push_back({model::Labels::Of({{"trace_id", "x"}}), 0.5, 1500, true});
    return std::vector<ExemplarSeries>{series};
  };
  std::string expression =
      "topk(2, rate(a[5m])) + on() group_left sum_over_time((-b)[1h:1m]) unless c @ 5";
  net::Response response = Send("POST", "/query_exemplars", "start=1&end=2.5",
                                "query=" + net::PercentEncode(expression));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"status":"success","data":[{"seriesLabels":{"__name__":"a"},"exemplars":)"
            R"([{"labels":{"trace_id":"x"},"value":"0.5","timestamp":1.500}]}]})");
  EXPECT_EQ(seen, "1000 2500 3");
  EXPECT_EQ(Send("GET", "/query_exemplars", "query=1%2B1").status, 204);
  response = Send("GET", "/query_exemplars", "query=a&start=2&end=1");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("end timestamp must not be before start timestamp"),
            std::string::npos);
  EXPECT_EQ(Send("GET", "/query_exemplars", "query=a%7B").status, 400);
  dependencies_.select_exemplars = {};
  EXPECT_EQ(Send("GET", "/query_exemplars", "query=a").body, R"({"status":"success","data":[]})");
}

TEST_F(StorageApiTest, ShowsTheHeadAndTheBlocks) {
  Add("a", kNow - 2000, 1);
  Add("b", kNow - 1000, 1);
  std::string body = Send("GET", "/status/tsdb", "limit=1").body;
  EXPECT_EQ(body.substr(0, body.find(",\"seriesCountBy")),
            fmt::format(R"({{"status":"success","data":{{"headStats":{{"numSeries":2,)"
                        R"("numLabelPairs":2,"chunkCount":2,"minTime":{},"maxTime":{}}})",
                        kNow - 2000, kNow - 1000));
  EXPECT_NE(body.find(R"("labelValueCountByLabelName":[{"name":"__name__","value":2}])"),
            std::string::npos)
      << body;
  EXPECT_EQ(Send("GET", "/status/tsdb", "limit=10001").status, 400);
}

TEST_F(StorageApiTest, ListsBlocksWithTheirMeta) {
  EXPECT_EQ(Send("GET", "/status/tsdb/blocks").body,
            R"({"status":"success","data":{"blocks":[]}})");
  MakeBlock();
  std::string ulid = db_->BlockMetas()[0].ulid.ToString();
  EXPECT_EQ(Send("GET", "/status/tsdb/blocks").body,
            fmt::format(R"({{"status":"success","data":{{"blocks":[{{"ulid":"{}","minTime":{},)"
                        R"("maxTime":{},"stats":{{"numSamples":2,"numFloatSamples":2,)"
                        R"("numSeries":2,"numChunks":2}},"compaction":{{"level":1,)"
                        R"("sources":["{}"]}},"version":1}}]}}}})",
                        ulid, kOld, db_->BlockMetas()[0].maxt, ulid));
}

}  // namespace
}  // namespace watchfire::api
