#include "tsdb/samples/sample_store.h"

#include <algorithm>
#include <chrono>

#include "model/sample.h"

namespace watchfire::head {
namespace {

using chunk::Segment;
using chunk::SegmentKind;
using storage::AppendError;

constexpr uint32_t kMaxColumn = 65535;  // indexes are 16 bits
// A series that moved between timelines so often stays in one of its own.
constexpr uint8_t kMaxMoves = 8;

}  // namespace

Snapshot::Snapshot(SampleStore* store) : store_(store) {
  MutexLock lock(store->readers_mutex_);
  sequence_ = store->published_;
  store->readers_.insert(sequence_);
  eras_ = store->eras_;
}

Snapshot::~Snapshot() {
  MutexLock lock(store_->readers_mutex_);
  store_->readers_.erase(store_->readers_.find(sequence_));
  if (store_->waiting_ > 0) store_->reader_left_.NotifyAll();
}

SampleStore::~SampleStore() {
  for (TimelineId id = 1; id <= num_timelines_; ++id) delete timelines_[id];
}

Timeline* SampleStore::LockTimelineOf(SeriesId id) {
  if (id >= num_slots_.load(std::memory_order_acquire)) return nullptr;
  while (true) {
    TimelineId timeline = timeline_of_[id].load(std::memory_order_acquire);
    if (timeline == 0 || timeline == kBetween) return nullptr;
    Timeline* found = timelines_[timeline];
    found->mutex.Lock();
    if (timeline_of_[id].load(std::memory_order_relaxed) == timeline) return found;
    found->mutex.Unlock();  // the series moved meanwhile
  }
}

std::optional<std::pair<TimeMs, uint64_t>> SampleStore::NewestEnded(SeriesId id) {
  std::vector<std::shared_ptr<Era>> eras;
  {
    MutexLock lock(readers_mutex_);
    eras = eras_;
  }
  for (auto era = eras.rbegin(); era != eras.rend(); ++era) {
    const EndedSegment* ended = (*era)->NewestEnded(id);
    if (ended == nullptr) continue;
    Timeline* owner = timelines_[ended->column->timeline];
    MutexLock lock(owner->mutex);
    return std::pair(ended->column->TimeAt(ended->end - 1U), ended->segment.last_bits);
  }
  return std::nullopt;
}

std::optional<std::pair<TimeMs, uint64_t>> SampleStore::Newest(SeriesId id)
    NO_THREAD_SAFETY_ANALYSIS {
  if (id >= num_slots_.load(std::memory_order_acquire)) return std::nullopt;
  if (timeline_of_[id].load(std::memory_order_acquire) == 0) return std::nullopt;
  Timeline* timeline = LockTimelineOf(id);
  if (timeline == nullptr) return NewestEnded(id);
  std::optional<std::pair<TimeMs, uint64_t>> newest;
  if (slots_[id].kind != SegmentKind::kEmpty) {
    newest = {timeline->column->TimeAt(timeline->LengthOf(id) - 1), slots_[id].last_bits};
  }
  timeline->mutex.Unlock();
  return newest ? newest : NewestEnded(id);
}

SampleStore::Verdict SampleStore::Check(SeriesId id, TimeMs t, double v, Free* free) {
  Verdict verdict;
  uint32_t slots = num_slots_.load(std::memory_order_acquire);
  if (id >= slots) return verdict;
  TimelineId timeline = timeline_of_[id].load(std::memory_order_acquire);
  if (timeline == 0) return verdict;
  if (free != nullptr && free->t == t && free->timeline == timeline &&
      id - free->ids.first < free->ids.length) {
    return verdict;
  }
  if (timeline != kBetween && t > timelines_[timeline]->newest.load(std::memory_order_acquire)) {
    if (free != nullptr) *free = {timeline, t, {0, UINT32_MAX}};
    return verdict;
  }
  auto newest = Newest(id);
  if (!newest || t > newest->first) {
    if (free != nullptr && timeline != kBetween) *free = FreeFrom(id, *timelines_[timeline], t);
    return verdict;
  }
  if (t < newest->first) {
    verdict.error = AppendError::kOutOfOrder;
  } else if (newest->second == std::bit_cast<uint64_t>(v)) {
    verdict.repeats = true;
  } else {
    verdict.error = AppendError::kDuplicateTimestamp;
    verdict.existing = std::bit_cast<double>(newest->second);
  }
  return verdict;
}

// Neighbours that are waited for in the same open row.
SampleStore::Free SampleStore::FreeFrom(SeriesId id, Timeline& timeline, TimeMs t) {
  MutexLock lock(timeline.mutex);
  if (timeline.column == nullptr) return {};
  const OpenRow* row = timeline.OpenRowAt(t);
  if (row == nullptr || row->filled.Contains(id)) return {};
  SeriesId end =
      std::min<SeriesId>(row->filled.ChangesAfter(id), num_slots_.load(std::memory_order_acquire));
  return {timeline.id, t, {id, end - id}};
}

bool SampleStore::AreBehind(std::span<const SeriesId> ids, TimeMs t) const {
  uint32_t slots = num_slots_.load(std::memory_order_acquire);
  for (size_t i = 0; i < ids.size();) {
    if (ids[i] >= slots) {
      ++i;
      continue;
    }
    auto run = timeline_of_.Run(ids[i], std::min<size_t>(ids.size() - i, slots - ids[i]));
    TimelineId timeline = run[0].load(std::memory_order_acquire);
    if (timeline == kBetween) return false;
    if (timeline != 0 && t <= timelines_[timeline]->newest.load(std::memory_order_acquire)) {
      return false;
    }
    const SeriesId* id = ids.data() + i;
    uint32_t length = 1;
    while (length < run.size() && id[length] == id[0] + length &&
           run[length].load(std::memory_order_relaxed) == timeline) {
      ++length;
    }
    i += length;
  }
  return true;
}

uint64_t SampleStore::Watermark() {
  MutexLock lock(readers_mutex_);
  return readers_.empty() ? published_ : *readers_.begin();
}

SampleStore::Outcome SampleStore::Apply(const Rows& rows,
                                        const std::function<void(uint64_t)>& before_publishing) {
  Outcome outcome;
  MutexLock lock(apply_mutex_);
  ++sequence_;
  watermark_ = Watermark();
  for (const auto& [t, row] : rows) {
    if (row.ids.empty()) continue;
    uint64_t before = outcome.appended;
    ApplyRow({t, row.ids, row.values}, &outcome);
    if (outcome.appended == before) continue;
    outcome.mint = std::min(outcome.mint, t);
    outcome.maxt = std::max(outcome.maxt, t);
  }
  if (before_publishing) before_publishing(sequence_);
  MutexLock publish(readers_mutex_);
  published_ = sequence_;
  return outcome;
}

uint64_t SampleStore::Advance() {
  MutexLock lock(apply_mutex_);
  uint64_t newest = sequence_++;
  MutexLock publish(readers_mutex_);
  published_ = sequence_;
  return newest;
}

bool SampleStore::WaitForReaders(uint64_t sequence, int64_t timeout_ms) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  MutexLock lock(readers_mutex_);
  ++waiting_;
  while (!readers_.empty() && *readers_.begin() <= sequence) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    reader_left_.WaitFor(readers_mutex_, left.count());
  }
  --waiting_;
  return readers_.empty() || *readers_.begin() > sequence;
}

