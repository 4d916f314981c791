#include "tsdb/samples/sample_runs.h"

#include <algorithm>

namespace watchfire::head {

namespace {

using chunk::SegmentKind;

constexpr size_t kAhead = 6;  // series

}  // namespace

SampleRuns::SampleRuns(SampleStore* store, const Snapshot* snapshot, TimeMs mint, TimeMs maxt)
    : store_(store), snapshot_(snapshot), mint_(mint), maxt_(maxt), reader_(store, snapshot) {
  for (const std::shared_ptr<Era>& era : snapshot->eras()) {
    if (era->mint <= maxt && era->maxt > mint) eras_.push_back(era.get());
  }
}

SampleRuns::~SampleRuns() = default;

TimelineId SampleRuns::TimelineOf(SeriesId id) const {
  if (id >= store_->num_slots_.load(std::memory_order_acquire)) return 0;
  TimelineId timeline = store_->timeline_of_[id].load(std::memory_order_acquire);
  return timeline == kBetween ? 0 : timeline;
}

bool SampleRuns::HasEnded(SeriesId id) const {
  return std::any_of(eras_.begin(), eras_.end(),
                     [&](const Era* era) { return era->NewestEnded(id) != nullptr; });
}

const SampleRuns::Slice* SampleRuns::Known(const Column* column) {
  const Slice*& recent = recent_[(reinterpret_cast<uintptr_t>(column) >> 6) % recent_.size()];
  if (recent != nullptr && recent->column == column) return recent;
  auto known = slices_.find(column);
  if (known == slices_.end()) return nullptr;
  return recent = known->second.get();
}

const SampleRuns::Slice& SampleRuns::Look(const Column* column) {
  if (const Slice* known = Known(column)) return *known;
  auto slice = std::make_unique<Slice>();
  slice->column = column;
  const std::vector<uint32_t>& offsets = column->offsets;
  auto behind = offsets.begin() + column->VisibleLength(snapshot_->sequence());
  auto in_range = [&](TimeMs t) { return t - column->era->mint; };
  auto first = std::lower_bound(offsets.begin(), behind, in_range(mint_));
  auto last = std::upper_bound(first, behind, in_range(maxt_),
                               [](int64_t t, uint32_t offset) { return t < offset; });
  slice->begin = static_cast<uint32_t>(first - offsets.begin());
  slice->end = static_cast<uint32_t>(last - offsets.begin());
  slice->times.reserve(static_cast<size_t>(last - first));
  for (; first != last; ++first) slice->times.push_back(column->era->mint + *first);
  const Slice& kept = *slice;
  slices_[column] = std::move(slice);
  return kept;
}

void SampleRuns::LockAndLook(const Column* column) {
  MutexLock lock(store_->timelines_[column->timeline]->mutex);
  Look(column);
}

void SampleRuns::AddPiece(const Slice& slice, const chunk::Segment& segment, uint32_t end) {
  uint32_t begin = slice.begin;
  // The first sample is not behind the last event, which spares the look into the stream.
  if (segment.last_event > begin) {
    uint32_t first = chunk::FirstIndex(slice.column->era->arena, segment);
    begin = std::max(begin, first);
  }
  end = std::min(end, slice.end);
  if (begin >= end) return;
  pieces_.push_back({&slice, begin, end});
  segments_.push_back(&segment);
}

SampleRuns::Found SampleRuns::AddEnded(const Era& era, SeriesId id, const Timeline* timeline) {
  size_t from = pieces_.size();
  for (const EndedSegment* ended = era.NewestEnded(id); ended != nullptr;
       ended = era.At(ended->older)) {
    const Column* column = ended->column;
    const Slice* slice = Known(column);
    if (slice == nullptr) {
      if (timeline == nullptr || column->timeline != timeline->id) {
        unknown_ = column;
        return Found::kUnknownColumn;
      }
      slice = &Look(column);
    }
    if (column->last_fill.load(std::memory_order_acquire) > snapshot_->sequence()) {
      return Found::kSlow;
    }
    AddPiece(*slice, ended->segment, ended->end);
  }
  std::reverse(pieces_.begin() + static_cast<ptrdiff_t>(from), pieces_.end());
  std::reverse(segments_.begin() + static_cast<ptrdiff_t>(from), segments_.end());
  return Found::kPieces;
}

void SampleRuns::AddOpen(SeriesId id, Timeline& timeline) NO_THREAD_SAFETY_ANALYSIS {
  const chunk::Segment& slot = store_->slots_[id];
  if (slot.kind == SegmentKind::kEmpty) return;
  const Column* column = timeline.column;
  const Slice& slice = Look(column);
  uint32_t end = slice.end;
  if (!timeline.open.empty() ||
      column->last_fill.load(std::memory_order_relaxed) > snapshot_->sequence()) {
    end = column->VisibleEnd(id, timeline.LengthOf(id), snapshot_->sequence());
  }
  AddPiece(slice, slot, end);
}

SampleRuns::Found SampleRuns::FindPieces(SeriesId id, Timeline* timeline) {
  pieces_.clear();
  segments_.clear();
  for (const Era* era : eras_) {
    if (Found found = AddEnded(*era, id, timeline); found != Found::kPieces) return found;
  }
  if (timeline != nullptr) AddOpen(id, *timeline);
  return pieces_.empty() ? Found::kNothing : Found::kPieces;
}

void SampleRuns::MakeRoom(size_t values) {
  if (used_ + values + chunk::ChangeDecoder::kSlack <= capacity_) return;
  size_t capacity = std::max<size_t>(2 * capacity_, 4096);
  capacity = std::max(capacity, used_ + values + chunk::ChangeDecoder::kSlack);
  auto larger = std::make_unique_for_overwrite<double[]>(capacity);
  std::copy_n(values_.get(), used_, larger.get());
  values_ = std::move(larger);
  capacity_ = capacity;
}

bool SampleRuns::TakeSeries(uint32_t place, size_t left) {
  if (from_.empty()) {
    run_pieces_ = pieces_;
    width_ = 0;
    for (const Piece& piece : pieces_) width_ += piece.end - piece.begin;
    // All at once: what is decoded must not move.
    MakeRoom(std::min(std::min(left, kMaxSeries) * width_, kMaxValues + width_));
  } else if (pieces_ != run_pieces_) {
    return false;
  }
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    decoder_.Add(piece.slice->column->era->arena, *segments_[i], piece.begin, piece.end,
                 values_.get() + used_);
    used_ += piece.end - piece.begin;
  }
  from_.push_back(place);
  return true;
}

