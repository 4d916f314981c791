#include "tsdb/block/block_querier.h"

#include <algorithm>
#include <numeric>

#include "tsdb/block/chunk_reader.h"
#include "tsdb/block/time_arrays.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::block {
namespace {

using chunk::ChunkView;

// What all series of a set share.
struct SetState {
  const Block* block = nullptr;
  const Tombstones* tombstones = nullptr;
  TimeMs mint = kMinTime;  // both inclusive
  TimeMs maxt = kMaxTime;
  SymbolCache symbols;
  TimeArrays arrays;
  Result<void> status;

  // The first error stays.
  void Fail(const Error& error) {
    if (status.ok()) status = error.With("block {}", block->meta().ulid.ToString());
  }
  void FailChunk(const ChunkMeta& chunk, const Error& error) {
    if (!status.ok()) return;
    status = error.With("cannot populate chunk {} from block {}", chunk.ref,
                        block->meta().ulid.ToString());
  }
};

class BlockSeries final : public storage::Series {
 public:
  explicit BlockSeries(SetState* set) : set_(set) {}

  // Whether the series has anything to show. Errors go to the set.
  bool Reset(uint32_t ref);

  const model::Labels& labels() const override;
  storage::Columns Read(TimeMs mint, TimeMs maxt) override;
  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override;
  std::vector<storage::HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override;

 private:
  // A chunk that overlaps the range of the set.
  struct Piece {
    ChunkMeta meta;
    ChunkView view;
    bool loaded = false;
  };

  void FindPieces();
  bool HasSamplesLeft();
  // nullptr after an error.
  const ChunkView* Load(Piece* piece);
  void SortColumns();
  void DropDeleted();
  bool IsDeleted(TimeMs t) const { return deleted_ != nullptr && IsCovered(t, *deleted_); }

  SetState* set_;
  SeriesEntry entry_;
  std::vector<Piece> pieces_;
  bool overlap_ = false;  // pieces do
  const Intervals* deleted_ = nullptr;
  std::vector<TimeMs> times_;
  std::vector<double> values_;
  mutable model::Labels labels_;
  mutable bool has_labels_ = false;
};

bool BlockSeries::Reset(uint32_t ref) {
  has_labels_ = false;
  if (Result<void> read = set_->block->index().ReadSeries(ref, &entry_); !read.ok()) {
    set_->Fail(read.error());
    return false;
  }
  deleted_ = nullptr;
  if (!set_->tombstones->empty()) {
    auto deleted = set_->tombstones->find(ref);
    if (deleted != set_->tombstones->end()) deleted_ = &deleted->second;
  }
  FindPieces();
  return !pieces_.empty() && (deleted_ == nullptr || HasSamplesLeft());
}

void BlockSeries::FindPieces() {
  pieces_.clear();
  overlap_ = false;
  for (const ChunkMeta& meta : entry_.chunks) {
    if (meta.mint > set_->maxt || meta.maxt < set_->mint) continue;
    if (deleted_ != nullptr &&
        IsCovered(std::max(meta.mint, set_->mint), std::min(meta.maxt, set_->maxt), *deleted_)) {
      continue;
    }
    overlap_ = overlap_ || (!pieces_.empty() && meta.mint <= pieces_.back().meta.maxt);
    pieces_.push_back({meta, {}, false});
  }
}

bool BlockSeries::HasSamplesLeft() {
  return !Read(set_->mint, set_->maxt).t.empty() || !ReadHistograms(set_->mint, set_->maxt).empty();
}

const model::Labels& BlockSeries::labels() const {
  if (has_labels_) return labels_;
  has_labels_ = true;
  Result<model::Labels> labels = set_->block->index().LabelsOf(entry_, &set_->symbols);
  if (labels.ok()) {
    labels_ = *std::move(labels);
  } else {
    labels_ = model::Labels();
    set_->Fail(labels.error());
  }
  return labels_;
}

const ChunkView* BlockSeries::Load(Piece* piece) {
  if (piece->loaded) return &piece->view;
  Result<ChunkView> view = set_->block->chunks().Read(piece->meta);
  if (!view.ok()) {
    set_->FailChunk(piece->meta, view.error());
    return nullptr;
  }
  piece->view = *view;
  piece->loaded = true;
  return &piece->view;
}

storage::Columns BlockSeries::Read(TimeMs mint, TimeMs maxt) {
  mint = std::max(mint, set_->mint);
  maxt = std::min(maxt, set_->maxt);
  times_.clear();
  values_.clear();
  for (Piece& piece : pieces_) {
    if (piece.meta.mint > maxt || piece.meta.maxt < mint) continue;
    const ChunkView* view = Load(&piece);
    if (view == nullptr) return {};
    if (!chunk::HoldsFloats(view->encoding)) continue;
    Result<void> decoded = chunk::DecodeFloats(*view, mint, maxt, &times_, &values_);
    if (!decoded.ok()) {
      set_->FailChunk(piece.meta, decoded.error());
      return {};
    }
  }
  if (overlap_) SortColumns();
  if (deleted_ != nullptr) DropDeleted();
  return {set_->arrays.Keep(times_), values_};
}

// Of samples at one time the first chunk's holds.
void BlockSeries::SortColumns() {
  std::vector<size_t> order(times_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return times_[a] < times_[b]; });
  std::vector<TimeMs> times;
  std::vector<double> values;
  for (size_t i : order) {
    if (!times.empty() && times.back() == times_[i]) continue;
    times.push_back(times_[i]);
    values.push_back(values_[i]);
  }
  times_.swap(times);
  values_.swap(values);
}

