#pragma once
// For the tests of the head: a head in a directory of its own, and what it holds as text, whoever
// shows it: queries or chunks for a block.

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/head/head.h"

namespace watchfire::head {

class HeadOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_head_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.fs = FileSystem::Local();
    options_.clock = Clock::System();
    options_.wal_directory = directory_ + "/wal";
    Open();
  }
  void TearDown() override {
    head_.reset();
    std::filesystem::remove_all(directory_);
  }
  // Also again, as after a restart.
  void Open() {
    head_.reset();
    registry_ = std::make_unique<client::Registry>();
    options_.registry = registry_.get();
    head_ = std::make_unique<Head>(options_);
    if (held_ != kMinTime) head_->RaiseMinValidTime(held_);
    replayed_ = *head_->Replay(nullptr);
    ASSERT_TRUE(head_->OpenLog().ok());
  }
  double Metric(const std::string& name, const std::string& type = "") {
    for (const client::MetricFamily& family : registry_->Gather()) {
      if (family.name != name) continue;
      for (const client::MetricPoint& point : family.points) {
        if (type.empty() || point.labels[0].value == type) return point.value + point.count;
      }
    }
    ADD_FAILURE() << "no metric " << name;
    return 0;
  }

  std::string directory_;
  HeadOptions options_;
  std::unique_ptr<client::Registry> registry_;
  std::unique_ptr<Head> head_;
  ReplayResult replayed_;
  TimeMs held_ = kMinTime;  // what blocks reach up to
};

inline model::Labels Series(int i) {
  return model::Labels::Of({{"__name__", "m" + std::to_string(i % 7)},
                            {"i", std::to_string(i)},
                            {"instance", "host" + std::to_string(i / 20)}});
}
inline model::Matchers All() {
  return {*model::Matcher::Make(model::MatchType::kRegex, "__name__", ".+")};
}

// labels → every sample, as text.
using Content = std::map<model::Labels, std::vector<std::string>>;

// The first line in which the two differ; empty if they do not.
inline std::string Difference(const Content& actual, const Content& expected) {
  auto lines = [](const Content& content) {
    std::vector<std::string> out;
    for (const auto& [labels, samples] : content) {
      for (const std::string& sample : samples)
        out.push_back(labels.ToMetricString() + " " + sample);
    }
    return out;
  };
  std::vector<std::string> a = lines(actual);
  std::vector<std::string> b = lines(expected);
  a.push_back("the end");
  b.push_back("the end");
  auto [x, y] = std::mismatch(a.begin(), a.end() - 1, b.begin(), b.end() - 1);
  if (x == a.end() - 1 && y == b.end() - 1) return "";
  return fmt::format("actual: {}\nexpected: {}", *x, *y);
}

inline std::string Text(const model::FloatHistogram& h, bool is_float) {
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

inline std::string Text(double v) {
  return fmt::format("{:x}", std::bit_cast<uint64_t>(v));
}

inline Content Queried(Head& head, TimeMs mint, TimeMs maxt) {
  Content out;
  if (mint >= maxt) return out;
  auto querier = *head.NewQuerier(mint, maxt - 1);
  auto set = querier->Select(true, {}, All());
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
inline Content Decoded(chunk::ChunkSource& source) {
  Content out;
  std::vector<std::string_view> symbols = *source.Symbols();
  EXPECT_TRUE(std::is_sorted(symbols.begin(), symbols.end()));
  EXPECT_EQ(std::adjacent_find(symbols.begin(), symbols.end()), symbols.end());
  auto set = *source.Series();
  model::Labels before;
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

}  // namespace watchfire::head
