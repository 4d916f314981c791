#include "scrape/page_reader.h"

#include <algorithm>

namespace watchfire::scrape {

using exposition::EntryKind;
using exposition::PageLayout;
using storage::SeriesRef;

PageReader::PageReader(SeriesCache& cache, exposition::Parser& parser, storage::Appender& appender,
                       Scratch& scratch, PageCounts& counts)
    : cache_(cache),
      parser_(parser),
      appender_(appender),
      scratch_(scratch),
      counts_(counts),
      seen_(cache.layout_ ? cache.layout_->sample_count() : 0, false) {}

Result<void> PageReader::Run(size_t matched) {
  TRY(TakeRange(0, matched, model::MetricType::kUnknown));
  while (parser_.entry().kind != EntryKind::kEnd) {
    TRY(TakeEntry());
    if (cache_.layout_) {
      model::MetricType type = parser_.family_type();
      size_t count = parser_.MatchKnown(*cache_.layout_, next_line_, scratch_.page);
      TRY(TakeRange(next_line_, count, type));
    }
    Result<EntryKind> next = parser_.Next();
    if (!next.ok()) return next.error();
  }
  return Finish();
}

Result<void> PageReader::TakeEntry() {
  const exposition::EntryView& entry = parser_.entry();
  if (entry.kind != EntryKind::kSample) {
    builder_.Add(PageLayout::LineKind::kMeta, entry.line);
    return {};
  }
  scratch_.page.values.push_back(entry.value);
  if (entry.has_timestamp) scratch_.page.timestamps.push_back(entry.timestamp);
  builder_.Add(
      entry.has_timestamp ? PageLayout::LineKind::kTimedSample : PageLayout::LineKind::kSample,
      entry.line);
  ++counts_.scraped;
  bool timed = entry.has_timestamp && cache_.rules_.honor_timestamps;
  if (cache_.layout_) {
    if (std::optional<size_t> line = cache_.layout_->FindSample(entry.line)) next_line_ = *line + 1;
  }
  return TakeSample(entry.line, parser_.family_type(), timed);
}

Result<void> PageReader::TakeRange(size_t from, size_t count, model::MetricType type) {
  if (count == 0) return {};
  const PageLayout& old = *cache_.layout_;
  builder_.AddRange(old, from, count);
  for (size_t line = from; line < from + count; ++line) {
    PageLayout::LineKind kind = old.kind(line);
    if (kind == PageLayout::LineKind::kMeta) {
      type = old.AnnouncedType(line).value_or(type);
      continue;
    }
    ++counts_.scraped;
    size_t sample = old.sample_index(line);
    SeriesRef ref = cache_.slot(sample);
    bool timed = !cache_.InRow(kind);
    if (ref == SeriesCache::kDuplicate || seen_[sample]) {
      // What it repeated may be gone.
      TRY(TakeSample(old.key(line), type, timed));
      continue;
    }
    seen_[sample] = true;
    slots_.push_back(ref);
    timed_.push_back(timed);
    if (ref != SeriesCache::kDropped) ++counts_.after_relabeling;
  }
  next_line_ = from + count;
  return {};
}

Result<void> PageReader::TakeSample(std::string_view series, model::MetricType type, bool timed) {
  SeriesRef ref = SeriesCache::kDuplicate;
  bool repeated = false;
  std::optional<size_t> line;
  if (cache_.layout_) line = cache_.layout_->FindSample(series);
  if (line) {
    size_t sample = cache_.layout_->sample_index(*line);
    ref = cache_.slot(sample);
    repeated = seen_[sample];
    if (ref != SeriesCache::kDuplicate) MarkSeen(sample, cache_.layout_->kind(*line), timed);
  }
  if (ref == SeriesCache::kDuplicate) {
    auto [at, fresh] = fresh_.try_emplace(series, SeriesRef{0});
    if (fresh) {
      Result<SeriesRef> resolved = Resolve(series, type);
      if (!resolved.ok()) return resolved.error();
      at->second = *resolved;
      changed_refs_ = true;
    }
    ref = at->second;
    repeated = !fresh;
  }
  if (ref != SeriesCache::kDropped) ++counts_.after_relabeling;
  // Several samples of one series are fine if each brings its time.
  bool duplicate = repeated && !timed && ref != SeriesCache::kDropped;
  slots_.push_back(duplicate ? SeriesCache::kDuplicate : ref);
  timed_.push_back(timed);
  return {};
}

void PageReader::MarkSeen(size_t sample, PageLayout::LineKind old_kind, bool timed) {
  if (seen_[sample]) return;
  seen_[sample] = true;
  bool was_tracked = Tracked(!cache_.InRow(old_kind));
  SeriesRef ref = cache_.slot(sample);
  if (cache_.active_ && was_tracked && !Tracked(timed) && ref != SeriesCache::kDropped) {
    scratch_.stale.push_back(ref);
  }
}

bool PageReader::Tracked(bool timed) const {
  return !timed || cache_.rules_.track_timestamps_staleness;
}

// Past the sample limit no series is made any more, but lines still count.
Result<SeriesRef> PageReader::Resolve(std::string_view series, model::MetricType type) {
  TRY(parser_.ParseLabels(series, type, scratch_.labels));
  model::Labels labels =
      TRY(MakeSampleLabels(cache_.rules_, cache_.target_labels_, scratch_.labels));
  if (labels.empty()) return SeriesRef{SeriesCache::kDropped};
  uint64_t limit = cache_.rules_.sample_limit;
  if (limit > 0 && counts_.after_relabeling >= limit) return SeriesRef{SeriesCache::kDuplicate};
  SeriesRef ref = TRY(appender_.GetRef(labels));
  ++counts_.series_added;
  return ref;
}

// Two texts may be one series, by the order of their labels or by relabelling. The first one wins.
void PageReader::DropRepeatedRefs() {
  HashSet<SeriesRef> present;
  for (size_t i = 0; i < slots_.size(); ++i) {
    SeriesRef ref = slots_[i];
    if (ref == SeriesCache::kDropped || ref == SeriesCache::kDuplicate) continue;
    if (!present.insert(ref).second && !timed_[i]) slots_[i] = SeriesCache::kDuplicate;
  }
  CollectEnded(present);
}

void PageReader::CollectEnded(const HashSet<SeriesRef>& present) {
  auto ended = [&](SeriesRef ref) {
    if (ref == SeriesCache::kDropped || ref == SeriesCache::kDuplicate) return;
    if (!present.contains(ref)) scratch_.stale.push_back(ref);
  };
  for (SeriesRef ref : cache_.inherited_) ended(ref);
  if (!cache_.active_ || !cache_.layout_) return;
  const PageLayout& old = *cache_.layout_;
  for (size_t line = 0; line < old.line_count(); ++line) {
    PageLayout::LineKind kind = old.kind(line);
    if (kind == PageLayout::LineKind::kMeta || seen_[old.sample_index(line)]) continue;
    if (Tracked(!cache_.InRow(kind))) ended(cache_.slot(old.sample_index(line)));
  }
}

Result<void> PageReader::Finish() {
  if (builder_.overflow()) return Error::Limit("page has too many or too long series");
  TRY(cache_.CheckSampleLimit(counts_));
  bool any_unseen = !std::all_of(seen_.begin(), seen_.end(), [](bool seen) { return seen; });
  if (changed_refs_ || any_unseen || !cache_.inherited_.empty()) DropRepeatedRefs();
  std::sort(scratch_.stale.begin(), scratch_.stale.end());
  scratch_.stale.erase(std::unique(scratch_.stale.begin(), scratch_.stale.end()),
                       scratch_.stale.end());

  std::vector<SeriesRef> report(
      cache_.row_refs_.begin() + static_cast<std::ptrdiff_t>(cache_.series_count_),
      cache_.row_refs_.end());
  std::vector<SeriesRef> row;
  row.reserve(slots_.size() + report.size());
  for (size_t i = 0; i < slots_.size(); ++i) {
    bool special = slots_[i] == SeriesCache::kDropped || slots_[i] == SeriesCache::kDuplicate;
    if (slots_[i] == SeriesCache::kDuplicate) ++counts_.duplicates;
    if (!special && !timed_[i]) row.push_back(slots_[i]);
  }
  cache_.series_count_ = row.size();
  if (row.size() == slots_.size()) slots_.clear();
  row.insert(row.end(), report.begin(), report.end());
  row.shrink_to_fit();
  slots_.shrink_to_fit();
  cache_.row_refs_ = std::move(row);
  cache_.slots_ = std::move(slots_);
  cache_.layout_ = cache_.layouts_.Share(builder_.Finish());
  cache_.counts_ = counts_;
  cache_.counts_.series_added = 0;
  cache_.inherited_.clear();
  return {};
}

}  // namespace watchfire::scrape
