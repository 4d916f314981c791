#include "promql/engine/query_log.h"

#include <filesystem>

#include "base/log.h"
#include "client/text_writer.h"
#include "testing/fault_file_system.h"

namespace watchfire::promql {
namespace {

constexpr std::string_view kStats =
    R"j("stats":{"timings":{"evalTotalTime":0.5,"resultSortTime":0,"queryPreparationTime":0,)j"
    R"j("innerEvalTime":0,"execQueueTime":0,"execTotalTime":0.75},)j"
    R"j("samples":{"totalQueryableSamples":7,"samplesRead":8,"peakSamples":9}},)j"
    R"j("spanID":"0000000000000000","traceID":"00000000000000000000000000000000")j";

QueryRequest RangeRequest() {
  QueryRequest request;
  request.query = "sum(up{job=\"a\"})";
  request.start = 1'700'000'000'000;
  request.end = 1'700'000'060'500;
  request.step_ms = 15'500;
  request.origin.client_ip = "127.0.0.1";
  request.origin.method = "GET";
  request.origin.path = "/api/v1/query_range";
  return request;
}

QueryStats SomeStats() {
  QueryStats stats;
  stats.eval_total_seconds = 0.5;
  stats.exec_total_seconds = 0.75;
  stats.total_queryable_samples = 7;
  stats.samples_read = 8;
  stats.peak_samples = 9;
  return stats;
}

TEST(QueryLogLine, IsUpstreams) {
  EXPECT_EQ(QueryLogLine(1'700'000'100'001, RangeRequest(), SomeStats(), ""),
            R"j({"time":"2023-11-14T22:15:00.001Z","level":"INFO","source":"engine.cc",)j"
            R"j("msg":"promql query logged","params":{"end":"2023-11-14T22:14:20.500Z",)j"
            R"j("query":"sum(up{job=\"a\"})","start":"2023-11-14T22:13:20.000Z","step":15},)j" +
                std::string(kStats) +
                R"j(,"httpRequest":{"clientIP":"127.0.0.1","method":"GET",)j"
                R"j("path":"/api/v1/query_range"}})j");
}

TEST(QueryLogLine, TellsFailuresAndRuleGroups) {
  QueryRequest request;
  request.query = "up";
  request.origin.rule_file = "rules.yml";
  request.origin.rule_group = "node";
  EXPECT_EQ(QueryLogLine(0, request, SomeStats(), "query timed out in expression evaluation"),
            R"j({"time":"1970-01-01T00:00:00.000Z","level":"INFO","source":"engine.cc",)j"
            R"j("msg":"promql query logged","params":{"end":"1970-01-01T00:00:00.000Z",)j"
            R"j("query":"up","start":"1970-01-01T00:00:00.000Z","step":0},)j"
            R"j("error":"query timed out in expression evaluation",)j" +
                std::string(kStats) + R"j(,"ruleGroup":{"file":"rules.yml","name":"node"}})j");
}

class QueryLogTest : public ::testing::Test {
 protected:
  QueryLogTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "query-log-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~QueryLogTest() override { std::filesystem::remove_all(directory_); }
  std::string Path(const std::string& name) { return JoinPath(directory_, name); }
  size_t Lines(const std::string& name) {
    std::string text = FileSystem::Local()->ReadFile(Path(name)).value();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  std::string Metrics() { return client::WriteText(registry_.Gather()); }

  std::string directory_;
  client::Registry registry_;
  QueryLog log_{Clock::System(), &registry_};
};

TEST_F(QueryLogTest, FollowsItsPathAndARotatedFile) {
  FileSystem& files = *FileSystem::Local();
  log_.Write(RangeRequest(), {}, "");
  EXPECT_NE(Metrics().find("prometheus_engine_query_log_enabled 0"), std::string::npos);
  ASSERT_TRUE(log_.Open(Path("a"), files).ok());
  EXPECT_NE(Metrics().find("prometheus_engine_query_log_enabled 1"), std::string::npos);
  log_.Write(RangeRequest(), {}, "");
  log_.Write(RangeRequest(), {}, "");
  EXPECT_EQ(Lines("a"), 2u);
  std::filesystem::rename(Path("a"), Path("a.1"));
  log_.Write(RangeRequest(), {}, "");
  EXPECT_EQ(Lines("a.1"), 3u);
  ASSERT_TRUE(log_.Open(Path("a"), files).ok());
  log_.Write(RangeRequest(), {}, "");
  EXPECT_EQ(Lines("a.1"), 3u);
  EXPECT_EQ(Lines("a"), 1u);
  EXPECT_FALSE(log_.Open(Path("no/such/directory"), files).ok());
  log_.Write(RangeRequest(), {}, "");
  EXPECT_EQ(Lines("a"), 2u);  // the old one goes on
  ASSERT_TRUE(log_.Open("", files).ok());
  log_.Write(RangeRequest(), {}, "");
  EXPECT_EQ(Lines("a"), 2u);
  EXPECT_NE(Metrics().find("prometheus_engine_query_log_enabled 0"), std::string::npos);
}

TEST_F(QueryLogTest, CountsWhatItCannotWrite) {
  testing::FaultFileSystem files;
  ASSERT_TRUE(files.CreateDirectories(directory_).ok());
  ASSERT_TRUE(log_.Open(Path("a"), files).ok());
  files.SetCapacity(0);
  std::string logs;
  CaptureLogs(&logs);
  log_.Write(RangeRequest(), {}, "");
  CaptureLogs(nullptr);
  EXPECT_NE(Metrics().find("prometheus_engine_query_log_failures_total 1"), std::string::npos);
  EXPECT_NE(logs.find("Can't log query"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::promql
