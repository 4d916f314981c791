#include "alerting/delivery/delivery_log.h"

#include <filesystem>

#include "alerting/delivery/testing_record.h"
#include "base/log.h"

namespace watchfire::alerting {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000;

class FakeClock : public Clock {
 public:
  TimeMs Now() const override { return now.load(); }
  int64_t MonotonicNs() const override { return now.load() * 1'000'000; }
  std::atomic<TimeMs> now{kStart};
};

class DeliveryLogTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_delivery_XXXXXX";
    directory_ = mkdtemp(name);
    CaptureLogs(&logs_);
    Open({});
  }
  void TearDown() override {
    log_.reset();
    database_.reset();
    CaptureLogs(nullptr);
    std::filesystem::remove_all(directory_);
  }
  void Open(DeliveryLog::Options options) {
    log_.reset();
    database_.reset();
    Result<std::unique_ptr<store::Database>> database =
        store::Database::Open(directory_ + "/watchfire.db");
    ASSERT_TRUE(database.ok()) << database.error().message();
    database_ = *std::move(database);
    options.clock = &clock_;
    options.registry = &registry_;
    Result<std::unique_ptr<DeliveryLog>> log = DeliveryLog::Open(database_.get(), options);
    ASSERT_TRUE(log.ok()) << log.error().message();
    log_ = *std::move(log);
  }
  std::vector<Delivery> Find(const DeliveryQuery& query = {}) {
    log_->Flush();
    Result<std::vector<Delivery>> found = log_->Find(query);
    EXPECT_TRUE(found.ok()) << found.error().message();
    return found.ok() ? *found : std::vector<Delivery>{};
  }
  int64_t CountRows(std::string_view table) {
    return store::IntOf((*database_->Read(fmt::format("SELECT count(*) FROM {}", table)))[0][0]);
  }
  double Metric(std::string_view name, std::string_view outcome = {}) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name != name) continue;
      for (const client::MetricPoint& point : family.points) {
        if (outcome.empty() || point.labels[0].value == outcome) return point.value;
      }
    }
    return -1;
  }

  std::string directory_;
  std::string logs_;
  FakeClock clock_;
  client::Registry registry_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<DeliveryLog> log_;
};

