#include "tsdb/head/head.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "model/sample.h"
#include "testing/test_storage.h"

namespace watchfire::head {
namespace {

using model::Labels;
using model::Matcher;
using model::Matchers;
using model::MatchType;
using storage::AppendError;
using storage::SeriesRef;
using testing::TestStorage;

class HeadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_head_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    Open();
  }
  void TearDown() override {
    head_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    head_.reset();
    registry_ = std::make_unique<client::Registry>();
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = directory_ + "/wal";
    options.registry = registry_.get();
    head_ = std::make_unique<Head>(options);
    if (held_ != kMinTime) head_->RaiseMinValidTime(held_);
    replayed_ = *head_->Replay(nullptr);
    ASSERT_TRUE(head_->OpenLog().ok());
  }

  std::string directory_;
  std::unique_ptr<client::Registry> registry_;
  std::unique_ptr<Head> head_;
  ReplayResult replayed_;
  TimeMs held_ = kMinTime;  // what blocks reach up to
};

Labels Series(int i) {
  return Labels::Of({{"__name__", "m" + std::to_string(i % 7)},
                     {"i", std::to_string(i)},
                     {"job", i % 2 == 0 ? "even" : "odd"}});
}

const Matchers kAll = {*Matcher::Make(MatchType::kRegex, "__name__", ".+")};

std::string Dump(storage::Querier& querier, TimeMs mint = kMinTime, TimeMs maxt = kMaxTime) {
  std::string out;
  auto set = querier.Select(true, {}, kAll);
  while (set->Next()) {
    out += set->At().labels().ToMetricString();
    auto columns = set->At().Read(mint, maxt);
    EXPECT_EQ(columns.t.size(), columns.v.size());
    for (size_t i = 0; i < columns.t.size(); ++i) {
      out += fmt::format(" {}={:x}", columns.t[i], std::bit_cast<uint64_t>(columns.v[i]));
    }
    model::Sample latest;
    if (set->At().Latest(mint, maxt, &latest)) out += fmt::format(" latest {}", latest.t);
    out += "\n";
  }
  return out;
}

// The same random transactions go to the head and to the plain storage; every view of both must
// agree: now, in parts of time, of the past (queriers made earlier) and after replaying the log.
class Twins {
 public:
  Twins(Head* head, uint64_t seed) : head_(head), random_(seed) {}

  void Step() {
    auto a = head_->NewAppender();
    auto b = plain_.NewAppender();
    uint64_t kind = random_() % 10;
    if (kind == 0) now_ += static_cast<TimeMs>(random_() % (70 * 60000));
    now_ += 1 + static_cast<TimeMs>(random_() % 15000);
    if (kind < 6) {
      ScrapeRow(*a, *b, random_() % 4);
    } else if (kind < 8) {
      Singles(*a, *b);
    } else {
      ScrapeRow(*a, *b, random_() % 4);
      Singles(*a, *b);
    }
    if (random_() % 12 == 0) return;  // rolled back
    ASSERT_TRUE(a->Commit().ok());
    ASSERT_TRUE(b->Commit().ok());
  }

  void Compare(Head* head) {
    for (int i = 0; i < 4; ++i) {
      TimeMs mint = i == 0 ? kMinTime : Past();
      TimeMs maxt = i == 0 ? kMaxTime : mint + static_cast<TimeMs>(random_() % 7200000);
      auto a = *head->NewQuerier(mint, maxt);
      auto b = *plain_.NewQuerier(mint, maxt);
      // The head tells by first and last samples whether a series is in the range.
      ASSERT_EQ(NonEmpty(Dump(*a)), NonEmpty(Dump(*b))) << mint << " " << maxt;
      TimeMs from = Past();
      ASSERT_EQ(NonEmpty(Dump(*a, from, from + 600000)), NonEmpty(Dump(*b, from, from + 600000)));
    }
  }

  void Remember() {
    old_.emplace_back(*head_->NewQuerier(kMinTime, kMaxTime),
                      Dump(**plain_.NewQuerier(kMinTime, kMaxTime)));
  }
  void CompareOld() {
    for (auto& [querier, dump] : old_) ASSERT_EQ(NonEmpty(Dump(*querier)), NonEmpty(dump));
    old_.clear();
  }

 private:
  TimeMs Past() { return now_ - static_cast<TimeMs>(random_() % (4 * 3600000)); }

  static std::string NonEmpty(const std::string& dump) {
    std::string out;
    for (size_t at = 0; at < dump.size();) {
      size_t end = dump.find('\n', at) + 1;
      std::string line = dump.substr(at, end - at);
      if (line.find("} ") != std::string::npos) out += line;
      at = end;
    }
    return out;
  }

