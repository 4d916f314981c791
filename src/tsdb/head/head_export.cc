#include <algorithm>
#include <optional>

#include "tsdb/head/head.h"
#include "tsdb/head/series_chunks.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {
namespace {

// A reader keeps the timestamps of every timeline it met. In label order the series of one metric
// come from all targets, one after the other, so they are worth keeping; but where every series has
// a timeline of its own they would be the whole head, eight bytes a sample. A fresh reader every so
// often bounds that to some 16 MB and costs 2 % of the walk.
constexpr uint32_t kSeriesPerReader = 4096;

}  // namespace

// The in-order samples of a time range as chunks, straight from the change lists. Memory: four
// bytes a series for the order, and the symbols.
class HeadSource final : public chunk::ChunkSource {
 public:
  HeadSource(Head* head, TimeMs mint, TimeMs maxt)
      : head_(head),
        mint_(mint),
        last_(mint < maxt ? maxt - 1 : mint),
        snapshot_(&head->samples_),
        deleted_(head->deletions_.Get()) {
    if (mint < maxt) Collect();
  }

  Result<std::vector<std::string_view>> Symbols() override { return head_->index_.SymbolsOf(ids_); }
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override;

 private:
  class Set;

  // Series with samples there, in label order.
  void Collect() {
    std::optional<SampleReader> reader;
    uint32_t num_ids = head_->index_.num_ids();
    ids_.reserve(head_->index_.num_series());
    for (SeriesId id = 0; id < num_ids; ++id) {
      if (id % kSeriesPerReader == 0) reader.emplace(&head_->samples_, &snapshot_);
      bool there = reader->HasSamples(id, mint_, last_);
      if (!there && !head_->histograms_.empty()) {
        there = head_->histograms_.HasSamples(id, mint_, last_, snapshot_.sequence());
      }
      if (there) ids_.push_back(id);
    }
    ids_.shrink_to_fit();
    head_->index_.SortByLabels(&ids_);
  }

  Head* head_;
  const TimeMs mint_;
  const TimeMs last_;  // inclusive
  Snapshot snapshot_;
  Deletions::Snapshot deleted_;
  std::vector<SeriesId> ids_;
};

class HeadSource::Set final : public chunk::ChunkSeriesSet {
 public:
  explicit Set(HeadSource* source) : source_(source) {}

  bool Next() override {
    while (next_ < source_->ids_.size()) {
      if (next_ % kSeriesPerReader == 0) {
        reader_.emplace(&source_->head_->samples_, &source_->snapshot_);
      }
      Encode(source_->ids_[next_++]);
      if (!chunks().empty()) return true;
    }
    return false;
  }
  const model::Labels& labels() const override { return labels_; }
  std::span<const chunk::ChunkView> chunks() const override { return chunks_.views(); }
  Result<void> status() const override { return {}; }

 private:
  void Encode(SeriesId id) {
    Head& head = *source_->head_;
    storage::Columns floats = reader_->Read(id, source_->mint_, source_->last_);
    points_.clear();
    if (!head.histograms_.empty()) {
      head.histograms_.Read(id, source_->mint_, source_->last_, source_->snapshot_.sequence(),
                            &points_);
    }
    chunks_.Encode(floats, &points_, Deletions::Of(source_->deleted_, id));
    if (!chunks_.views().empty()) labels_ = head.index_.LabelsOf(id);
  }

  HeadSource* source_;
  std::optional<SampleReader> reader_;
  size_t next_ = 0;
  model::Labels labels_;
  SeriesChunks chunks_;
  std::vector<chunk::HistogramPoint> points_;
};

Result<std::unique_ptr<chunk::ChunkSeriesSet>> HeadSource::Series() {
  return std::unique_ptr<chunk::ChunkSeriesSet>(std::make_unique<Set>(this));
}

std::unique_ptr<chunk::ChunkSource> Head::Source(TimeMs mint, TimeMs maxt) {
  return std::make_unique<HeadSource>(this, mint, maxt);
}

std::optional<TimeRange> Head::CompactableRange() const {
  TimeMs mint = min_time_.load(std::memory_order_relaxed);
  TimeMs maxt = max_time_.load(std::memory_order_relaxed);
  if (maxt < mint || maxt - mint <= options_.chunk_range_ms / 2 * 3) return std::nullopt;
  TimeMs offset =
      ((mint % options_.chunk_range_ms) + options_.chunk_range_ms) % options_.chunk_range_ms;
  return TimeRange{mint, mint - offset + options_.chunk_range_ms};
}

}  // namespace watchfire::head