TEST_F(DeliveryLogTest, TellsWhatWasSaidToWhomAndWhy) {
  FlushRecord record = Flush(kStart, "db", {Firing("b"), Firing("a")},
                             {Delivered("hello"), Delivered(std::string(5000, 'x'), "email")});
  record.alerts[0].resolved = true;
  record.integrations[1].index = 3;
  log_->Record(std::move(record));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_GT(found[0].id, found[1].id) << "newest first";
  EXPECT_EQ(found[0].integration, "email");
  EXPECT_EQ(found[0].index, 3U);
  const Delivery& d = found[1];
  EXPECT_EQ(d.tick, kStart);
  EXPECT_EQ(d.last_tick, kStart);
  EXPECT_EQ(d.ticks, 1);
  EXPECT_EQ(d.receiver, "team-db");
  EXPECT_EQ(d.integration, "slack");
  EXPECT_EQ(d.route_id, "{}/0");
  EXPECT_EQ(d.group_key, "{}:{team=\"db\"}");
  EXPECT_EQ(d.group_labels.ToString(), "{team=\"db\"}");
  EXPECT_EQ(d.outcome, "delivered");
  EXPECT_EQ(d.reason, "first notification");
  EXPECT_EQ(d.decision, "never told before");
  EXPECT_FALSE(d.test);
  ASSERT_EQ(d.alerts.size(), 2U);
  EXPECT_EQ(d.alert_count, 2U);
  EXPECT_EQ(d.alerts[0].labels.ToString(), "{alertname=\"Down\", instance=\"a\"}");
  EXPECT_EQ(d.alerts[0].fingerprint, MakeAlert("Down", "a")->fingerprint);
  EXPECT_FALSE(d.alerts[0].resolved);
  EXPECT_TRUE(d.alerts[1].resolved);
  ASSERT_EQ(d.attempts.size(), 1U);
  EXPECT_EQ(d.attempts[0].at, 5);
  EXPECT_EQ(d.attempts[0].duration_ms, 7);
  EXPECT_EQ(d.attempts[0].attempt.status, 200);
  EXPECT_EQ(d.attempts[0].attempt.request, "POST https://hooks.example/<secret>");
  EXPECT_EQ(d.attempts[0].attempt.response, "ok");
  EXPECT_EQ(d.attempts[0].attempt.body, "") << "only of one";
  EXPECT_EQ(log_->Get(d.id)->attempts[0].attempt.body, "hello");
  EXPECT_EQ(log_->Get(found[0].id)->attempts[0].attempt.body, std::string(5000, 'x'));
  EXPECT_EQ(log_->Get(99).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(CountRows("delivery_sets"), 1) << "shared by both integrations";
}

TEST_F(DeliveryLogTest, KeepsEveryAttemptWithItsErrorAndBody) {
  IntegrationRecord record = Delivered(std::string(1000, 'a'));
  record.attempts.push_back(record.attempts[0]);
  record.attempts.push_back(record.attempts[0]);
  Attempt& failed = record.attempts[0].attempt;
  failed.delivered = false;
  failed.retry = true;
  failed.failure = FailureKind::kRateLimited;
  failed.status = 429;
  failed.error = "unexpected status code 429";
  record.attempts[2].attempt.body = "other";
  log_->Record(Flush(kStart, "db", {Firing("a")}, {record}));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 1U);
  Delivery d = *log_->Get(found[0].id);
  ASSERT_EQ(d.attempts.size(), 3U);
  EXPECT_FALSE(d.attempts[0].attempt.delivered);
  EXPECT_TRUE(d.attempts[0].attempt.retry);
  EXPECT_EQ(d.attempts[0].attempt.failure, FailureKind::kRateLimited);
  EXPECT_EQ(d.attempts[0].attempt.error, "unexpected status code 429");
  EXPECT_EQ(d.attempts[0].attempt.body, std::string(1000, 'a'));
  EXPECT_EQ(d.attempts[1].attempt.body, std::string(1000, 'a'));
  EXPECT_EQ(d.attempts[2].attempt.body, "other");
  store::Rows sizes = *database_->Read("SELECT length(body) FROM delivery_attempts");
  EXPECT_LT(store::IntOf(sizes[0][0]), 100) << "compressed";
  EXPECT_EQ(store::IntOf(sizes[1][0]), 0) << "as before";
}

TEST_F(DeliveryLogTest, ClipsWhatIsTooLong) {
  IntegrationRecord record = Delivered(std::string(kMaxKeptBody + 5, 'b'));
  record.attempts[0].attempt.response = std::string(kMaxKeptResponse + 5, 'r');
  record.attempts.resize(1000, record.attempts[0]);
  log_->Record(Flush(kStart, "db", {Firing("a")}, {record}));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 1U);
  Delivery d = *log_->Get(found[0].id);
  EXPECT_EQ(d.attempts.size(), 64U);
  EXPECT_EQ(d.attempts.back().attempt.body.size(), kMaxKeptBody);
  EXPECT_EQ(d.attempts.back().attempt.response.size(), kMaxKeptResponse);
}

TEST_F(DeliveryLogTest, CountsQuietTicksOnOneRow) {
  log_->Record(
      Flush(kStart, "db", {Firing("a")}, {Delivered("x"), Skipped("email: not yet", "email")}));
  for (int i = 1; i <= 5; ++i) {
    log_->Record(Flush(kStart + i, "db", {Firing("a")},
                       {Skipped(fmt::format("sent {}m ago", i)), Skipped("same", "email")}));
    log_->Record(Flush(kStart + i, "web", {Firing("a")}, {Skipped("other group")}));
  }
  std::vector<Delivery> found = Find({.group_key = "{}:{team=\"db\"}"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].integration, "slack");
  EXPECT_EQ(found[0].outcome, "skipped");
  EXPECT_EQ(found[0].reason, "none");
  EXPECT_EQ(found[0].ticks, 5);
  EXPECT_EQ(found[0].tick, kStart + 1);
  EXPECT_EQ(found[0].last_tick, kStart + 5);
  EXPECT_EQ(found[0].decision, "sent 5m ago") << "of the last tick";
  EXPECT_EQ(found[1].integration, "email");
  EXPECT_EQ(found[1].ticks, 6);
  EXPECT_EQ(found[2].outcome, "delivered");
  EXPECT_EQ(Metric("watchfire_deliveries_total", "skipped"), 16);
  EXPECT_EQ(Metric("watchfire_deliveries_total", "delivered"), 1);
  EXPECT_EQ(Metric("watchfire_deliveries_rows"), 4);
}

