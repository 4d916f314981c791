// What the head hands to the block writer: decoded again, it must be what a query shows.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "model/sample.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/head/head.h"

namespace watchfire::head {
namespace {

using model::Labels;
using model::Matcher;
using model::MatchType;
using storage::SeriesRef;

const model::Matchers kAll = {*Matcher::Make(MatchType::kRegex, "__name__", ".+")};

class HeadExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_export_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = directory_ + "/wal";
    options.registry = &registry_;
    head_ = std::make_unique<Head>(options);
    ASSERT_TRUE(head_->OpenLog().ok());
  }
  void TearDown() override {
    head_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string directory_;
  client::Registry registry_;
  std::unique_ptr<Head> head_;
};

Labels Series(int i) {
  return Labels::Of({{"__name__", "m" + std::to_string(i % 7)},
                     {"i", std::to_string(i)},
                     {"instance", "host" + std::to_string(i / 20)}});
}

// labels → every sample, as text.
using Content = std::map<Labels, std::vector<std::string>>;

std::string Text(const model::FloatHistogram& h, bool is_float) {
  std::string out = fmt::format("{}h {} {:x} z{} s{}", is_float ? "f" : "i", h.count,
                                std::bit_cast<uint64_t>(h.sum), h.zero_count, h.schema);
  // Chunks may widen the layout by empty buckets.
  auto side = [&](const std::vector<model::Span>& spans, const std::vector<double>& counts) {
    int index = 0;
    size_t at = 0;
    for (const model::Span& span : spans) {
      index += span.offset;
      for (uint32_t i = 0; i < span.length; ++i, ++index, ++at) {
        if (counts[at] != 0) out += fmt::format(" {}:{}", index, counts[at]);
      }
    }
    out += " |";
  };
  side(h.positive_spans, h.positive_buckets);
  side(h.negative_spans, h.negative_buckets);
  return out;
}

std::string Text(double v) {
  return fmt::format("{:x}", std::bit_cast<uint64_t>(v));
}

Content Queried(Head& head, TimeMs mint, TimeMs maxt) {
  Content out;
  if (mint >= maxt) return out;
  auto querier = *head.NewQuerier(mint, maxt - 1);
  auto set = querier->Select(true, {}, kAll);
  while (set->Next()) {
    std::map<TimeMs, std::string> samples;
    storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) samples[columns.t[i]] = Text(columns.v[i]);
    for (const auto& point : set->At().ReadHistograms(kMinTime, kMaxTime)) {
      EXPECT_FALSE(samples.contains(point.t));
      samples[point.t] = Text(point.histogram, !point.was_integer);
    }
    if (samples.empty()) continue;
    std::vector<std::string>& lines = out[set->At().labels()];
    for (const auto& [t, text] : samples) lines.push_back(fmt::format("{}={}", t, text));
  }
  return out;
}

// Checks the promises of a chunk source on the way.
Content Decoded(chunk::ChunkSource& source) {
  Content out;
  std::vector<std::string_view> symbols = *source.Symbols();
  EXPECT_TRUE(std::is_sorted(symbols.begin(), symbols.end()));
  EXPECT_EQ(std::adjacent_find(symbols.begin(), symbols.end()), symbols.end());
  auto set = *source.Series();
  Labels before;
  while (set->Next()) {
    EXPECT_TRUE(before.empty() || before < set->labels());
    before = set->labels();
    for (const model::LabelView& label : set->labels()) {
      EXPECT_TRUE(std::binary_search(symbols.begin(), symbols.end(), label.name));
      EXPECT_TRUE(std::binary_search(symbols.begin(), symbols.end(), label.value));
    }
    EXPECT_FALSE(set->chunks().empty());
    std::vector<std::string>& lines = out[set->labels()];
    TimeMs last = kMinTime;
    for (const chunk::ChunkView& one : set->chunks()) {
      EXPECT_GT(one.mint, last);
      last = one.maxt;
      if (chunk::HoldsFloats(one.encoding)) {
        std::vector<TimeMs> times;
        std::vector<double> values;
        EXPECT_TRUE(chunk::DecodeFloats(one, kMinTime, kMaxTime, &times, &values).ok());
        EXPECT_EQ(times.front(), one.mint);
        EXPECT_EQ(times.back(), one.maxt);
        for (size_t i = 0; i < times.size(); ++i) {
          lines.push_back(fmt::format("{}={}", times[i], Text(values[i])));
        }
      } else {
        std::vector<chunk::HistogramPoint> points;
        EXPECT_TRUE(chunk::DecodeHistograms(one, kMinTime, kMaxTime, &points).ok());
        for (const auto& p : points) {
          auto h = p.is_float ? p.floating : p.integer.ToFloat();
          lines.push_back(fmt::format("{}={}", p.t, Text(h, p.is_float)));
        }
      }
    }
  }
  EXPECT_TRUE(set->status().ok());
  return out;
}

