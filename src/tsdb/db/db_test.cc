#include "tsdb/db/db.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/sample.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using model::Matcher;
using storage::SeriesRef;

class DbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_db_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<Db> Open() {
    DbOptions options;
    options.path = path_;
    options.background = false;
    auto db = Db::Open(options);
    EXPECT_TRUE(db.ok()) << db.error().message();
    return db.ok() ? std::move(*db) : nullptr;
  }

  std::string path_;
};

std::string Dump(Db& db) {
  std::string out;
  auto querier = *db.NewQuerier(kMinTime, kMaxTime);
  auto set =
      querier->Select(true, {}, {*Matcher::Make(model::MatchType::kRegex, "__name__", ".*")});
  while (set->Next()) {
    out += set->At().labels().ToMetricString() + ":";
    auto columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      out += model::IsStaleNan(columns.v[i]) ? fmt::format(" {}=stale", columns.t[i])
                                             : fmt::format(" {}={}", columns.t[i], columns.v[i]);
    }
    for (const auto& h : set->At().ReadHistograms(kMinTime, kMaxTime)) {
      out += fmt::format(" {}=histogram({})", h.t, h.histogram.count);
    }
    out += "\n";
  }
  return out;
}

TEST_F(DbTest, WhatWasCommittedIsThereAfterReopening) {
  std::string before;
  {
    auto db = Open();
    auto appender = db->NewAppender();
    std::vector<SeriesRef> refs;
    for (int i = 0; i < 3; ++i) {
      refs.push_back(*appender->GetRef(
          Labels::Of({{"__name__", "m"}, {"i", std::to_string(i)}, {"job", "j"}})));
    }
    for (TimeMs t = 1000; t <= 5000; t += 1000) {
      std::vector<double> values = {1, static_cast<double>(t), t < 3000 ? 0.5 : model::kStaleNan};
      std::vector<SeriesRef> row = refs;
      if (t > 3000) row.pop_back(), values.pop_back();
      appender->AppendRow(t, row, values, nullptr);
      ASSERT_TRUE(appender->Commit().ok());
    }
    model::Histogram histogram;
    histogram.count = 7;
    histogram.positive_spans = {{0, 2}};
    histogram.positive_deltas = {3, 1};
    ASSERT_TRUE(
        appender->AppendHistogram(0, Labels::Of({{"__name__", "h"}}), 1000, histogram).ok());
    ASSERT_TRUE(appender->Commit().ok());
    before = Dump(*db);
    EXPECT_EQ(before,
              "h: 1000=histogram(7)\n"
              "m{i=\"0\", job=\"j\"}: 1000=1 2000=1 3000=1 4000=1 5000=1\n"
              "m{i=\"1\", job=\"j\"}: 1000=1000 2000=2000 3000=3000 4000=4000 5000=5000\n"
              "m{i=\"2\", job=\"j\"}: 1000=0.5 2000=0.5 3000=stale\n");
  }
  auto db = Open();
  EXPECT_EQ(Dump(*db), before);
  EXPECT_EQ(db->GetStats().num_series, 4u);
  EXPECT_EQ(db->GetStats().min_time, 1000);
  EXPECT_EQ(db->GetStats().max_time, 5000);
}

TEST_F(DbTest, ASecondProcessIsRefused) {
  auto db = Open();
  DbOptions options;
  options.path = path_;
  EXPECT_EQ(Db::Open(options).error().code(), ErrorCode::kUnavailable);
}