TEST_F(DeliveryLogTest, BeginsANewRowWhenSomethingWasSaidOrAlertsChanged) {
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Skipped("1")}));
  log_->Record(Flush(kStart + 1, "db", {Firing("a")}, {Delivered("x")}));
  log_->Record(Flush(kStart + 2, "db", {Firing("a")}, {Skipped("2")}));
  log_->Record(Flush(kStart + 3, "db", {Firing("a"), Firing("b")}, {Skipped("3")}));
  FlushRecord resolved = Flush(kStart + 4, "db", {Firing("a"), Firing("b")}, {Skipped("4")});
  resolved.alerts[0].resolved = true;
  log_->Record(resolved);
  resolved.tick += 1;
  log_->Record(resolved);
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0].ticks, 2);
}

TEST_F(DeliveryLogTest, CountsMutedTicksWhileTheCausesStayEqual) {
  auto muted = [](std::vector<std::string> by) {
    return std::vector<FlushedAlert>{Muted("a", MuteKind::kSilence, by),
                                     Muted("b", MuteKind::kInhibition, {"00ff"})};
  };
  log_->Record(Flush(kStart, "db", muted({"id-1"})));
  log_->Record(Flush(kStart + 1, "db", muted({"id-1"})));
  log_->Record(Flush(kStart + 2, "db", muted({"id-1", "id-2"})));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].outcome, "muted");
  EXPECT_EQ(found[1].integration, "");
  EXPECT_EQ(found[1].ticks, 2);
  EXPECT_EQ(found[1].alerts[0].muted, "silence");
  EXPECT_EQ(found[1].alerts[0].muted_by, (std::vector<std::string>{"id-1"}));
  EXPECT_EQ(found[1].alerts[1].muted, "inhibition");
  EXPECT_EQ(found[0].alerts[0].muted_by, (std::vector<std::string>{"id-1", "id-2"}));
}

TEST_F(DeliveryLogTest, GoesOnCountingAfterARestart) {
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Skipped("1")}));
  Open({});
  log_->Record(Flush(kStart + 1, "db", {Firing("a")}, {Skipped("2")}));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].ticks, 2);
  EXPECT_EQ(Metric("watchfire_deliveries_rows"), 1);
}

TEST_F(DeliveryLogTest, NeverCountsATestOnAnotherRow) {
  FlushRecord record = Flush(kStart, "db", {Firing("a")}, {Skipped("1")});
  log_->Record(record);
  record.test = true;
  log_->Record(record);
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].test);
}