TEST_F(HeadExportTest, ATargetsSeriesAreOneChunkPerEra) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 50; ++i) refs.push_back(*appender->GetRef(Series(i)));
  for (TimeMs t = 0; t < 2 * kEraMs; t += 15000) {
    std::vector<double> values(refs.size(), static_cast<double>(t / 15000 % 100));
    appender->AppendRow(t, refs, values, nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto source = head_->Source(0, kEraMs);
  auto set = *source->Series();
  int series = 0;
  while (set->Next()) {
    ++series;
    ASSERT_EQ(set->chunks().size(), 1u);
    EXPECT_EQ(chunk::SampleCount(set->chunks()[0]), 480u);
    EXPECT_EQ(set->chunks()[0].mint, 0);
    EXPECT_EQ(set->chunks()[0].maxt, kEraMs - 15000);
  }
  EXPECT_EQ(series, 50);
  // __name__, i, instance; 7 metrics, 50 numbers of which none is a metric, 3 hosts
  EXPECT_EQ(source->Symbols()->size(), 3u + 7 + 50 + 3);
  EXPECT_EQ(Decoded(*source), Queried(*head_, 0, kEraMs));
  EXPECT_TRUE(Decoded(*head_->Source(kEraMs, kEraMs)).empty());
  EXPECT_TRUE(Decoded(*head_->Source(5 * kEraMs, 6 * kEraMs)).empty());
}

TEST_F(HeadExportTest, AgreesWithQueriesOnRandomData) {
  std::mt19937_64 random(7);
  TimeMs now = 1'700'000'000'000;
  std::vector<TimeMs> times;
  for (int step = 0; step < 600; ++step) {
    now += 1 + static_cast<TimeMs>(random() % 60000);
    times.push_back(now);
    auto appender = head_->NewAppender();
    uint64_t target = random() % 4;
    for (int i = 0; i < 20; ++i) {
      if (random() % 12 == 0) continue;
      int series = i < 2 ? i : static_cast<int>(target) * 20 + i;
      double v = random() % 10 == 0  ? model::kStaleNan
                 : random() % 2 == 0 ? static_cast<double>(random() % 100)
                                     : std::sqrt(static_cast<double>(random()));
      ASSERT_TRUE(appender->Append(0, Series(series), now, v).ok());
    }
    // A series may be floats now and histograms of either kind then.
    uint64_t kind = random() % 3;
    if (kind == 0) {
      ASSERT_TRUE(appender->Append(0, Series(1000), now, 1).ok());
    } else {
      model::Histogram h;
      h.positive_spans = {{static_cast<int32_t>(random() % 3), 2}};
      h.positive_deltas = {static_cast<int64_t>(random() % 5), 1};
      h.count = static_cast<uint64_t>(2 * h.positive_deltas[0] + 1);
      h.sum = static_cast<double>(random() % 1000) / 8;
      bool ok = kind == 1 ? appender->AppendHistogram(0, Series(1000), now, h).ok()
                          : appender->AppendFloatHistogram(0, Series(1000), now, h.ToFloat()).ok();
      ASSERT_TRUE(ok);
    }
    ASSERT_TRUE(appender->Commit().ok());
  }
  EXPECT_EQ(Decoded(*head_->Source(kMinTime, kMaxTime)), Queried(*head_, kMinTime, kMaxTime));
  for (int i = 0; i < 20; ++i) {
    TimeMs mint = times[random() % times.size()];
    TimeMs maxt = mint + static_cast<TimeMs>(random() % (3 * kEraMs));
    ASSERT_EQ(Decoded(*head_->Source(mint, maxt)), Queried(*head_, mint, maxt));
  }
}

TEST_F(HeadExportTest, IsOfOneMomentWhileAppendsGoOn) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 40; ++i) refs.push_back(*appender->GetRef(Series(i)));
  auto scrape = [&](TimeMs t) {
    appender->AppendRow(t, refs, std::vector<double>(refs.size(), static_cast<double>(t)), nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  };
  for (TimeMs t = 0; t < 100; ++t) scrape(t);
  auto source = head_->Source(0, 1000);
  Content now = Queried(*head_, 0, 1000);
  std::thread writer([&] {
    for (TimeMs t = 100; t < 300; ++t) scrape(t);
  });
  EXPECT_EQ(Decoded(*source), now);
  writer.join();
  EXPECT_EQ(Decoded(*source), now);
}

TEST_F(HeadExportTest, TheFirstRangeIsCompactableOnceTheHeadSpansOneAndAHalf) {
  EXPECT_EQ(head_->CompactableRange(), std::nullopt);
  auto append = [&](TimeMs t) {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Series(1), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  };
  TimeMs first = 10 * kEraMs + 5000;
  append(first);
  append(first + kEraMs / 2 * 3);
  EXPECT_EQ(head_->CompactableRange(), std::nullopt);
  append(first + kEraMs / 2 * 3 + 1);
  EXPECT_EQ(head_->CompactableRange(), (TimeRange{first, 11 * kEraMs}));
}

}  // namespace
}  // namespace watchfire::head
