#include "tsdb/head/sample_store.h"

#include <algorithm>

#include "model/sample.h"

namespace watchfire::head {
namespace {

using chunk::Segment;
using chunk::SegmentKind;
using storage::AppendError;

constexpr uint32_t kMaxColumn = 65535;  // indexes are 16 bits
// A series that moved between timelines so often stays in one of its own.
constexpr uint8_t kMaxMoves = 8;

TimeMs EraStart(TimeMs t) {
  TimeMs r = t % kEraMs;
  return t - (r < 0 ? r + kEraMs : r);
}

}  // namespace

TimeMs Column::TimeAt(uint32_t index) const {
  return era->mint + offsets[index];
}

uint32_t Column::VisibleLength(uint64_t sequence) const {
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
    if (mark->sequence <= sequence) return mark->length;
  }
  return 0;
}

void Timeline::SetMembers(std::span<const SeriesId> ids) {
  members.clear();
  num_members = static_cast<uint32_t>(ids.size());
  for (SeriesId series : ids) {
    if (!members.empty() && members.back().first + members.back().length == series) {
      ++members.back().length;
    } else {
      members.push_back({series, 1});
    }
  }
}

void Timeline::RemoveMember(SeriesId series) {
  for (size_t i = 0; i < members.size(); ++i) {
    Interval& interval = members[i];
    if (series < interval.first || series - interval.first >= interval.length) continue;
    uint32_t before = series - interval.first;
    uint32_t after = interval.length - before - 1;
    --num_members;
    if (before == 0 && after == 0) {
      members.erase(members.begin() + static_cast<ptrdiff_t>(i));
    } else if (before == 0) {
      interval = {series + 1, after};
    } else {
      interval.length = before;
      if (after > 0)
        members.insert(members.begin() + static_cast<ptrdiff_t>(i) + 1, {series + 1, after});
    }
    return;
  }
}

bool Timeline::MembersAre(std::span<const SeriesId> ids) const {
  if (ids.size() != num_members) return false;
  const SeriesId* next = ids.data();
  for (const Interval& interval : members) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < interval.length; ++i) wrong |= next[i] ^ (interval.first + i);
    if (wrong != 0) return false;
    next += interval.length;
  }
  return true;
}

Snapshot::Snapshot(SampleStore* store) : store_(store) {
  MutexLock lock(store->readers_mutex_);
  sequence_ = store->published_;
  store->readers_.insert(sequence_);
  eras_ = store->eras_;
}

Snapshot::~Snapshot() {
  MutexLock lock(store_->readers_mutex_);
  store_->readers_.erase(store_->readers_.find(sequence_));
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
    const Column& column = *timeline->column;
    newest = {column.TimeAt(column.length() - 1), slots_[id].last_bits};
  }
  timeline->mutex.Unlock();
  return newest ? newest : NewestEnded(id);
}

SampleStore::Verdict SampleStore::Check(SeriesId id, TimeMs t, double v) {
  Verdict verdict;
  auto newest = Newest(id);
  if (!newest || t > newest->first) return verdict;
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

bool SampleStore::IsNextRow(std::span<const SeriesId> ids, TimeMs t) {
  if (ids.empty()) return true;
  MutexLock apply(apply_mutex_);
  if (ids[0] >= num_slots_.load(std::memory_order_relaxed)) return false;
  TimelineId id = timeline_of_[ids[0]].load(std::memory_order_relaxed);
  if (id == 0 || id == kBetween) return false;
  Timeline& timeline = *timelines_[id];
  if (!timeline.MembersAre(ids)) {
    // The report's series may follow the page's in the same transaction.
    if (ids.size() >= timeline.num_members) return false;
    size_t at = 0;
    for (const Interval& interval : timeline.members) {
      for (uint32_t i = 0; i < interval.length && at < ids.size(); ++i, ++at) {
        if (ids[at] != interval.first + i) return false;
      }
    }
  }
  MutexLock lock(timeline.mutex);
  const Column* column = timeline.column;
  return column != nullptr && t > column->TimeAt(column->length() - 1);
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
    ApplyRow(t, row.ids, row.values, &outcome);
    if (outcome.appended == before) continue;
    outcome.mint = std::min(outcome.mint, t);
    outcome.maxt = std::max(outcome.maxt, t);
  }
  if (before_publishing) before_publishing(sequence_);
  MutexLock publish(readers_mutex_);
  published_ = sequence_;
  return outcome;
}

void SampleStore::GrowTo(SeriesId id) {
  if (id < num_slots_.load(std::memory_order_relaxed)) return;
  slots_.Grow(id + 1);
  timeline_of_.Grow(id + 1);
  num_slots_.store(id + 1, std::memory_order_release);
}

Timeline& SampleStore::AddTimeline() {
  TimelineId id = ++num_timelines_;
  timelines_.Grow(id + 1);
  timelines_[id] = new Timeline;
  timelines_[id]->id = id;
  return *timelines_[id];
}

