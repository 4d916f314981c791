#pragma once
// For the tests of whole data directories: a clock that stands still, and what a database answers
// as text, bit for bit.

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <string>

#include "base/log.h"
#include "base/numbers.h"
#include "tsdb/db/db.h"

namespace watchfire::tsdb {

class StoppedClock final : public Clock {
 public:
  explicit StoppedClock(TimeMs now) : now_(now) {}
  void Set(TimeMs now) { now_ = now; }
  TimeMs Now() const override { return now_; }
  int64_t MonotonicNs() const override { return now_ * 1'000'000; }

 private:
  TimeMs now_;
};

// (series, time) → the sample.
using Samples = std::map<std::pair<std::string, TimeMs>, std::string>;

struct Answer {
  Samples samples;
  Result<void> status;
};

inline std::string TextOf(double v) {
  return fmt::format("{:x}", std::bit_cast<uint64_t>(v));
}

inline std::string TextOf(const model::FloatHistogram& h, bool was_integer) {
  std::string out = fmt::format("{} {} {} {} s{}", was_integer ? "int" : "float", h.count, h.sum,
                                h.zero_count, h.schema);
  int index = 0;
  size_t at = 0;
  for (const model::Span& span : h.positive_spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index, ++at) {
      if (h.positive_buckets[at] != 0) out += fmt::format(" {}:{}", index, h.positive_buckets[at]);
    }
  }
  return out;
}

inline Answer Ask(Db& db, TimeMs mint = kMinTime, TimeMs maxt = kMaxTime) {
  Answer answer;
  Result<std::unique_ptr<storage::Querier>> querier = db.NewQuerier(mint, maxt);
  if (!querier) return {{}, querier.error()};
  auto set = (*querier)->Select(true, {}, {});
  while (set->Next()) {
    std::string name = set->At().labels().ToMetricString();
    auto columns = set->At().Read(mint, maxt);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      answer.samples[{name, columns.t[i]}] = TextOf(columns.v[i]);
    }
    for (const auto& point : set->At().ReadHistograms(mint, maxt)) {
      answer.samples[{name, point.t}] = TextOf(point.histogram, point.was_integer);
    }
  }
  answer.status = set->status();
  return answer;
}

inline Samples Between(const Samples& samples, TimeMs mint, TimeMs end) {
  Samples out;
  for (const auto& one : samples) {
    if (one.first.second >= mint && one.first.second < end) out.insert(one);
  }
  return out;
}

// The first sample that one has and the other has not, or has otherwise; empty if there is none.
inline std::string NotIn(const Samples& all, const Samples& some) {
  for (const auto& [key, text] : some) {
    auto found = all.find(key);
    if (found == all.end() || found->second != text) {
      return fmt::format("{} at {}: {}{}", key.first, key.second, text,
                         found == all.end() ? "" : ", not " + found->second);
    }
  }
  return "";
}

// The log between two points of a test.
class LogCapture {
 public:
  LogCapture() { CaptureLogs(&text_); }
  ~LogCapture() { CaptureLogs(nullptr); }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  void Clear() { text_.clear(); }
  const std::string& text() const { return text_; }
  bool Has(std::string_view what) const { return text_.find(what) != std::string::npos; }
  bool Warned() const { return Has("level=WARN") || Has("level=ERROR"); }

 private:
  std::string text_;
};

}  // namespace watchfire::tsdb