void BlockSeries::DropDeleted() {
  size_t kept = 0;
  for (size_t i = 0; i < times_.size(); ++i) {
    if (IsDeleted(times_[i])) continue;
    times_[kept] = times_[i];
    values_[kept++] = values_[i];
  }
  times_.resize(kept);
  values_.resize(kept);
}

bool BlockSeries::Latest(TimeMs mint, TimeMs maxt, model::Sample* out) {
  if (deleted_ != nullptr || overlap_) {
    storage::Columns columns = Read(mint, maxt);
    if (columns.t.empty()) return false;
    *out = {columns.t.back(), columns.v.back()};
    return true;
  }
  mint = std::max(mint, set_->mint);
  maxt = std::min(maxt, set_->maxt);
  for (size_t i = pieces_.size(); i-- > 0;) {
    Piece& piece = pieces_[i];
    if (piece.meta.mint > maxt) continue;
    if (piece.meta.maxt < mint) return false;
    const ChunkView* view = Load(&piece);
    if (view == nullptr) return false;
    if (!chunk::HoldsFloats(view->encoding)) continue;
    Result<std::optional<model::Sample>> last = chunk::LastFloat(*view, maxt);
    if (!last.ok()) {
      set_->FailChunk(piece.meta, last.error());
      return false;
    }
    if (!last->has_value()) continue;
    *out = **last;
    return out->t >= mint;
  }
  return false;
}

std::vector<storage::HistogramSample> BlockSeries::ReadHistograms(TimeMs mint, TimeMs maxt) {
  mint = std::max(mint, set_->mint);
  maxt = std::min(maxt, set_->maxt);
  std::vector<chunk::HistogramPoint> points;
  for (Piece& piece : pieces_) {
    if (piece.meta.mint > maxt || piece.meta.maxt < mint) continue;
    const ChunkView* view = Load(&piece);
    if (view == nullptr) return {};
    if (chunk::HoldsFloats(view->encoding)) continue;
    Result<void> decoded = chunk::DecodeHistograms(*view, mint, maxt, &points);
    if (!decoded.ok()) {
      set_->FailChunk(piece.meta, decoded.error());
      return {};
    }
  }
  if (overlap_) {
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.t < b.t; });
    points.erase(std::unique(points.begin(), points.end(),
                             [](const auto& a, const auto& b) { return a.t == b.t; }),
                 points.end());
  }
  std::vector<storage::HistogramSample> out;
  out.reserve(points.size());
  for (chunk::HistogramPoint& point : points) {
    if (IsDeleted(point.t)) continue;
    out.push_back({point.t, point.is_float ? std::move(point.floating) : point.integer.ToFloat(),
                   !point.is_float});
  }
  return out;
}

class BlockSeriesSet final : public storage::SeriesSet {
 public:
  BlockSeriesSet(const Block* block, const Tombstones* tombstones, TimeMs mint, TimeMs maxt)
      : series_(&state_) {
    state_.block = block;
    state_.tombstones = tombstones;
    state_.mint = mint;
    state_.maxt = maxt;
  }
  void Walk(Result<std::vector<uint32_t>> refs, uint64_t limit) {
    if (refs.ok()) {
      refs_ = *std::move(refs);
    } else {
      state_.Fail(refs.error());
    }
    left_ = limit == 0 ? UINT64_MAX : limit;
  }

  bool Next() override {
    while (state_.status.ok() && left_ > 0 && next_ < refs_.size()) {
      if (!series_.Reset(refs_[next_++])) continue;
      --left_;
      return state_.status.ok();
    }
    return false;
  }
  storage::Series& At() override { return series_; }
  Result<void> status() const override { return state_.status; }

 private:
  SetState state_;
  BlockSeries series_;
  std::vector<uint32_t> refs_;
  size_t next_ = 0;
  uint64_t left_ = 0;
};

}  // namespace

BlockQuerier::BlockQuerier(std::shared_ptr<const Block> block, TimeMs mint, TimeMs maxt)
    : block_(std::move(block)), tombstones_(block_->tombstones()), mint_(mint), maxt_(maxt) {}

bool BlockQuerier::Overlaps() const {
  const BlockMeta& meta = block_->meta();
  return mint_ < meta.maxt && maxt_ >= meta.mint;
}

std::unique_ptr<storage::SeriesSet> BlockQuerier::Select(bool, const storage::SelectHints& hints,
                                                         const model::Matchers& matchers) {
  auto set = std::make_unique<BlockSeriesSet>(
      block_.get(), tombstones_.get(), std::max(mint_, hints.start), std::min(maxt_, hints.end));
  if (Overlaps()) set->Walk(block_->index().Select(matchers), hints.limit);
  return set;
}

Result<std::vector<std::string>> BlockQuerier::LabelNames(const model::Matchers& matchers,
                                                          uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  return block_->index().LabelNames(matchers, limit);
}

Result<std::vector<std::string>> BlockQuerier::LabelValues(const std::string& name,
                                                           const model::Matchers& matchers,
                                                           uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  return block_->index().LabelValues(name, matchers, limit);
}

}  // namespace watchfire::block