void SampleStore::EraseUsed(std::vector<SeriesId>* ids) {
  constexpr size_t kBatch = 16384;  // under one hold of the lock
  size_t kept = 0;
  for (size_t from = 0; from < ids->size(); from += kBatch) {
    MutexLock lock(apply_mutex_);
    std::vector<std::shared_ptr<Era>> eras;
    {
      MutexLock readers_lock(readers_mutex_);
      eras = eras_;
    }
    uint32_t slots = num_slots_.load(std::memory_order_relaxed);
    for (size_t i = from; i < std::min(ids->size(), from + kBatch); ++i) {
      SeriesId id = (*ids)[i];
      bool used = id < slots && slots_[id].kind != SegmentKind::kEmpty;
      for (const auto& era : eras) used = used || era->NewestEnded(id) != nullptr;
      if (!used) (*ids)[kept++] = id;
    }
  }
  ids->resize(kept);
}

void SampleStore::Forget(std::span<const SeriesId> ids) {
  MutexLock lock(apply_mutex_);
  for (SeriesId id : ids) {
    if (id >= num_slots_.load(std::memory_order_relaxed)) continue;
    Leave(id);  // it may be waited for in a row
    slots_[id] = Segment();
    timeline_of_[id].store(0, std::memory_order_release);
  }
}

