#include "tsdb/block/block_series.h"

#include <algorithm>
#include <numeric>

#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::block {

using chunk::ChunkView;

bool BlockSeries::Point(uint32_t ref) {
  has_labels_ = false;
  pieces_.clear();
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
  return true;
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

bool BlockSeries::Decode(TimeMs mint, TimeMs maxt, std::vector<TimeMs>* times,
                         std::vector<double>* values) {
  for (Piece& piece : pieces_) {
    if (piece.meta.mint > maxt || piece.meta.maxt < mint) continue;
    const ChunkView* view = Load(&piece);
    if (view == nullptr) return false;
    if (!chunk::HoldsFloats(view->encoding)) continue;
    Result<void> decoded = chunk::DecodeFloats(*view, mint, maxt, times, values);
    if (!decoded.ok()) {
      set_->FailChunk(piece.meta, decoded.error());
      return false;
    }
  }
  return true;
}

storage::Columns BlockSeries::Read(TimeMs mint, TimeMs maxt) {
  times_.clear();
  values_.clear();
  if (!Decode(std::max(mint, set_->mint), std::min(maxt, set_->maxt), &times_, &values_)) return {};
  if (overlap_) SortColumns();
  if (deleted_ != nullptr) DropDeleted();
  return {set_->arrays.Keep(times_), values_};
}

void BlockSeries::ReadInto(TimeMs mint, TimeMs maxt, std::vector<TimeMs>* times,
                           std::vector<double>* values) {
  times->clear();
  if (overlap_ || deleted_ != nullptr) {
    storage::Columns columns = Read(mint, maxt);
    times->assign(columns.t.begin(), columns.t.end());
    values->insert(values->end(), columns.v.begin(), columns.v.end());
    return;
  }
  size_t before = values->size();
  if (Decode(std::max(mint, set_->mint), std::min(maxt, set_->maxt), times, values)) return;
  times->clear();
  values->resize(before);
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

}  // namespace watchfire::block
