#pragma once
// Series of chunks in memory, for tests and benchmarks of this room.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "model/labels.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::compact::testing {

using Samples = std::map<TimeMs, double>;

// Chunks of series in memory. References are 10, 20 … in label order.
class FakeSource final : public chunk::ChunkSource {
 public:
  std::map<model::Labels, std::vector<chunk::OwnedChunk>> series;
  Result<void> end;                               // what the walk ends with
  std::function<void(const model::Labels&)> met;  // called for each series, if set

  Result<std::vector<std::string_view>> Symbols() override {
    std::set<std::string_view> symbols;
    for (const auto& [labels, chunks] : series) {
      for (const model::LabelView& label : labels) {
        symbols.insert(label.name);
        symbols.insert(label.value);
      }
    }
    return std::vector<std::string_view>(symbols.begin(), symbols.end());
  }
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override {
    return std::unique_ptr<chunk::ChunkSeriesSet>(std::make_unique<Set>(this));
  }

 private:
  class Set final : public chunk::ChunkSeriesSet {
   public:
    explicit Set(FakeSource* source) : source_(source), next_(source->series.begin()) {}
    bool Next() override {
      if (next_ == source_->series.end()) return false;
      at_ = next_++;
      if (source_->met) source_->met(at_->first);
      ref_ += 10;
      views_.clear();
      for (const chunk::OwnedChunk& chunk : at_->second) views_.push_back(chunk.view());
      return true;
    }
    const model::Labels& labels() const override { return at_->first; }
    std::span<const chunk::ChunkView> chunks() const override { return views_; }
    uint64_t ref() const override { return ref_; }
    Result<void> status() const override { return source_->end; }

   private:
    FakeSource* source_;
    std::map<model::Labels, std::vector<chunk::OwnedChunk>>::iterator next_;
    std::map<model::Labels, std::vector<chunk::OwnedChunk>>::iterator at_;
    uint64_t ref_ = 0;
    std::vector<chunk::ChunkView> views_;
  };
};

// `count` samples from `start` on, of value t.
inline Samples Ramp(TimeMs start, int count, TimeMs step = 10) {
  Samples samples;
  for (int i = 0; i < count; ++i) {
    TimeMs t = start + i * step;
    samples[t] = static_cast<double>(t);
  }
  return samples;
}

// In chunks of at most `max_samples`.
inline std::vector<chunk::OwnedChunk> Encode(const Samples& samples, uint32_t max_samples = 120,
                                             chunk::Encoding encoding = chunk::Encoding::kXor) {
  std::vector<TimeMs> times;
  std::vector<double> values;
  for (auto [t, v] : samples) {
    times.push_back(t);
    values.push_back(v);
  }
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeFloats(times, values, {max_samples, 65536}, encoding, &chunks);
  return chunks;
}

}  // namespace watchfire::compact::testing