// Of a series that comes soon.
void SampleRuns::Prefetch(SeriesId id, const Timeline& timeline) const NO_THREAD_SAFETY_ANALYSIS {
  if (TimelineOf(id) != timeline.id || timeline.column == nullptr) return;
  chunk::PrefetchStream(timeline.column->era->arena, store_->slots_[id]);
}

bool SampleRuns::IsFull() const {
  return from_.size() >= kMaxSeries || used_ + width_ > kMaxValues;
}

std::span<const TimeMs> SampleRuns::TimesOfRun() {
  if (run_pieces_.size() == 1) {
    const Piece& piece = run_pieces_[0];
    return std::span(piece.slice->times)
        .subspan(piece.begin - piece.slice->begin, piece.end - piece.begin);
  }
  std::unique_ptr<std::vector<TimeMs>>& joined = joined_[run_pieces_];
  if (joined == nullptr) {
    joined = std::make_unique<std::vector<TimeMs>>();
    for (const Piece& piece : run_pieces_) {
      auto first = piece.slice->times.begin() - piece.slice->begin;
      joined->insert(joined->end(), first + piece.begin, first + piece.end);
    }
  }
  return *joined;
}

void SampleRuns::ReadAlone(SeriesId id, Run* run) {
  storage::Columns columns = reader_.Read(id, mint_, maxt_);
  if (columns.t.empty()) return;
  from_.assign(1, 0);
  *run = {columns.t, columns.v.data(), from_};
}

size_t SampleRuns::Read(std::span<const SeriesId> ids, Run* run) NO_THREAD_SAFETY_ANALYSIS {
  *run = {};
  used_ = 0;
  from_.clear();
  Timeline* timeline = nullptr;  // locked
  auto unlock = [&] {
    decoder_.Finish();
    if (timeline != nullptr) timeline->mutex.Unlock();
    timeline = nullptr;
  };
  size_t next = 0;
  bool alone = false;
  while (next < ids.size() && !alone && !(IsFull() && !from_.empty())) {
    SeriesId id = ids[next];
    if (TimelineOf(id) != (timeline == nullptr ? 0 : timeline->id)) {
      unlock();
      if (!from_.empty()) break;
      timeline = store_->LockTimelineOf(id);
    }
    if (timeline != nullptr && next + kAhead < ids.size()) Prefetch(ids[next + kAhead], *timeline);
    Found found = FindPieces(id, timeline);
    if (found == Found::kPieces && !TakeSeries(static_cast<uint32_t>(next), ids.size() - next))
      break;
    if (found == Found::kUnknownColumn || found == Found::kSlow) {
      unlock();
      if (!from_.empty()) break;
      alone = found == Found::kSlow;
      if (!alone) LockAndLook(unknown_);
    }
    if (found == Found::kPieces || found == Found::kNothing) ++next;
  }
  unlock();
  if (alone) {
    ReadAlone(ids[next], run);
    for (uint32_t& place : from_) place = static_cast<uint32_t>(next);
    return next + 1;
  }
  if (!from_.empty()) *run = {TimesOfRun(), values_.get(), from_};
  return next;
}