std::shared_ptr<Era> SampleStore::EraFor(TimeMs t) {
  TimeMs start = EraStart(t);
  MutexLock lock(readers_mutex_);
  auto at = std::lower_bound(eras_.begin(), eras_.end(), start,
                             [](const auto& era, TimeMs mint) { return era->mint < mint; });
  if (at != eras_.end() && (*at)->mint == start) return *at;
  auto era = std::make_shared<Era>();
  era->mint = start;
  eras_.insert(at, era);
  return era;
}

bool SampleStore::ColumnTakes(const Timeline& timeline, TimeMs t) const {
  const Column* column = timeline.column;
  return column != nullptr && t - column->era->mint < kEraMs && column->length() < kMaxColumn;
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

// The quick way: just the members, all at a new time.
bool SampleStore::ApplyKnownRow(Timeline& timeline, TimeMs t, std::span<const SeriesId> ids,
                                std::span<const double> values) {
  if (!timeline.MembersAre(ids)) return false;
  MutexLock lock(timeline.mutex);
  if (timeline.column == nullptr) return false;
  if (t <= timeline.column->TimeAt(timeline.column->length() - 1)) return false;
  if (ColumnTakes(timeline, t)) {
    AppendToMembers(timeline, PushTime(timeline, t), values);
    return true;
  }
  uint32_t end = timeline.column->length();
  for (SeriesId id : ids) EndSegment(id, timeline, end);
  OpenColumn(timeline, t);
  uint16_t index = PushTime(timeline, t);
  for (size_t i = 0; i < ids.size(); ++i) {
    chunk::BeginSegment(slots_[ids[i]], index, std::bit_cast<uint64_t>(values[i]));
  }
  segments_.fetch_add(ids.size(), std::memory_order_relaxed);
  return true;
}

void SampleStore::AppendToMembers(Timeline& timeline, uint16_t index,
                                  std::span<const double> values) {
  chunk::Arena& arena = timeline.column->era->arena;
  bool went_stale = false;
  size_t place = 0;
  for (const Interval& interval : timeline.members) {
    for (uint32_t done = 0; done < interval.length;) {
      std::span<Segment> run = slots_.Run(interval.first + done, interval.length - done);
      const double* row = values.data() + place;
      // First find what changed, then change it with the memory already on its way.
      changed_.resize(run.size());
      size_t n = 0;
      for (size_t i = 0; i < run.size(); ++i) {
        changed_[n] = static_cast<uint32_t>(i);
        n += run[i].last_bits != std::bit_cast<uint64_t>(row[i]) ? 1 : 0;
      }
      constexpr size_t kAhead = 8;
      for (size_t i = 0; i < n; ++i) {
        if (i + 2 * kAhead < n) PrefetchStream(arena, run[changed_[i + 2 * kAhead]]);
        if (i + kAhead < n) PrefetchTail(arena, run[changed_[i + kAhead]]);
        uint64_t bits = std::bit_cast<uint64_t>(row[changed_[i]]);
        chunk::AppendChange(arena, run[changed_[i]], index, bits);
        went_stale |= bits == model::kStaleNanBits;
      }
      place += run.size();
      done += static_cast<uint32_t>(run.size());
    }
  }
  if (!went_stale) return;
  // A series that went stale is not expected in the next row.
  std::vector<SeriesId> staying;
  for (const Interval& interval : timeline.members) {
    for (SeriesId id = interval.first; id < interval.first + interval.length; ++id) {
      if (slots_[id].last_bits == model::kStaleNanBits) {
        EndSegment(id, timeline, index + 1U);
      } else {
        staying.push_back(id);
      }
    }
  }
  timeline.SetMembers(staying);
}

void SampleStore::ApplyRow(TimeMs t, std::span<const SeriesId> ids, std::span<const double> values,
                           Outcome* outcome) {
  GrowTo(*std::max_element(ids.begin(), ids.end()));
  TimelineId timeline = timeline_of_[ids[0]].load(std::memory_order_relaxed);
  if (timeline != 0 && timeline != kBetween &&
      ApplyKnownRow(*timelines_[timeline], t, ids, values)) {
    outcome->appended += ids.size();
    return;
  }
  ApplyMixedRow(t, ids, values, outcome);
}

// Any other row: some samples may be refused, some series are new, gone or elsewhere.
void SampleStore::ApplyMixedRow(TimeMs t, std::span<const SeriesId> ids,
                                std::span<const double> values, Outcome* outcome) {
  std::vector<std::pair<SeriesId, uint32_t>> order;  // to find doubles
  for (uint32_t i = 0; i < ids.size(); ++i) order.emplace_back(ids[i], i);
  if (!std::is_sorted(order.begin(), order.end())) std::sort(order.begin(), order.end());
  std::vector<bool> drop(ids.size());
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i].first == order[i - 1].first) drop[order[i].second] = true;
  }
  std::vector<SeriesId> good_ids;
  std::vector<double> good_values;
  for (size_t i = 0; i < ids.size(); ++i) {
    Verdict verdict =
        drop[i] ? Verdict{AppendError::kDuplicateTimestamp} : Check(ids[i], t, values[i]);
    if (verdict.error != AppendError::kNone) ++outcome->refused;
    if (verdict.error != AppendError::kNone || verdict.repeats) continue;
    ++outcome->appended;
    if (slots_[ids[i]].owner >= kMaxMoves) {
      PlaceRow(ChooseTimeline(t, {&ids[i], 1}), t, {&ids[i], 1}, {&values[i], 1});
    } else {
      good_ids.push_back(ids[i]);
      good_values.push_back(values[i]);
    }
  }
  if (!good_ids.empty()) PlaceRow(ChooseTimeline(t, good_ids), t, good_ids, good_values);
}

