#include "tsdb/head/exemplar_store.h"

#include <algorithm>

#include "model/sample.h"

namespace watchfire::head {
namespace {

// As many as the ring's slots can be named.
constexpr uint64_t kMost = UINT32_MAX;

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xC0) != 0x80;  // no continuation byte
  }));
}

// A page may repeat an exemplar without a time of its own for hours.
bool Same(const model::Exemplar& a, const model::Exemplar& b) {
  if ((a.has_t || b.has_t) && a.t != b.t) return false;
  return model::SameBits(a.value, b.value) && a.labels == b.labels;
}

// Of one scrape's exemplars, which come in this order.
bool IsBefore(const model::Exemplar& a, const model::Exemplar& newest) {
  if (a.t != newest.t) return a.t < newest.t;
  if (a.value != newest.value) return a.value < newest.value;
  return a.labels.StableHash() < newest.labels.StableHash();
}

}  // namespace

ExemplarStore::ExemplarStore(client::Registry& r)
    : appended_(r.AddCounter("prometheus_tsdb_exemplar_exemplars_appended_total",
                             "Total number of appended exemplars.")),
      in_storage_(r.AddGauge("prometheus_tsdb_exemplar_exemplars_in_storage",
                             "Number of exemplars currently in circular storage.")),
      series_with_exemplars_(
          r.AddGauge("prometheus_tsdb_exemplar_series_with_exemplars_in_storage",
                     "Number of series with exemplars currently in circular storage.")),
      newest_seconds_(
          r.AddGauge("prometheus_tsdb_exemplar_last_exemplars_timestamp_seconds",
                     "The timestamp of the oldest exemplar stored in circular storage. Useful to "
                     "check for what timerange the current exemplar buffer limit allows. This "
                     "usually means the last timestamp for all exemplars for a typical setup. This "
                     "is not true though if one of the series timestamp is in future compared to "
                     "rest series.")),
      max_exemplars_(r.AddGauge("prometheus_tsdb_exemplar_max_exemplars",
                                "Total number of exemplars the exemplar storage can store, "
                                "resizeable.")),
      out_of_order_(r.AddCounter("prometheus_tsdb_exemplar_out_of_order_exemplars_total",
                                 "Total number of out of order exemplar ingestion failed "
                                 "attempts.")) {}

bool ExemplarStore::enabled() const {
  MutexLock lock(mutex_);
  return max_ > 0;
}

void ExemplarStore::Resize(uint64_t max) {
  MutexLock lock(mutex_);
  max = std::min(max, kMost);
  max_exemplars_.Set(static_cast<double>(max));
  if (max == max_) return;
  // In order of age, so that the ring begins with its oldest again.
  std::rotate(ring_.begin(), ring_.begin() + next_, ring_.end());
  size_t surplus = ring_.size() > max ? ring_.size() - static_cast<size_t>(max) : 0;
  std::vector<Entry> kept(std::make_move_iterator(ring_.begin() + static_cast<ptrdiff_t>(surplus)),
                          std::make_move_iterator(ring_.end()));
  for (auto& [labels, slots] : index_) slots.clear();
  ring_.clear();
  ring_.shrink_to_fit();
  next_ = 0;
  max_ = max;
  for (Entry& entry : kept) Insert(entry.series, std::move(entry.exemplar));
  std::erase_if(index_, [](const auto& item) { return item.second.empty(); });
  Measure();
}

Result<bool> ExemplarStore::LockedCheck(const model::Labels& series,
                                        const model::Exemplar& exemplar, int64_t window_ms) const {
  if (max_ == 0) return false;
  size_t characters = 0;
  for (const model::LabelView& label : exemplar.labels) {
    characters += Characters(label.name) + Characters(label.value);
  }
  if (characters > kMaxLabelCharacters) {
    return Error::Invalid("label length for exemplar exceeds maximum of {} UTF-8 characters",
                          kMaxLabelCharacters);
  }
  auto found = index_.find(series);
  if (found == index_.end()) return true;
  const model::Exemplar& newest = ring_[found->second.back()].exemplar;
  if (Same(exemplar, newest)) return false;
  bool in_window = exemplar.t < newest.t && exemplar.t >= newest.t - window_ms;
  if (IsBefore(exemplar, newest) && !in_window) return Error::Invalid("out of order exemplar");
  return true;
}

Result<bool> ExemplarStore::Check(const model::Labels& series, const model::Exemplar& exemplar,
                                  int64_t window_ms) const {
  MutexLock lock(mutex_);
  Result<bool> checked = LockedCheck(series, exemplar, window_ms);
  if (!checked && checked.error().message() == "out of order exemplar") out_of_order_.Increment();
  return checked;
}

void ExemplarStore::Evict(uint32_t slot) {
  Index::iterator series = ring_[slot].series;
  Slots& slots = series->second;
  slots.erase(std::find(slots.begin(), slots.end(), slot));
  if (slots.empty()) index_.erase(series);
}

void ExemplarStore::Insert(Index::iterator series, model::Exemplar exemplar) {
  uint32_t slot = next_;
  Slots& slots = series->second;
  TimeMs t = exemplar.t;
  if (ring_.size() < max_) {
    slot = static_cast<uint32_t>(ring_.size());
    ring_.push_back({series, std::move(exemplar)});
  } else {
    ring_[slot] = {series, std::move(exemplar)};
    next_ = (slot + 1) % static_cast<uint32_t>(max_);
  }
  auto at = std::upper_bound(slots.begin(), slots.end(), t, [&](TimeMs time, uint32_t other) {
    return time < ring_[other].exemplar.t;
  });
  slots.insert(at, slot);
}

void ExemplarStore::Add(const model::Labels& series, model::Exemplar exemplar, int64_t window_ms) {
  MutexLock lock(mutex_);
  Result<bool> checked = LockedCheck(series, exemplar, window_ms);
  if (!checked) out_of_order_.Increment();
  if (!checked || !*checked) return;
  // The slot's old series may be this one, so it goes first.
  if (ring_.size() == max_) Evict(next_);
  Insert(index_.try_emplace(series).first, std::move(exemplar));
  appended_.Increment();
  Measure();
}

void ExemplarStore::Measure() {
  in_storage_.Set(static_cast<double>(ring_.size()));
  series_with_exemplars_.Set(static_cast<double>(index_.size()));
  bool full = !ring_.empty() && ring_.size() == max_;
  newest_seconds_.Set(ring_.empty() ? 0 : ToSeconds(ring_[full ? next_ : 0].exemplar.t));
}

std::vector<SeriesExemplars> ExemplarStore::Select(TimeMs mint, TimeMs maxt,
                                                   const std::vector<model::Matchers>& sets) const {
  std::vector<SeriesExemplars> out;
  MutexLock lock(mutex_);
  for (const auto& [labels, slots] : index_) {
    bool matches = std::any_of(sets.begin(), sets.end(), [&, &of = labels](const auto& set) {
      return model::MatchesAll(set, of);
    });
    if (!matches) continue;
    SeriesExemplars found{labels, {}};
    for (uint32_t slot : slots) {
      const model::Exemplar& exemplar = ring_[slot].exemplar;
      if (exemplar.t >= mint && exemplar.t <= maxt) found.exemplars.push_back(exemplar);
    }
    if (!found.exemplars.empty()) out.push_back(std::move(found));
  }
  return out;
}

}  // namespace watchfire::head
