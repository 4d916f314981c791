#pragma once
// What one target's page was made of last time, and what became of it: the layout of the page and
// the storage's ref for each of its lines. It turns a page into rows of (refs, values), finds new
// series and ended ones, and knows which series need a stale marker when a scrape fails.
//
// Cost of a page whose series did not change: one comparison of keys and one number parsed a line,
// no hash, no allocation; the row goes to the storage as one span of refs and one of values. Memory
// between scrapes: one ref a series, plus the layout, which targets share.
//
// One scrape at a time: Read, then Append; or AppendFailure. Only a page that was read without
// error changes the cache. Thread-compatible; owned by a loop.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "exposition/page_layout.h"
#include "exposition/parser.h"
#include "scrape/layout_table.h"
#include "scrape/sample_labels.h"
#include "scrape/scratch.h"
#include "storage/appender.h"

namespace watchfire::scrape {

struct PageCounts {
  size_t scraped = 0;           // sample lines
  size_t after_relabeling = 0;  // without those that a rule dropped
  size_t series_added = 0;
  size_t duplicates = 0;  // lines of a series that the page had already
};

// Samples that the storage refused.
struct Refused {
  size_t out_of_order = 0;  // and too old
  size_t duplicate = 0;
  size_t out_of_bounds = 0;
  // A ref was stale: roll back, Forget(), and do the scrape again.
  bool unknown_ref = false;
};

class SeriesCache {
 public:
  // The rules, the target's labels and the table must outlive the cache.
  SeriesCache(const SampleRules& rules, const model::Labels& target_labels, LayoutTable& layouts);

  // Reads the whole page, asking the storage for the refs of new series. After an error `counts`
  // holds what was read until then. kLimit: a limit of the job.
  Result<void> Read(exposition::Parser& parser, storage::Appender& appender, Scratch& scratch,
                    PageCounts& counts);
  // Appends what Read left in `scratch`, the stale markers of series that ended, and `report`: the
  // values of ReportNames, all at `t`. Samples with a time of their own later than `max_time` are
  // refused.
  Result<Refused> Append(storage::Appender& appender, TimeMs t, TimeMs max_time,
                         std::span<const double> report, Scratch& scratch);
  // For a scrape that failed: `report`, and stale markers for every series of the last good one.
  Result<Refused> AppendFailure(storage::Appender& appender, TimeMs t,
                                std::span<const double> report, Scratch& scratch);

  // Gives up all refs; the next page is read as if it were the first, but series that ended since
  // still get their markers.
  void Forget();
  // Takes over from the cache of the same target under an earlier configuration: all of it if the
  // rules agree, else its obligation to mark series stale.
  void Inherit(SeriesCache&& older);
  // Every series that would need a marker if the target vanished now, `up` and the like included.
  std::vector<storage::SeriesRef> ActiveRefs() const;

  // May be null. Changes only within Read, Forget and Inherit.
  const LayoutTable::Layout& layout() const { return layout_; }

  // up, scrape_duration_seconds, …, in the order of `report`.
  static std::span<const std::string_view> ReportNames(const SampleRules& rules);

 private:
  friend class PageReader;
  static constexpr storage::SeriesRef kDropped = 0;
  static constexpr storage::SeriesRef kDuplicate = UINT64_MAX;

  bool plain() const { return slots_.empty(); }
  storage::SeriesRef slot(size_t sample) const {
    return plain() ? row_refs_[sample] : slots_[sample];
  }
  bool InRow(exposition::PageLayout::LineKind kind) const {
    return kind == exposition::PageLayout::LineKind::kSample || !rules_.honor_timestamps;
  }
  std::span<const storage::SeriesRef> series_refs() const {
    return std::span(row_refs_).first(series_count_);
  }
  Result<void> CheckSampleLimit(const PageCounts& counts) const;
  Result<void> ResolveReport(storage::Appender& appender);
  void AppendTimed(storage::Appender& appender, TimeMs max_time, const Scratch& scratch,
                   Refused& refused);
  // Refs of series that get a marker when they end.
  void AddTracked(std::vector<storage::SeriesRef>& refs) const;

  const SampleRules& rules_;
  const model::Labels& target_labels_;
  LayoutTable& layouts_;

  LayoutTable::Layout layout_;
  PageCounts counts_;  // of layout_, series_added zero
  // The row: the series in order of lines, then the report series once they are resolved.
  std::vector<storage::SeriesRef> row_refs_;
  size_t series_count_ = 0;
  // One for each sample line, where that is not the same as the row: dropped lines, duplicates,
  // samples with times of their own.
  std::vector<storage::SeriesRef> slots_;
  // The series of layout_ were written by the last scrape, and not marked stale since.
  bool active_ = false;
  std::vector<storage::SeriesRef> inherited_;  // sorted; to be marked if the next page lacks them
};

}  // namespace watchfire::scrape