  double Value() {
    switch (random_() % 6) {
      case 0:
        return static_cast<double>(random_() % 1000);
      case 1:
        return static_cast<double>(random_() % 1000) / 100;
      case 2:
        return random_() % 8 == 0 ? model::kStaleNan : std::sqrt(static_cast<double>(random_()));
      default:
        return 1;
    }
  }

  // A target's page: series of its own, some of them missing now and then.
  void ScrapeRow(storage::Appender& a, storage::Appender& b, uint64_t target) {
    std::vector<SeriesRef> refs_a, refs_b;
    std::vector<double> values;
    uint64_t miss = random_() % 5 == 0 ? 6 : 1000;
    for (int i = 0; i < 20; ++i) {
      // Targets share a few series, which so move between their timelines.
      int series = i < 2 ? i : static_cast<int>(target) * 100 + i;
      if (random_() % miss == 0) continue;
      if (i < 2 && random_() % 4 != 0) continue;
      refs_a.push_back(*a.GetRef(Series(series)));
      refs_b.push_back(*b.GetRef(Series(series)));
      values.push_back(Value());
    }
    Both(a, b, now_, refs_a, refs_b, values);
  }

  void Both(storage::Appender& a, storage::Appender& b, TimeMs t, std::vector<SeriesRef>& refs_a,
            std::vector<SeriesRef>& refs_b, std::vector<double>& values) {
    std::vector<storage::RowError> errors_a, errors_b;
    a.AppendRow(t, refs_a, values, &errors_a);
    std::set<size_t> refused;
    for (const auto& error : errors_a) refused.insert(error.index);
    std::vector<SeriesRef> kept;
    std::vector<double> kept_values;
    for (size_t i = 0; i < refs_b.size(); ++i) {
      if (refused.contains(i)) continue;
      kept.push_back(refs_b[i]);
      kept_values.push_back(values[i]);
    }
    b.AppendRow(t, kept, kept_values, &errors_b);
    EXPECT_TRUE(errors_b.empty());
  }

  void Singles(storage::Appender& a, storage::Appender& b) {
    std::set<int> used;
    for (uint64_t i = 0, n = random_() % 6; i < n; ++i) {
      int series = 1000 + static_cast<int>(random_() % 12);
      if (!used.insert(series).second) continue;
      TimeMs t = random_() % 3 == 0 ? now_ - static_cast<TimeMs>(random_() % 20000) : now_;
      double v = Value();
      AppendError kind_a = AppendError::kNone, kind_b = AppendError::kNone;
      bool ok_a = a.Append(0, Series(series), t, v, &kind_a).ok();
      if (kind_a == AppendError::kOutOfBounds) continue;
      bool ok_b = b.Append(0, Series(series), t, v, &kind_b).ok();
      EXPECT_EQ(ok_a, ok_b);
      EXPECT_EQ(kind_a, kind_b);
    }
  }

  Head* head_;
  std::mt19937_64 random_;
  TestStorage plain_;
  TimeMs now_ = 1'700'000'000'000;
  std::vector<std::pair<std::unique_ptr<storage::Querier>, std::string>> old_;
};

TEST_F(HeadTest, AgreesWithAPlainStorageOnRandomTransactions) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    std::filesystem::remove_all(directory_ + "/wal");
    Open();
    Twins twins(head_.get(), seed);
    for (int step = 1; step <= 250; ++step) {
      ASSERT_NO_FATAL_FAILURE(twins.Step());
      if (step % 40 == 0) twins.Remember();
      if (step % 50 == 0) {
        ASSERT_NO_FATAL_FAILURE(twins.Compare(head_.get()));
      }
    }
    ASSERT_NO_FATAL_FAILURE(twins.CompareOld());
    Open();
    ASSERT_NO_FATAL_FAILURE(twins.Compare(head_.get())) << "after replay, seed " << seed;
  }
}