void SampleStore::GrowTo(SeriesId id) {
  if (id < num_slots_.load(std::memory_order_relaxed)) return;
  slots_.Grow(id + 1);
  timeline_of_.Grow(id + 1);
  num_slots_.store(id + 1, std::memory_order_release);
}

// One whose members are all gone goes on with others, if it has nothing newer.
Timeline& SampleStore::AddTimeline(TimeMs t) {
  constexpr size_t kLook = 8;
  for (size_t i = 0; i < std::min(kLook, idle_.size()); ++i) {
    size_t at = idle_.size() - 1 - i;
    if (idle_[at]->newest.load(std::memory_order_relaxed) >= t) continue;
    std::swap(idle_[at], idle_.back());
    Timeline& timeline = *idle_.back();
    idle_.pop_back();
    timeline.idle = false;
    return timeline;
  }
  TimelineId id = ++num_timelines_;
  timelines_.Grow(id + 1);
  timelines_[id] = new Timeline;
  timelines_[id]->id = id;
  return *timelines_[id];
}

void SampleStore::NoteIfIdle(Timeline& timeline) {
  if (timeline.num_members > 0 || timeline.idle) return;
  timeline.idle = true;
  idle_.push_back(&timeline);
}

std::shared_ptr<Era> SampleStore::EraFor(TimeMs t) {
  TimeMs offset = t % era_ms_;
  TimeMs start = t - (offset < 0 ? offset + era_ms_ : offset);
  MutexLock lock(readers_mutex_);
  auto at = std::lower_bound(eras_.begin(), eras_.end(), start,
                             [](const auto& era, TimeMs mint) { return era->mint < mint; });
  if (at != eras_.end() && (*at)->mint == start) return *at;
  auto era = std::make_shared<Era>();
  era->mint = start;
  era->maxt = start + era_ms_;
  eras_.insert(at, era);
  return era;
}

bool SampleStore::ColumnTakes(const Timeline& timeline, TimeMs t) const {
  const Column* column = timeline.column;
  return column != nullptr && t < column->era->maxt && column->length() < kMaxColumn;
}

void SampleStore::OpenColumn(Timeline& timeline, TimeMs t) {
  auto column = std::make_unique<Column>();
  std::shared_ptr<Era> era = EraFor(t);
  column->era = era.get();
  column->timeline = timeline.id;
  if (timeline.column != nullptr) timeline.column->offsets.shrink_to_fit();
  timeline.column = column.get();
  era->columns.push_back(std::move(column));
}

uint16_t SampleStore::PushTime(Timeline& timeline, TimeMs t) {
  Column& column = *timeline.column;
  uint32_t index = column.length();
  column.offsets.push_back(static_cast<uint32_t>(t - column.era->mint));
  if (!column.marks.empty() && column.marks.back().sequence == sequence_) {
    column.marks.back().length = index + 1;
    return static_cast<uint16_t>(index);
  }
  column.length_before = index;
  // Of the marks that no reader tells apart, the newest is enough.
  size_t needless = 0;
  while (needless + 1 < column.marks.size() && column.marks[needless + 1].sequence <= watermark_) {
    ++needless;
  }
  column.marks.erase(column.marks.begin(), column.marks.begin() + static_cast<ptrdiff_t>(needless));
  column.marks.push_back({sequence_, index + 1});
  return static_cast<uint16_t>(index);
}

void SampleStore::EndSegment(SeriesId id, Timeline& timeline, uint32_t end) {
  Segment& slot = slots_[id];
  Era& era = *timeline.column->era;
  chunk::Arena::Handle handle = era.arena.Allocate(sizeof(EndedSegment));
  if (id >= era.ended_size.load(std::memory_order_relaxed)) {
    uint32_t size = num_slots_.load(std::memory_order_relaxed);
    era.ended.Grow(size);
    era.ended_size.store(size, std::memory_order_release);
  }
  auto* ended = reinterpret_cast<EndedSegment*>(era.arena.At(handle));
  ended->segment = slot;
  ended->column = timeline.column;
  ended->older = era.ended[id].load(std::memory_order_relaxed);
  ended->end = static_cast<uint16_t>(end);
  era.ended[id].store(handle, std::memory_order_release);
  uint8_t owner = slot.owner;
  slot = Segment();
  slot.owner = owner;
}