void SampleRuns::AddNewest(size_t place, TimeMs t, double v) {
  times_[used_] = t;
  values_[used_] = v;
  from_[used_++] = static_cast<uint32_t>(place);
}

SampleRuns::Reach SampleRuns::ReachOf(const Timeline& timeline) const NO_THREAD_SAFETY_ANALYSIS {
  Reach reach;
  const Column* column = timeline.column;
  if (column == nullptr || column->marks.empty()) return reach;
  uint64_t sequence = snapshot_->sequence();
  reach.end =
      column->marks.back().sequence > sequence ? column->VisibleLength(sequence) : column->length();
  if (reach.end > 0 && column->TimeAt(reach.end - 1) > maxt_) {
    auto first = column->offsets.begin();
    auto last = std::upper_bound(first, first + reach.end, maxt_ - column->era->mint,
                                 [](int64_t t, uint32_t offset) { return t < offset; });
    reach.end = static_cast<uint32_t>(last - first);
  }
  if (reach.end > 0) reach.t = column->TimeAt(reach.end - 1);
  reach.for_all =
      timeline.open.empty() && column->last_fill.load(std::memory_order_relaxed) <= sequence;
  return reach;
}

// Adds those of the timeline from `next` on, as far as their slots tell; false if the next one's
// does not.
bool SampleRuns::AddFresh(std::span<const SeriesId> ids, size_t* next,
                          const Timeline& timeline) NO_THREAD_SAFETY_ANALYSIS {
  const Reach all = ReachOf(timeline);
  const Column* column = timeline.column;
  StableArray<std::atomic<TimelineId>>::Cursor timeline_of(store_->timeline_of_);
  StableArray<chunk::Segment>::Cursor slots(store_->slots_);
  uint32_t num_slots = store_->num_slots_.load(std::memory_order_acquire);
  for (; *next < ids.size() && used_ < kMaxSeries; ++*next) {
    SeriesId id = ids[*next];
    if (id >= num_slots) return true;
    if (timeline_of.At(id).load(std::memory_order_relaxed) != timeline.id) return true;
    const chunk::Segment& slot = slots.At(id);
    if (slot.kind == SegmentKind::kEmpty) {
      if (HasEnded(id)) return false;
      continue;
    }
    Reach reach = all;
    if (!all.for_all) [[unlikely]] {
      uint32_t end = column->VisibleEnd(id, timeline.LengthOf(id), snapshot_->sequence());
      if (end < reach.end) reach = {end, end > 0 ? column->TimeAt(end - 1) : kMinTime, false};
    }
    if (slot.last_event >= reach.end) return false;
    if (reach.t >= mint_) AddNewest(*next, reach.t, std::bit_cast<double>(slot.last_bits));
  }
  return true;
}

size_t SampleRuns::ReadNewest(std::span<const SeriesId> ids,
                              Newest* run) NO_THREAD_SAFETY_ANALYSIS {
  used_ = 0;
  MakeRoom(kMaxSeries);
  times_.resize(kMaxSeries);
  from_.resize(kMaxSeries);
  size_t next = 0;
  while (next < ids.size() && used_ < kMaxSeries) {
    Timeline* timeline = store_->LockTimelineOf(ids[next]);
    bool told = false;
    if (timeline != nullptr) {
      told = AddFresh(ids, &next, *timeline);
      timeline->mutex.Unlock();
    } else if (!HasEnded(ids[next])) {
      ++next;
      continue;
    }
    if (told || next == ids.size()) continue;
    model::Sample sample;
    if (reader_.Latest(ids[next], mint_, maxt_, &sample)) AddNewest(next, sample.t, sample.v);
    ++next;
  }
  *run = {std::span(times_).first(used_), std::span(values_.get(), used_),
          std::span(from_).first(used_)};
  return next;
}

}  // namespace watchfire::head
