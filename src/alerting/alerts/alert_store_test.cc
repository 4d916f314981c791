#include "alerting/alerts/alert_store.h"

#include "base/thread.h"
#include "testing/fake_clock.h"

namespace watchfire::alerting {
namespace {

class AlertStoreTest : public ::testing::Test {
 protected:
  Alert Of(std::string_view name, int64_t starts_s, int64_t ends_s,
           std::string_view instance = "") {
    Alert alert;
    alert.labels = model::Labels::Of({{"alertname", name}, {"instance", instance}});
    alert.starts_at = AlertTime::OfMs(clock_.Now() + starts_s * 1000);
    alert.ends_at = AlertTime::OfMs(clock_.Now() + ends_s * 1000);
    alert.updated_at = AlertTime::OfMs(clock_.Now());
    alert.Seal();
    return alert;
  }
  AlertStore::Options Limited(size_t limit) {
    return {.per_alertname_limit = limit, .clock = &clock_, .registry = &registry_};
  }
  double Dropped() {
    return registry_
        .AddCounter("alertmanager_alerts_limited_total",
                    "Total number of alerts that were dropped due to per alert name limit")
        .value();
  }

  testing::FakeClock clock_;
  client::Registry registry_;
};

TEST_F(AlertStoreTest, MergesReportsThatOverlapAndReplacesOthers) {
  AlertStore store(Limited(0));
  TimeMs first = clock_.Now();
  store.Put({Of("a", 0, 60)});
  clock_.Advance(30'000);
  store.Put({Of("a", 0, 60)});
  uint64_t fingerprint = store.All()[0]->fingerprint;
  EXPECT_EQ(store.Get(fingerprint)->starts_at.ms(), first);
  clock_.Advance(600'000);
  store.Put({Of("a", 0, 60)});
  EXPECT_EQ(store.Get(fingerprint)->starts_at.ms(), clock_.Now());
  EXPECT_EQ(store.size(), 1u);
  EXPECT_EQ(store.Get(fingerprint + 1), nullptr);
}

TEST_F(AlertStoreTest, TellsSubscribersOfWhatItKeeps) {
  AlertStore store(Limited(0));
  std::vector<AlertPtr> heard;
  store.Subscribe([&](const std::vector<AlertPtr>& alerts) {
    heard.insert(heard.end(), alerts.begin(), alerts.end());
    EXPECT_EQ(store.size(), 2u);  // not locked, and in it already
  });
  store.Put({Of("a", 0, 60), Of("b", 0, 60)});
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0]->name(), "a");
  EXPECT_EQ(heard[1], store.Get(heard[1]->fingerprint));
}

TEST_F(AlertStoreTest, SubscribersHearOfAnAlertInTheOrderOfItsChanges) {
  AlertStore store(Limited(0));
  AlertPtr last;
  store.Subscribe([&](const std::vector<AlertPtr>& alerts) { last = alerts.back(); });
  {
    std::vector<Thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back("put", [&] {
        for (int k = 0; k < 500; ++k) store.Put({Of("a", 0, 60)});
      });
    }
  }
  EXPECT_EQ(last, store.All()[0]);
}

TEST_F(AlertStoreTest, ForgetsWhatIsResolved) {
  AlertStore store(Limited(0));
  store.Put({Of("a", -10, -5), Of("b", 0, 60)});
  std::vector<AlertPtr> gone = store.Gc(clock_.Now());
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0]->name(), "a");
  EXPECT_EQ(store.size(), 1u);
}

TEST_F(AlertStoreTest, LimitsTheAlertsOfAName) {
  AlertStore store(Limited(2));
  store.Put({Of("a", 0, 60, "1"), Of("a", 0, 90, "2"), Of("a", 0, 60, "3"), Of("b", 0, 60, "3")});
  EXPECT_EQ(store.size(), 3u);
  EXPECT_EQ(Dropped(), 1);
  // Known ones are always taken.
  store.Put({Of("a", 0, 70, "1")});
  EXPECT_EQ(Dropped(), 1);
  // One that has ended makes room for a new one.
  clock_.Advance(75'000);
  store.Put({Of("a", 0, 60, "3")});
  EXPECT_EQ(Dropped(), 1);
  store.Put({Of("a", 0, 60, "4")});
  EXPECT_EQ(Dropped(), 2);
  // So does the collection.
  clock_.Advance(100'000);
  store.Gc(clock_.Now());
  EXPECT_EQ(store.size(), 0u);
  store.Put({Of("a", 0, 60, "5"), Of("a", 0, 60, "6")});
  EXPECT_EQ(store.size(), 2u);
}

}  // namespace
}  // namespace watchfire::alerting