void SampleStore::EndOpenSegment(SeriesId id, Timeline& timeline) {
  if (slots_[id].kind == SegmentKind::kEmpty) return;
  EndSegment(id, timeline, timeline.LengthOf(id));
}

void SampleStore::Expel(Timeline& timeline, std::span<const SeriesId> ids) {
  if (ids.empty()) return;
  for (SeriesId id : ids) {
    EndOpenSegment(id, timeline);
    for (OpenRow& row : timeline.open) row.missing -= row.filled.Contains(id) ? 0 : 1;
    timeline_of_[id].store(kBetween, std::memory_order_release);
  }
  timeline.RemoveMembers(ids);
  timeline.TrimOpen();
  NoteIfIdle(timeline);
}

void SampleStore::Leave(SeriesId id) {
  TimelineId from = timeline_of_[id].load(std::memory_order_relaxed);
  if (from == 0 || from == kBetween) return;
  Timeline& timeline = *timelines_[from];
  MutexLock lock(timeline.mutex);
  Segment& slot = slots_[id];
  if (slot.kind != SegmentKind::kEmpty && slot.owner < kMaxMoves) ++slot.owner;
  Expel(timeline, {&id, 1});
}

size_t SampleStore::DropBefore(TimeMs t) {
  MutexLock apply(apply_mutex_);
  std::vector<std::shared_ptr<Era>> dropped;
  {
    MutexLock lock(readers_mutex_);
    while (!eras_.empty() && eras_.front()->maxt <= t) {
      dropped.push_back(eras_.front());
      eras_.erase(eras_.begin());
    }
  }
  std::vector<SeriesId> members;
  for (const std::shared_ptr<Era>& era : dropped) {
    for (const std::unique_ptr<Column>& column : era->columns) {
      Timeline& timeline = *timelines_[column->timeline];
      MutexLock lock(timeline.mutex);
      if (timeline.column != column.get()) continue;
      members.clear();
      for (const Interval& interval : timeline.members) {
        for (SeriesId id = interval.first; id < interval.end(); ++id) members.push_back(id);
      }
      std::sort(members.begin(), members.end());
      Expel(timeline, members);
      timeline.column = nullptr;
    }
    for (uint32_t id = 0; id < era->ended_size.load(std::memory_order_relaxed); ++id) {
      for (const EndedSegment* ended = era->NewestEnded(id); ended != nullptr;
           ended = era->At(ended->older)) {
        segments_.fetch_sub(1, std::memory_order_relaxed);
      }
    }
  }
  return dropped.size();
}

SampleStore::Stats SampleStore::GetStats() {
  Stats stats;
  MutexLock apply(apply_mutex_);
  uint32_t slots = num_slots_.load(std::memory_order_relaxed);
  stats.segments = num_segments();
  stats.timelines = num_timelines_;
  stats.slot_bytes = slots * (sizeof(Segment) + sizeof(TimelineId));
  for (TimelineId id = 1; id <= num_timelines_; ++id) {
    stats.slot_bytes += sizeof(Timeline) + timelines_[id]->members.capacity() * sizeof(Interval);
  }
  MutexLock lock(readers_mutex_);
  if (!eras_.empty()) stats.oldest_era = eras_.front()->mint;
  for (const std::shared_ptr<Era>& era : eras_) {
    stats.arena_bytes += era->arena.bytes();
    stats.column_bytes += era->ended_size.load(std::memory_order_relaxed) * sizeof(uint32_t);
    for (const std::unique_ptr<Column>& column : era->columns) {
      stats.column_bytes += sizeof(Column) + column->offsets.capacity() * sizeof(uint32_t) +
                            column->marks.capacity() * sizeof(Column::Mark) +
                            column->fills.capacity() * sizeof(Column::Fill);
    }
  }
  return stats;
}

}  // namespace watchfire::head