TEST_F(DeliveryLogTest, FindsByAlertExactlyTheDeliveriesThatItWasIn) {
  uint64_t a = MakeAlert("Down", "a")->fingerprint;
  uint64_t b = MakeAlert("Down", "b")->fingerprint;
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Delivered("1")}));
  log_->Record(Flush(kStart + 1, "db", {Firing("a"), Firing("b")}, {Delivered("2")}));
  log_->Record(Flush(kStart + 2, "db", {Firing("b")}, {Delivered("3")}));
  Open({});  // what the writer remembered of the group is read again
  log_->Record(Flush(kStart + 3, "db", {Firing("b"), Firing("a")}, {Delivered("4")}));
  log_->Record(Flush(kStart + 4, "web", {Firing("c")}, {Delivered("5")}));
  auto ticks = [&](DeliveryQuery query) {
    std::vector<int64_t> found;
    for (const Delivery& d : Find(query)) found.push_back(d.tick - kStart);
    return found;
  };
  EXPECT_EQ(ticks({.fingerprint = a}), (std::vector<int64_t>{3, 1, 0}));
  EXPECT_EQ(ticks({.fingerprint = b}), (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(ticks({.fingerprint = 1}), (std::vector<int64_t>{}));
}

TEST_F(DeliveryLogTest, FindsByEverythingElseAndInPages) {
  for (int i = 0; i < 10; ++i) {
    IntegrationRecord failed = Delivered("x", "email");
    failed.delivered = false;
    log_->Record(Flush(kStart + i * 1000, i % 2 == 0 ? "db" : "web", {Firing("a")},
                       {Delivered("x"), failed}));
  }
  EXPECT_EQ(Find({.receiver = "team-db"}).size(), 10U);
  EXPECT_EQ(Find({.receiver = "team"}).size(), 0U);
  EXPECT_EQ(Find({.integration = "email"}).size(), 10U);
  EXPECT_EQ(Find({.group_key = "{}:{team=\"web\"}"}).size(), 10U);
  EXPECT_EQ(Find({.outcome = "failed"}).size(), 10U);
  EXPECT_EQ(Find({.outcome = "muted"}).size(), 0U);
  EXPECT_EQ(Find({.start = kStart + 9000}).size(), 2U);
  EXPECT_EQ(Find({.end = kStart + 999}).size(), 2U);
  EXPECT_EQ(log_->Find({.outcome = "lost"}).error().code(), ErrorCode::kInvalid);
  std::vector<int64_t> ids;
  int64_t before = INT64_MAX;
  while (true) {
    std::vector<Delivery> page = Find({.before_id = before, .limit = 7});
    if (page.empty()) break;
    for (const Delivery& d : page) ids.push_back(d.id);
    before = page.back().id;
  }
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_F(DeliveryLogTest, ShowsTheAlertThatWasAskedForInALargeGroup) {
  std::vector<FlushedAlert> alerts;
  for (int i = 0; i < 500; ++i) alerts.push_back(Firing(fmt::format("i{}", i)));
  log_->Record(Flush(kStart, "db", alerts, {Skipped("x")}));
  for (const FlushedAlert& alert : alerts) {
    uint64_t wanted = alert.alert->fingerprint;
    std::vector<Delivery> found = Find({.fingerprint = wanted});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].alert_count, 500U);
    ASSERT_EQ(found[0].alerts.size(), kMaxAlertsFound);
    EXPECT_EQ(std::count_if(found[0].alerts.begin(), found[0].alerts.end(),
                            [&](const auto& part) { return part.fingerprint == wanted; }),
              1);
  }
  EXPECT_EQ(log_->Get(1)->alerts.size(), 500U);
}