// A day of a sample every ten minutes.
void FillOneDay(Db& db) {
  auto appender = db.NewAppender();
  for (TimeMs t = 0; t < 12 * head::kEraMs; t += 600'000) {
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", "m"}}), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
}

TEST_F(DbTest, CompletedRangesBecomeBlocksAndNothingIsLost) {
  auto db = Open();
  FillOneDay(*db);
  std::string before = Dump(*db);
  ASSERT_TRUE(db->Maintain().ok());
  EXPECT_EQ(Dump(*db), before);
  EXPECT_GE(db->GetStats().min_time, 10 * head::kEraMs);
  std::vector<block::BlockMeta> metas = db->BlockMetas();
  ASSERT_FALSE(metas.empty());
  EXPECT_EQ(metas[0].mint, 0);
  EXPECT_EQ(metas[0].maxt, 9 * head::kEraMs);
  EXPECT_EQ(metas[0].level, 3);
  db.reset();
  EXPECT_EQ(Dump(*Open()), before);
}

TEST_F(DbTest, HoursWithoutSamplesMakeNoBlocks) {
  auto db = Open();
  auto appender = db->NewAppender();
  for (TimeMs t : {TimeMs{1000}, 10 * head::kEraMs + 5, 11 * head::kEraMs + 5}) {
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", "m"}}), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  std::string before = Dump(*db);
  ASSERT_TRUE(db->Maintain().ok());
  EXPECT_EQ(Dump(*db), before);
  EXPECT_EQ(db->BlockMetas().size(), 1u);
  EXPECT_EQ(db->GetStats().min_time, 10 * head::kEraMs);
}

TEST_F(DbTest, DropsWhatIsOlderThanTheRetention) {
  DbOptions options;
  options.path = path_;
  options.background = false;
  options.retention.duration_ms = 5 * head::kEraMs;
  options.max_block_ms = head::kEraMs;
  auto db = *Db::Open(options);
  FillOneDay(*db);
  ASSERT_TRUE(db->Maintain().ok());
  std::vector<block::BlockMeta> metas = db->BlockMetas();
  ASSERT_EQ(metas.size(), 5u);
  EXPECT_EQ(metas.back().maxt - metas.front().mint, 5 * head::kEraMs);
}

TEST_F(DbTest, ABrokenBlockIsToldAndLeftAlone) {
  {
    auto db = Open();
    FillOneDay(*db);
    ASSERT_TRUE(db->Maintain().ok());
  }
  std::string unfinished = path_ + "/01BX5ZZKBKACTAV9WEVGEMMVRZ";
  std::filesystem::create_directories(unfinished + "/chunks");
  std::string broken;
  {
    auto db = Open();
    broken = path_ + "/" + db->BlockMetas().back().ulid.ToString();
  }
  std::filesystem::resize_file(broken + "/index", 100);
  std::string log;
  CaptureLogs(&log);
  auto db = Open();
  CaptureLogs(nullptr);
  EXPECT_NE(log.find(unfinished), std::string::npos) << log;
  EXPECT_NE(log.find(broken), std::string::npos) << log;
  EXPECT_FALSE(Dump(*db).empty());
  EXPECT_TRUE(std::filesystem::exists(unfinished + "/chunks"));
  EXPECT_TRUE(std::filesystem::exists(broken + "/index"));
}

TEST_F(DbTest, ASnapshotIsADirectoryToOpen) {
  auto db = Open();
  FillOneDay(*db);
  ASSERT_TRUE(db->Maintain().ok());
  Result<std::string> name = db->Snapshot(true);
  ASSERT_TRUE(name.ok()) << name.error().message();
  DbOptions options;
  options.path = path_ + "/snapshots/" + *name;
  options.background = false;
  auto copy = Db::Open(options);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(Dump(**copy), Dump(*db));
}

TEST(FindExpired, TimeCountsFromTheNewestEndAndSizeFromTheNewestBlock) {
  auto ulid = [](uint8_t i) {
    block::Ulid id;
    id.bytes[15] = i;
    return id;
  };
  std::vector<SizedBlock> blocks = {{ulid(1), 100, 10}, {ulid(2), 200, 10}, {ulid(3), 300, 10}};
  EXPECT_TRUE(FindExpired(blocks, {}, 1000).by_time.empty());
  EXPECT_TRUE(FindExpired(blocks, {}, 1000).by_size.empty());
  EXPECT_EQ(FindExpired(blocks, {.duration_ms = 100}, 0).by_time.size(), 2u);
  EXPECT_EQ(FindExpired(blocks, {.duration_ms = 101}, 0).by_time,
            (std::vector<block::Ulid>{ulid(1)}));
  EXPECT_TRUE(FindExpired(blocks, {.duration_ms = 201}, 0).by_time.empty());
  EXPECT_EQ(FindExpired(blocks, {.bytes = 30}, 0).by_size.size(), 0u);
  EXPECT_EQ(FindExpired(blocks, {.bytes = 30}, 1).by_size, (std::vector<block::Ulid>{ulid(1)}));
  EXPECT_EQ(FindExpired(blocks, {.bytes = 5}, 0).by_size.size(), 3u);
}

// ---- with the real Prometheus, where it is installed

std::string Output(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[65536];
  while (size_t n = ::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  ::pclose(pipe);
  return out;
}

bool Installed(const std::string& program) {
  return !Output("command -v " + program).empty();
}

// Our samples in the words of `promtool tsdb dump`, sorted.
std::vector<std::string> DumpLikePromtool(Db& db) {
  std::vector<std::string> lines;
  auto querier = *db.NewQuerier(kMinTime, kMaxTime);
  auto set =
      querier->Select(true, {}, {*Matcher::Make(model::MatchType::kRegex, "__name__", ".*")});
  while (set->Next()) {
    std::string labels = set->At().labels().ToString();
    auto columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      lines.push_back(fmt::format("{} {} {}", labels, FormatFloatGo(columns.v[i]), columns.t[i]));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> DumpByPromtool(const std::string& path) {
  std::vector<std::string> lines;
  std::string all = Output("promtool tsdb dump " + path + " 2>/dev/null");
  for (std::string_view line : Split(all, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(DbTest, PromtoolReadsOurLogWithEqualNumbers) {
  if (!Installed("promtool")) GTEST_SKIP() << "promtool is not installed";
  DbOptions options;
  options.path = path_;
  options.background = false;
  // Old releases know snappy only.
  options.wal_compression = Compression::kSnappy;
  auto db = *Db::Open(options);
  std::vector<SeriesRef> refs;
  auto appender = db->NewAppender();
  for (int i = 0; i < 300; ++i) {
    refs.push_back(
        *appender->GetRef(Labels::Of({{"__name__", "m"}, {"i", std::to_string(i)}, {"job", "j"}})));
  }
  for (TimeMs t = 1'700'000'000'000; t < 1'700'000'600'000; t += 15'000) {
    std::vector<double> values;
    for (int i = 0; i < 300; ++i)
      values.push_back(i % 3 == 0 ? i : static_cast<double>(t % 7919) / i);
    appender->AppendRow(t, refs, values, nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  }
  std::vector<std::string> ours = DumpLikePromtool(*db);
  appender.reset();
  db.reset();
  EXPECT_EQ(ours.size(), 300u * 40);
  EXPECT_EQ(ours, DumpByPromtool(path_));
}

class Prometheus {
 public:
  Prometheus(const std::string& directory, int port) {
    std::string config = directory + "/prometheus.yml";
    FILE* file = ::fopen(config.c_str(), "w");
    fmt::print(file,
               "global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\n"
               "scrape_configs: [{{job_name: self, static_configs: [{{targets: "
               "['127.0.0.1:{}']}}]}}]\n",
               port);
    ::fclose(file);
    std::string data = "--storage.tsdb.path=" + directory + "/data";
    std::string listen = fmt::format("--web.listen-address=127.0.0.1:{}", port);
    std::string config_flag = "--config.file=" + config;
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::freopen("/dev/null", "w", stderr);
    ::execlp("prometheus", "prometheus", config_flag.c_str(), data.c_str(), listen.c_str(),
             static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ~Prometheus() { Stop(SIGKILL); }
  void Stop(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

// A port that was free a moment ago.
int FreePort() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

TEST_F(DbTest, ReplaysTheLogOfARealPrometheusThatWasKilled) {
  if (!Installed("prometheus") || !Installed("promtool")) {
    GTEST_SKIP() << "prometheus or promtool is not installed";
  }
  std::string data = path_ + "/data";
  auto log_bytes = [&] {
    std::error_code none;
    auto size = std::filesystem::file_size(data + "/wal/00000000", none);
    return none ? uintmax_t{0} : size;
  };
  // Some scrapes of some hundred series; give up after half a minute. The port may be taken.
  for (int attempt = 0; attempt < 3 && log_bytes() < 60'000; ++attempt) {
    Prometheus prometheus(path_, FreePort());
    for (int i = 0; i < 300 && log_bytes() < 60'000; ++i) ::usleep(100'000);
    prometheus.Stop(SIGKILL);
  }
  ASSERT_GE(log_bytes(), 60'000u);
  std::vector<std::string> theirs = DumpByPromtool(data);
  ASSERT_GT(theirs.size(), 1000u);
  std::filesystem::copy(data + "/wal", path_ + "/wal");
  for (int round = 0; round < 2; ++round) {
    // The second time our own records follow theirs.
    auto db = Open();
    std::vector<std::string> ours = DumpLikePromtool(*db);
    std::erase_if(ours,
                  [](const std::string& line) { return line.find("ours_") != std::string::npos; });
    EXPECT_EQ(ours, theirs);
    TimeMs now = db->GetStats().max_time + 1000;
    auto appender = db->NewAppender();
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", "ours_old"}}), now, round).ok());
    std::string fresh = "ours_" + std::to_string(round);
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", fresh}}), now, 5).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto db = Open();
  std::string dump = Dump(*db);
  EXPECT_NE(dump.find("ours_0: "), std::string::npos);
  EXPECT_NE(dump.find("ours_1: "), std::string::npos);
}

}  // namespace
}  // namespace watchfire::tsdb
