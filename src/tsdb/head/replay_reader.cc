#include "tsdb/head/replay_reader.h"

#include <algorithm>
#include <bit>

#include "base/log.h"

namespace watchfire::head {
namespace {

bool Ascending(const std::vector<SeriesId>& ids) {
  bool ascending = true;
  for (size_t i = 1; i < ids.size(); ++i) ascending &= ids[i - 1] <= ids[i];
  return ascending;
}

// For ids that lie close together: each value goes to its place, a bit tells which are there.
// False, with the row as it was, if a series has two samples.
bool SortDense(Row* row, SeriesId least, size_t range) {
  thread_local std::vector<double> values;
  thread_local std::vector<uint64_t> present;
  values.resize(std::max(values.size(), range));
  present.assign((range + 63) / 64, 0);
  uint64_t twice = 0;
  for (size_t i = 0; i < row->ids.size(); ++i) {
    size_t place = row->ids[i] - least;
    uint64_t bit = uint64_t{1} << (place % 64);
    twice |= present[place / 64] & bit;
    present[place / 64] |= bit;
    values[place] = row->values[i];
  }
  if (twice != 0) return false;
  size_t n = 0;
  for (size_t word = 0; word < present.size(); ++word) {
    size_t start = word * 64;
    if (present[word] == UINT64_MAX) {
      for (size_t i = 0; i < 64; ++i) {
        row->ids[n + i] = least + static_cast<SeriesId>(start + i);
        row->values[n + i] = values[start + i];
      }
      n += 64;
      continue;
    }
    for (uint64_t bits = present[word]; bits != 0; bits &= bits - 1) {
      size_t place = start + static_cast<size_t>(std::countr_zero(bits));
      row->ids[n] = least + static_cast<SeriesId>(place);
      row->values[n++] = values[place];
    }
  }
  return true;
}

}  // namespace

void SortRow(Row* row) {
  if (row->ids.size() < 2 || Ascending(row->ids)) return;
  auto [least, greatest] = std::minmax_element(row->ids.begin(), row->ids.end());
  size_t range = static_cast<size_t>(*greatest - *least) + 1;
  if (range <= 8 * row->ids.size() && SortDense(row, *least, range)) return;
  std::vector<std::pair<SeriesId, uint32_t>> order;
  order.reserve(row->ids.size());
  for (uint32_t i = 0; i < row->ids.size(); ++i) order.emplace_back(row->ids[i], i);
  std::sort(order.begin(), order.end());
  Row sorted;
  sorted.ids.reserve(order.size());
  sorted.values.reserve(order.size());
  for (auto [id, place] : order) {
    sorted.ids.push_back(id);
    sorted.values.push_back(row->values[place]);
  }
  *row = std::move(sorted);
}

void LogRefs::Set(wal::Ref ref, SeriesId id) {
  Reserve(ref);
  if (ref == wal::Ref{id} + 1 && ref <= identical_ + 1) {
    identical_ = std::max(identical_, ref);
    return;
  }
  if (ref - 1 < identical_) {
    // The number is given anew.
    wal::Ref known = std::exchange(identical_, 0);
    for (wal::Ref one = 1; one <= known; ++one) SetInPages(one, static_cast<SeriesId>(one - 1));
  }
  SetInPages(ref, id);
}

void LogRefs::SetInPages(wal::Ref ref, SeriesId id) {
  auto [page, is_new] = page_of_.try_emplace(ref / kPageRefs, pages_.size());
  if (is_new) pages_.emplace_back();
  pages_[page->second][ref % kPageRefs] = id + 1;
}

std::optional<SeriesId> LogRefs::FindInPages(wal::Ref ref) const {
  auto page = page_of_.find(ref / kPageRefs);
  if (page == page_of_.end()) return std::nullopt;
  SeriesId found = pages_[page->second][ref % kPageRefs];
  return found == 0 ? std::nullopt : std::optional(found - 1);
}

void ReplayQueue::Begin() {
  MutexLock lock(mutex_);
  finished_ = false;
}

void ReplayQueue::Push(ReplaySteps steps) {
  MutexLock lock(mutex_);
  while (batches_.size() >= kMostBatches) changed_.Wait(mutex_);
  batches_.push_back(std::move(steps));
  changed_.NotifyAll();
}

void ReplayQueue::FinishPushing() {
  MutexLock lock(mutex_);
  finished_ = true;
  changed_.NotifyAll();
}

std::optional<ReplaySteps> ReplayQueue::Pop() {
  MutexLock lock(mutex_);
  while (batches_.empty() && !finished_) changed_.Wait(mutex_);
  if (batches_.empty()) return std::nullopt;
  ReplaySteps steps = std::move(batches_.front());
  batches_.erase(batches_.begin());
  changed_.NotifyAll();
  return steps;
}

std::optional<SeriesId> ReplayReader::Find(wal::Ref ref) {
  std::optional<SeriesId> id = refs_.Find(ref);
  if (!id) {
    ++unknown_refs_;
    refs_.Reserve(ref);
  }
  return id;
}

Result<void> ReplayReader::ReadSeries(std::string_view record) {
  TRY(wal::DecodeSeries(record, &series_));
  for (const wal::SeriesRecord& series : series_) {
    // A set that could not be created could not have been logged by us; others' are let go.
    Result<std::pair<SeriesId, bool>> made = index_->FindOrCreate(series.labels, true);
    if (!made) {
      WF_LOG(kWarn, "Skipping a series of the write-ahead log", {"err", made.error()});
      continue;
    }
    auto [id, created] = *made;
    if (created) {
      created_(series.ref, id);
      ++num_created_;
    }
    refs_.Set(series.ref, id);
  }
  return {};
}

void ReplayReader::AddRow(TimeMs t, std::span<const wal::Ref> refs, std::span<const double> values,
                          ReplayStep* step) {
  if (IsOutOfBounds(t)) return;
  Row& row = step->rows[t];
  size_t before = row.ids.size();
  row.ids.resize(before + refs.size());
  row.values.resize(before + refs.size());
  step->samples += refs.size();
  if (refs_.FindRow(refs, row.ids.data() + before)) {
    std::copy(values.begin(), values.end(), row.values.begin() + static_cast<ptrdiff_t>(before));
    return;
  }
  size_t n = before;
  for (size_t i = 0; i < refs.size(); ++i) {
    std::optional<SeriesId> id = Find(refs[i]);
    row.ids[n] = id.value_or(0);
    row.values[n] = values[i];
    n += id ? 1 : 0;
  }
  row.ids.resize(n);
  row.values.resize(n);
  step->samples -= refs.size() - (n - before);
}

Result<void> ReplayReader::ReadSamples(std::string_view record, ReplayStep* step) {
  TRY(wal::DecodeSampleColumns(record, &columns_));
  std::span<const wal::Ref> refs = columns_.refs;
  std::span<const double> values = columns_.values;
  size_t begin = 0;
  for (const wal::SampleColumns::Stretch& stretch : columns_.stretches) {
    size_t n = stretch.end - begin;
    AddRow(stretch.t, refs.subspan(begin, n), values.subspan(begin, n), step);
    begin = stretch.end;
  }
  for (auto& [t, row] : step->rows) SortRow(&row);
  return {};
}

template <typename Record, typename Decode>
Result<void> ReplayReader::ReadHistograms(std::string_view record, Decode decode,
                                          std::vector<Record>* out) {
  TRY(decode(record, out));
  std::erase_if(*out, [&](Record& one) {
    if (IsOutOfBounds(one.t)) return true;
    std::optional<SeriesId> id = Find(one.ref);
    one.ref = id.value_or(0);
    return !id || !ValidateHistogram(one.histogram);
  });
  return {};
}

Result<void> ReplayReader::ReadTombstones(std::string_view record, ReplayStep* step) {
  TRY(wal::DecodeTombstones(record, &step->tombstones));
  std::erase_if(step->tombstones, [&](wal::TombstoneRecord& one) {
    std::optional<SeriesId> id = Find(one.ref);
    one.ref = id.value_or(0);
    return !id;
  });
  return {};
}

Result<void> ReplayReader::ReadExemplars(std::string_view record, ReplayStep* step) {
  TRY(wal::DecodeExemplars(record, &step->exemplars));
  std::erase_if(step->exemplars, [&](wal::ExemplarRecord& one) {
    if (IsOutOfBounds(one.exemplar.t)) return true;
    std::optional<SeriesId> id = Find(one.ref);
    one.ref = id.value_or(0);
    one.exemplar.has_t = false;  // the log does not say whether the page gave a time
    return !id;
  });
  return {};
}

Result<void> ReplayReader::ReadMetadata(std::string_view record, ReplayStep* step) {
  TRY(wal::DecodeMetadata(record, &step->metadata));
  std::erase_if(step->metadata, [&](wal::MetadataRecord& one) {
    std::optional<SeriesId> id = Find(one.ref);
    one.ref = id.value_or(0);
    return !id;
  });
  return {};
}

Result<void> ReplayReader::Read(std::string_view record, ReplaySteps* steps) {
  ReplayStep step;
  switch (wal::TypeOf(record)) {
    case wal::RecordType::kSeries:
      TRY(ReadSeries(record));
      break;
    case wal::RecordType::kSamples:
    case wal::RecordType::kSamplesV2:
      TRY(ReadSamples(record, &step));
      break;
    case wal::RecordType::kTombstones:
      TRY(ReadTombstones(record, &step));
      break;
    case wal::RecordType::kHistograms:
    case wal::RecordType::kCustomHistograms:
    case wal::RecordType::kHistogramsV2:
      TRY(ReadHistograms(record, wal::DecodeHistograms, &step.histograms));
      break;
    case wal::RecordType::kFloatHistograms:
    case wal::RecordType::kCustomFloatHistograms:
    case wal::RecordType::kFloatHistogramsV2:
      TRY(ReadHistograms(record, wal::DecodeFloatHistograms, &step.float_histograms));
      break;
    case wal::RecordType::kExemplars:
      TRY(ReadExemplars(record, &step));
      break;
    case wal::RecordType::kMetadata:
      TRY(ReadMetadata(record, &step));
      break;
    case wal::RecordType::kMmapMarkers:
      break;  // of the out-of-order log only
    case wal::RecordType::kUnknown:
      ++unknown_records_;
      break;
  }
  if (!step.empty()) steps->push_back(std::move(step));
  return {};
}

}  // namespace watchfire::head