TEST_F(HeadTest, SeriesOfOneTargetShareTheirTimes) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> refs = {*appender->GetRef(Series(1)), *appender->GetRef(Series(2))};
  // Two eras, so that the shared array is a joined one.
  for (TimeMs t = 0; t < 3 * kEraMs / 2; t += 60000) {
    appender->AppendRow(t, refs, std::vector<double>{1, static_cast<double>(t)}, nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(false, {}, kAll);
  ASSERT_TRUE(set->Next());
  storage::Columns first = set->At().Read(0, kMaxTime);
  std::vector<TimeMs> times(first.t.begin(), first.t.end());
  ASSERT_TRUE(set->Next());
  storage::Columns second = set->At().Read(0, kMaxTime);
  EXPECT_EQ(first.t.data(), second.t.data());
  EXPECT_EQ(second.t.size(), 180u);
  EXPECT_TRUE(std::equal(times.begin(), times.end(), second.t.begin()));
  EXPECT_EQ(set->At().Read(kEraMs, kMaxTime).t.size(), 60u);
}

TEST_F(HeadTest, RefusesWithUpstreamsWords) {
  auto appender = head_->NewAppender();
  AppendError kind;
  SeriesRef ref = *appender->Append(0, Series(1), 10 * kEraMs, 1);
  ASSERT_TRUE(appender->Commit().ok());
  appender = head_->NewAppender();
  EXPECT_TRUE(appender->Append(ref, {}, 10 * kEraMs, 1, &kind).ok());
  EXPECT_EQ(appender->Append(ref, {}, 10 * kEraMs, 2.5, &kind).error().message(),
            "duplicate sample for timestamp 72000000; overrides not allowed: existing 1, new value "
            "2.5");
  EXPECT_EQ(kind, AppendError::kDuplicateTimestamp);
  EXPECT_EQ(appender->Append(ref, {}, 10 * kEraMs - 1, 1, &kind).error().message(),
            "out of order sample");
  EXPECT_EQ(appender->Append(ref, {}, 9 * kEraMs, 1, &kind).error().message(), "out of bounds");
  EXPECT_EQ(kind, AppendError::kOutOfBounds);
  EXPECT_EQ(appender->Append(77, {}, 10 * kEraMs, 1, &kind).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(kind, AppendError::kUnknownRef);
  EXPECT_EQ(appender->Append(0, Labels(), 10 * kEraMs, 1, &kind).error().code(),
            ErrorCode::kInvalid);
  std::vector<storage::RowError> errors;
  std::vector<SeriesRef> refs = {ref, 99};
  appender->AppendRow(10 * kEraMs, refs, std::vector<double>{3, 4}, &errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].error, AppendError::kDuplicateTimestamp);
  EXPECT_EQ(errors[1].error, AppendError::kUnknownRef);
}

TEST_F(HeadTest, ARolledBackTransactionLeavesNothing) {
  auto appender = head_->NewAppender();
  ASSERT_TRUE(appender->Append(0, Series(1), 1000, 1).ok());
  appender->Rollback();
  ASSERT_TRUE(appender->Commit().ok());
  appender.reset();
  EXPECT_EQ(Dump(**head_->NewQuerier(kMinTime, kMaxTime)), "");
  Open();
  EXPECT_EQ(replayed_.samples, 0u);
}

TEST_F(HeadTest, ASeriesThatAlternatesBetweenTargetsKeepsAllItsSamples) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> one, two;
  for (int i = 0; i < 5; ++i) one.push_back(*appender->GetRef(Series(i)));
  for (int i = 4; i < 9; ++i) two.push_back(*appender->GetRef(Series(i)));
  for (TimeMs t = 0; t < 100; ++t) {
    appender->AppendRow(t, t % 2 == 0 ? one : two, std::vector<double>(5, 1.0), nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  for (int i = 0; i < 9; ++i) {
    auto set = querier->Select(false, {}, {Matcher::Equal("i", std::to_string(i))});
    ASSERT_TRUE(set->Next());
    EXPECT_EQ(set->At().Read(kMinTime, kMaxTime).t.size(), i == 4 ? 100u : 50u);
  }
}

TEST_F(HeadTest, AStaleMarkerOfAHistogramSeriesIsAHistogram) {
  auto appender = head_->NewAppender();
  model::FloatHistogram histogram;
  histogram.count = 3;
  ASSERT_TRUE(appender->AppendFloatHistogram(0, Series(1), 1000, histogram).ok());
  ASSERT_TRUE(appender->Commit().ok());
  ASSERT_TRUE(appender->Append(0, Series(1), 2000, model::kStaleNan).ok());
  ASSERT_TRUE(appender->Commit().ok());
  for (int round = 0; round < 2; ++round) {
    auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, kAll);
    ASSERT_TRUE(set->Next());
    EXPECT_TRUE(set->At().Read(kMinTime, kMaxTime).t.empty());
    auto histograms = set->At().ReadHistograms(kMinTime, kMaxTime);
    ASSERT_EQ(histograms.size(), 2u);
    EXPECT_EQ(histograms[0].histogram.count, 3);
    EXPECT_TRUE(model::IsStaleNan(histograms[1].histogram.sum));
    set.reset();
    querier.reset();
    appender.reset();
    Open();
  }
}

TEST_F(HeadTest, AHistogramWhoseSpansDoNotFitIsRefused) {
  auto appender = head_->NewAppender();
  model::Histogram histogram;
  histogram.positive_spans = {{0, 3}};
  histogram.positive_deltas = {1};
  EXPECT_EQ(appender->AppendHistogram(0, Series(1), 1, histogram).error().code(),
            ErrorCode::kInvalid);
}

TEST_F(HeadTest, TruncationForgetsOldErasInMemoryAndInTheLog) {
  std::string kept;
  {
    auto appender = head_->NewAppender();
    for (TimeMs t = 0; t < 4 * kEraMs; t += 300000) {
      if (t > 0 && t % kEraMs == 0) {
        // Every start begins a segment.
        appender.reset();
        Open();
        appender = head_->NewAppender();
      }
      std::vector<SeriesRef> refs = {*appender->GetRef(Series(1)), *appender->GetRef(Series(2))};
      appender->AppendRow(t, refs, std::vector<double>{static_cast<double>(t), 1}, nullptr);
      ASSERT_TRUE(appender->Commit().ok());
    }
    auto querier = *head_->NewQuerier(2 * kEraMs, kMaxTime);
    kept = Dump(*querier);
  }
  ASSERT_TRUE(head_->Truncate(2 * kEraMs + 1000).ok());
  EXPECT_EQ(Dump(**head_->NewQuerier(kMinTime, kMaxTime)), kept);
  EXPECT_EQ(head_->Stats().min_time, 2 * kEraMs);
  // Segments 0 to 3: two thirds of those before the newest.
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/wal/checkpoint.00000001/00000000"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/wal/00000001"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/wal/00000002"));
  {
    // Appends go on, and a second truncation replaces the first checkpoint.
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Series(1), 4 * kEraMs, 5).ok());
    ASSERT_TRUE(appender->Append(0, Series(3), 4 * kEraMs, 5).ok());
    ASSERT_TRUE(appender->Commit().ok());
    kept = Dump(**head_->NewQuerier(3 * kEraMs, kMaxTime));
  }
  held_ = 2 * kEraMs;
  Open();
  ASSERT_TRUE(head_->Truncate(3 * kEraMs).ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/wal/checkpoint.00000001"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/wal/checkpoint.00000003"));
  // What is in blocks does not come back, though the log still has some of it.
  held_ = 3 * kEraMs;
  Open();
  EXPECT_EQ(Dump(**head_->NewQuerier(kMinTime, kMaxTime)), kept);
}

