#include "tsdb/samples/sample_reader.h"

#include <algorithm>

namespace watchfire::head {

using chunk::SegmentKind;

const SampleReader::Times& SampleReader::LockedViewOf(const Column* column) {
  if (newest_view_.first == column) return *newest_view_.second;
  std::unique_ptr<Times>& view = views_[column];
  if (view == nullptr) {
    view = std::make_unique<Times>();
    uint32_t length = column->VisibleLength(snapshot_->sequence());
    view->reserve(length);
    for (uint32_t i = 0; i < length; ++i) view->push_back(column->TimeAt(i));
  }
  newest_view_ = {column, view.get()};
  return *view;
}

const SampleReader::Times& SampleReader::ViewOf(const Column* column) {
  if (newest_view_.first == column) return *newest_view_.second;
  if (auto known = views_.find(column); known != views_.end()) return *known->second;
  MutexLock lock(store_->timelines_[column->timeline]->mutex);
  return LockedViewOf(column);
}

// Ended segments that may overlap the range, oldest first.
void SampleReader::CollectEnded(SeriesId id, TimeMs mint, TimeMs maxt) {
  ended_.clear();
  for (const std::shared_ptr<Era>& era : snapshot_->eras()) {
    if (era->mint > maxt || era->maxt <= mint) continue;
    size_t from = ended_.size();
    for (const EndedSegment* ended = era->NewestEnded(id); ended != nullptr;
         ended = era->At(ended->older)) {
      ended_.push_back(ended);
    }
    std::reverse(ended_.begin() + static_cast<ptrdiff_t>(from), ended_.end());
  }
}

// Where the ended segment ends for this query. The column may still be growing.
uint32_t SampleReader::VisibleEnd(SeriesId id, const EndedSegment& ended) {
  const Column& column = *ended.column;
  if (column.last_fill.load(std::memory_order_acquire) <= snapshot_->sequence()) return ended.end;
  MutexLock lock(store_->timelines_[column.timeline]->mutex);
  return column.VisibleEnd(id, ended.end, snapshot_->sequence());
}

// Values at column indexes [begin, end), all of which the segment has.
void SampleReader::Decode(const chunk::Arena& arena, const chunk::Segment& segment, uint32_t begin,
                          uint32_t end, std::vector<double>* out) {
  size_t size = out->size() + (end - begin);
  out->resize(size + chunk::ChangeDecoder::kSlack);
  decoder_.Add(arena, segment, begin, end, out->data() + size - (end - begin));
  decoder_.Finish();
  out->resize(size);
}

void SampleReader::AddPiece(const Column* column, const Times& times, const chunk::Segment& segment,
                            uint32_t end, TimeMs mint, TimeMs maxt, std::vector<double>* values,
                            std::vector<Piece>* pieces) {
  end = std::min<uint32_t>(end, static_cast<uint32_t>(times.size()));
  uint32_t begin = chunk::FirstIndex(column->era->arena, segment);
  if (begin >= end) return;
  auto first = times.begin() + begin;
  auto last = times.begin() + end;
  if (*first < mint) first = std::lower_bound(first, last, mint);
  if (first == last) return;
  if (*(last - 1) > maxt) last = std::upper_bound(first, last, maxt);
  if (first == last) return;
  begin = static_cast<uint32_t>(first - times.begin());
  end = static_cast<uint32_t>(last - times.begin());
  Decode(column->era->arena, segment, begin, end, values);
  pieces->push_back({column, begin, end});
}

std::span<const TimeMs> SampleReader::JoinTimes() {
  if (pieces_.empty()) return {};
  if (pieces_.size() == 1) {
    return std::span(ViewOf(pieces_[0].column))
        .subspan(pieces_[0].begin, pieces_[0].end - pieces_[0].begin);
  }
  std::unique_ptr<Times>& joined = joined_[pieces_];
  if (joined == nullptr) {
    joined = std::make_unique<Times>();
    for (const Piece& piece : pieces_) {
      const Times& times = ViewOf(piece.column);
      joined->insert(joined->end(), times.begin() + piece.begin, times.begin() + piece.end);
    }
  }
  return *joined;
}

storage::Columns SampleReader::Read(SeriesId id, TimeMs mint,
                                    TimeMs maxt) NO_THREAD_SAFETY_ANALYSIS {
  pieces_.clear();
  open_piece_.clear();
  values_.clear();
  open_values_.clear();
  Timeline* timeline = store_->LockTimelineOf(id);
  // What has ended is listed under the same lock, lest a segment end between the two looks.
  CollectEnded(id, mint, maxt);
  if (timeline != nullptr) {
    const chunk::Segment& slot = store_->slots_[id];
    if (slot.kind != SegmentKind::kEmpty) {
      const Column* column = timeline->column;
      uint32_t end = column->VisibleEnd(id, timeline->LengthOf(id), snapshot_->sequence());
      AddPiece(column, LockedViewOf(column), slot, end, mint, maxt, &open_values_, &open_piece_);
    }
    timeline->mutex.Unlock();
  }
  for (const EndedSegment* ended : ended_) {
    AddPiece(ended->column, ViewOf(ended->column), ended->segment, VisibleEnd(id, *ended), mint,
             maxt, &values_, &pieces_);
  }
  if (pieces_.empty()) {
    values_.swap(open_values_);
    pieces_.swap(open_piece_);
  } else {
    values_.insert(values_.end(), open_values_.begin(), open_values_.end());
    pieces_.insert(pieces_.end(), open_piece_.begin(), open_piece_.end());
  }
  return {JoinTimes(), values_};
}

// Of the `length` samples at most that the series' open segment reaches to.
uint32_t SampleReader::VisibleLength(SeriesId id, const Timeline& timeline, uint32_t length) const {
  const Column& column = *timeline.column;
  uint64_t sequence = snapshot_->sequence();
  if (column.marks.back().sequence > sequence) {
    length = std::min(length, column.VisibleLength(sequence));
  }
  return column.VisibleEnd(id, length, sequence);
}

bool SampleReader::Latest(SeriesId id, TimeMs mint, TimeMs maxt,
                          model::Sample* out) NO_THREAD_SAFETY_ANALYSIS {
  Timeline* timeline = store_->LockTimelineOf(id);
  if (timeline != nullptr) {
    const chunk::Segment& slot = store_->slots_[id];
    bool newest_shows = false;
    bool newest_is_too_old = false;
    if (slot.kind != SegmentKind::kEmpty) {
      uint32_t length = timeline->LengthOf(id);
      TimeMs t = timeline->column->TimeAt(length - 1);
      newest_is_too_old = t < mint;
      newest_shows = t <= maxt && VisibleLength(id, *timeline, length) == length;
      if (newest_shows) *out = {t, std::bit_cast<double>(slot.last_bits)};
    }
    timeline->mutex.Unlock();
    if (newest_is_too_old) return false;
    if (newest_shows) return true;
  }
  storage::Columns columns = Read(id, mint, maxt);
  if (columns.t.empty()) return false;
  *out = {columns.t.back(), columns.v.back()};
  return true;
}

bool SampleReader::HasSamples(SeriesId id, TimeMs mint, TimeMs maxt) NO_THREAD_SAFETY_ANALYSIS {
  Timeline* timeline = store_->LockTimelineOf(id);
  bool found = false;
  if (timeline != nullptr) {
    const chunk::Segment& slot = store_->slots_[id];
    if (slot.kind != SegmentKind::kEmpty) {
      const Column& column = *timeline->column;
      uint32_t length = VisibleLength(id, *timeline, timeline->LengthOf(id));
      if (length > 0 && column.TimeAt(length - 1) >= mint) {
        uint32_t first = chunk::FirstIndex(column.era->arena, slot);
        found = first < length && column.TimeAt(first) <= maxt;
      }
    }
    CollectEnded(id, mint, maxt);
    timeline->mutex.Unlock();
  } else {
    CollectEnded(id, mint, maxt);
  }
  for (const EndedSegment* ended : ended_) {
    if (found) break;
    const Times& times = ViewOf(ended->column);
    uint32_t end = std::min(VisibleEnd(id, *ended), static_cast<uint32_t>(times.size()));
    uint32_t first = chunk::FirstIndex(ended->column->era->arena, ended->segment);
    found = first < end && times[end - 1] >= mint && times[first] <= maxt;
  }
  return found;
}

}  // namespace watchfire::head