// The timeline of the row's first series if the row is more or less its next one, else a new one.
Timeline& SampleStore::ChooseTimeline(TimeMs t, std::span<const SeriesId> ids) {
  for (SeriesId first : ids) {
    TimelineId candidate = timeline_of_[first].load(std::memory_order_relaxed);
    if (candidate == 0 || candidate == kBetween) continue;
    Timeline& timeline = *timelines_[candidate];
    uint32_t common = 0;
    for (SeriesId id : ids) {
      common += timeline_of_[id].load(std::memory_order_relaxed) == candidate &&
                        slots_[id].kind != SegmentKind::kEmpty
                    ? 1
                    : 0;
    }
    if (common * 2 < timeline.num_members) break;
    MutexLock lock(timeline.mutex);
    const Column* column = timeline.column;
    if (column != nullptr && t <= column->TimeAt(column->length() - 1)) break;
    return timeline;
  }
  return AddTimeline();
}

// Takes the series out of the timeline it is in, if that is another one.
void SampleStore::LeaveOther(SeriesId id, const Timeline& to) {
  TimelineId from = timeline_of_[id].load(std::memory_order_relaxed);
  if (from == to.id || from == 0 || from == kBetween) return;
  Timeline& other = *timelines_[from];
  MutexLock lock(other.mutex);
  if (slots_[id].kind != SegmentKind::kEmpty) {
    EndSegment(id, other, other.column->length());
    other.RemoveMember(id);
    if (slots_[id].owner < kMaxMoves) ++slots_[id].owner;
  }
  timeline_of_[id].store(kBetween, std::memory_order_release);
}

void SampleStore::PlaceRow(Timeline& timeline, TimeMs t, std::span<const SeriesId> ids,
                           std::span<const double> values) {
  for (SeriesId id : ids) LeaveOther(id, timeline);
  std::vector<SeriesId> present(ids.begin(), ids.end());
  if (!std::is_sorted(present.begin(), present.end())) std::sort(present.begin(), present.end());
  MutexLock lock(timeline.mutex);
  bool same_column = ColumnTakes(timeline, t);
  if (timeline.column != nullptr) {
    uint32_t end = timeline.column->length();
    for (const Interval& interval : timeline.members) {
      for (SeriesId id = interval.first; id < interval.first + interval.length; ++id) {
        if (same_column && std::binary_search(present.begin(), present.end(), id)) continue;
        EndSegment(id, timeline, end);
      }
    }
  }
  if (!same_column) OpenColumn(timeline, t);
  uint16_t index = PushTime(timeline, t);
  chunk::Arena& arena = timeline.column->era->arena;
  std::vector<SeriesId> staying;
  staying.reserve(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    SeriesId id = ids[i];
    Segment& slot = slots_[id];
    auto bits = std::bit_cast<uint64_t>(values[i]);
    if (slot.kind == SegmentKind::kEmpty) {
      chunk::BeginSegment(slot, index, bits);
      timeline_of_[id].store(timeline.id, std::memory_order_release);
      segments_.fetch_add(1, std::memory_order_relaxed);
    } else if (slot.last_bits != bits) {
      chunk::AppendChange(arena, slot, index, bits);
    }
    if (bits == model::kStaleNanBits) {
      EndSegment(id, timeline, index + 1U);
    } else {
      staying.push_back(id);
    }
  }
  timeline.SetMembers(staying);
}

size_t SampleStore::DropBefore(TimeMs t) {
  MutexLock apply(apply_mutex_);
  std::vector<std::shared_ptr<Era>> dropped;
  {
    MutexLock lock(readers_mutex_);
    while (!eras_.empty() && eras_.front()->mint + kEraMs <= t) {
      dropped.push_back(eras_.front());
      eras_.erase(eras_.begin());
    }
  }
  for (const std::shared_ptr<Era>& era : dropped) {
    for (const std::unique_ptr<Column>& column : era->columns) {
      Timeline& timeline = *timelines_[column->timeline];
      MutexLock lock(timeline.mutex);
      if (timeline.column != column.get()) continue;
      for (const Interval& interval : timeline.members) {
        for (SeriesId id = interval.first; id < interval.first + interval.length; ++id) {
          EndSegment(id, timeline, column->length());
        }
      }
      timeline.SetMembers({});
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
                            column->marks.capacity() * sizeof(Column::Mark);
    }
  }
  return stats;
}

}  // namespace watchfire::head