// Several targets write, readers look all the time: a query must see each row whole, all rows of a
// transaction or none, and never go back in time.
TEST_F(HeadTest, QueriesSeeWholeTransactionsWhileOthersWrite) {
  constexpr int kTargets = 3;
  constexpr int kSeries = 40;
  constexpr int kRows = 150;
  std::atomic<int> writing{kTargets};
  auto write = [&](int target) {
    auto done = std::shared_ptr<void>(nullptr, [&](void*) { --writing; });
    std::vector<SeriesRef> refs;
    for (int row = 0; row < kRows; ++row) {
      auto appender = head_->NewAppender();
      if (row % 30 == 0) {
        // Churn: the last series of the target is replaced.
        refs.clear();
        for (int i = 0; i < kSeries; ++i) {
          std::string id = std::to_string(i == kSeries - 1 ? 1000 + row : i);
          refs.push_back(*appender->GetRef(
              Labels::Of({{"__name__", "m"}, {"instance", std::to_string(target)}, {"i", id}})));
        }
      }
      std::vector<double> values(kSeries, static_cast<double>(row));
      TimeMs t = kEraMs + (row - kRows / 2) * 1000;  // crosses into a second era
      appender->AppendRow(t, refs, values, nullptr);
      Labels up = Labels::Of({{"__name__", "up"}, {"instance", std::to_string(target)}});
      ASSERT_TRUE(appender->Append(0, up, t, row).ok());
      ASSERT_TRUE(appender->Commit().ok());
    }
  };
  auto read = [&](int target) {
    double newest = -1;
    while (writing > 0) {
      auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
      auto set = querier->Select(false, {}, {Matcher::Equal("instance", std::to_string(target))});
      double up = -1;
      std::map<double, int> counts;
      while (set->Next()) {
        bool is_up = set->At().labels().metric_name() == "up";
        storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
        for (size_t i = 1; i < columns.t.size(); ++i) ASSERT_LT(columns.t[i - 1], columns.t[i]);
        model::Sample latest;
        ASSERT_EQ(set->At().Latest(kMinTime, kMaxTime, &latest), !columns.t.empty());
        if (columns.v.empty()) continue;
        ASSERT_EQ(latest.v, columns.v.back());
        if (is_up) up = latest.v;
        if (!is_up) {
          for (double v : columns.v) ++counts[v];
        }
      }
      ASSERT_GE(up, newest);
      newest = up;
      ASSERT_EQ(counts.size(), static_cast<size_t>(up + 1));
      for (auto [row, n] : counts) ASSERT_EQ(n, kSeries) << "row " << row;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kTargets; ++i) threads.emplace_back(write, i);
  for (int i = 0; i < 2; ++i) threads.emplace_back(read, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace watchfire::head