TEST_F(DeliveryLogTest, ForgetsWhatIsOlderThanTheRetention) {
  Open({.retention_ms = 100'000});
  for (int i = 0; i < 450; ++i) {
    log_->Record(
        Flush(kStart, fmt::format("g{}", i), {Firing(fmt::format("i{}", i))}, {Delivered("x")}));
  }
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Skipped("1")}));
  log_->Flush();
  clock_.now = kStart + 99'000;
  log_->Record(Flush(kStart + 99'000, "db", {Firing("a")}, {Skipped("2")}));
  EXPECT_EQ(Find({.limit = 1000}).size(), 451U);
  clock_.now = kStart + 160'000;
  log_->Record(Flush(kStart + 160'000, "new", {Firing("b")}, {Skipped("1")}));
  std::vector<Delivery> found = Find({.limit = 1000});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].ticks, 2) << "its last tick counts";
  EXPECT_EQ(CountRows("delivery_groups"), 2);
  EXPECT_EQ(CountRows("delivery_sets"), 2);
  EXPECT_EQ(CountRows("delivery_members"), 2);
  EXPECT_EQ(CountRows("delivery_labels"), 2);
  EXPECT_EQ(CountRows("delivery_attempts"), 0);
  EXPECT_EQ(Metric("watchfire_deliveries_rows"), 2);
}

TEST_F(DeliveryLogTest, KeepsAtMostSoManyRows) {
  Open({.max_rows = 50});
  for (int i = 0; i < 120; ++i) {
    log_->Record(Flush(kStart + i, "db", {Firing(fmt::format("i{}", i / 2))}, {Delivered("x")}));
    if (i % 10 == 0) log_->Flush();
  }
  std::vector<Delivery> found = Find({.limit = 1000});
  ASSERT_EQ(found.size(), 50U);
  EXPECT_EQ(found.front().tick, kStart + 119);
  EXPECT_EQ(found.back().tick, kStart + 70);
  EXPECT_EQ(CountRows("delivery_sets"), 25);
  EXPECT_EQ(CountRows("delivery_members"), 25);
  EXPECT_EQ(CountRows("delivery_labels"), 25);
  // The group goes on as if nothing had happened.
  log_->Record(Flush(kStart + 200, "db", {Firing("i59")}, {Skipped("x")}));
  EXPECT_EQ(Find()[0].alerts.size(), 1U);
  EXPECT_EQ(CountRows("delivery_sets"), 25);
}

TEST_F(DeliveryLogTest, SurvivesAFullDisk) {
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Delivered("x")}));
  log_->Flush();
  auto limit = [&](std::string_view pages) {
    EXPECT_TRUE(database_
                    ->Write([&](store::Connection& c) {
                      return c.Run(fmt::format("PRAGMA max_page_count={}", pages));
                    })
                    .ok());
  };
  limit("1");  // SQLite makes it what the file has
  std::vector<FlushedAlert> many;
  for (int i = 0; i < 3000; ++i) many.push_back(Firing(fmt::format("i{}", i)));
  logs_.clear();
  for (int i = 0; i < 5; ++i) {
    log_->Record(Flush(kStart + 1, "db", many, {Delivered("x")}));
    log_->Flush();
  }
  EXPECT_EQ(Metric("watchfire_deliveries_dropped_total"), 5);
  EXPECT_EQ(std::count(logs_.begin(), logs_.end(), '\n'), 1) << logs_;
  EXPECT_NE(logs_.find("database or disk is full"), std::string::npos) << logs_;
  EXPECT_EQ(Find().size(), 1U);
  clock_.now = kStart + 60'000;
  log_->Record(Flush(kStart + 1, "db", many, {Delivered("x")}));
  log_->Flush();
  EXPECT_NE(logs_.find("dropped=5"), std::string::npos) << logs_;
  limit("100000");
  log_->Record(Flush(kStart + 2, "db", many, {Delivered("y")}));
  std::vector<Delivery> found = Find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].alert_count, 3000U);
  EXPECT_EQ(Metric("watchfire_deliveries_dropped_total"), 6);
}

TEST_F(DeliveryLogTest, DropsTheOldestWhenTheDiskCannotFollow) {
  Open({.queue_capacity = 10});
  // The writer waits while somebody else writes.
  ASSERT_TRUE(database_
                  ->Write([&](store::Connection&) -> Result<void> {
                    for (int i = 0; i < 1000; ++i) {
                      log_->Record(Flush(kStart + i, "db", {Firing("a")}, {Delivered("x")}));
                    }
                    return {};
                  })
                  .ok());
  std::vector<Delivery> found = Find({.limit = 1000});
  ASSERT_GE(found.size(), 10U);
  EXPECT_EQ(found[9].tick, kStart + 990);
  EXPECT_EQ(Metric("watchfire_deliveries_dropped_total") + static_cast<double>(found.size()), 1000);
}

TEST_F(DeliveryLogTest, WritesWhatIsQueuedAtTheEnd) {
  for (int i = 0; i < 2000; ++i) {
    log_->Record(Flush(kStart + i, "db", {Firing("a")}, {Delivered("x")}));
  }
  Open({});
  EXPECT_EQ(CountRows("deliveries"), 2000);
}

TEST_F(DeliveryLogTest, ReportsDamagedRows) {
  log_->Record(Flush(kStart, "db", {Firing("a")}, {Delivered("x")}));
  log_->Flush();
  auto damage = [&](std::string_view sql) {
    EXPECT_TRUE(database_->Write([&](store::Connection& c) { return c.Run(sql); }).ok());
    return log_->Find({}).error().code();
  };
  EXPECT_EQ(damage("UPDATE delivery_attempts SET failure = 99"), ErrorCode::kCorrupt);
  EXPECT_EQ(damage("UPDATE delivery_labels SET labels = '{\"a\":1}'"), ErrorCode::kCorrupt);
  EXPECT_EQ(damage("UPDATE delivery_sets SET alerts = x'01000100'"), ErrorCode::kCorrupt);
  EXPECT_EQ(damage("UPDATE delivery_groups SET labels = 'x'"), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace watchfire::alerting
