#pragma once
// Reads a page that is not laid out as the cache remembers it: finds known series where they moved
// to, resolves new ones, and builds the next state of the cache. Lives for one Read. See
// series_cache.h.

#include <string_view>
#include <vector>

#include "base/hash_map.h"
#include "scrape/series_cache.h"

namespace watchfire::scrape {

class PageReader {
 public:
  PageReader(SeriesCache& cache, exposition::Parser& parser, storage::Appender& appender,
             Scratch& scratch, PageCounts& counts);

  // The first `matched` lines of the layout were taken already, their values are in the scratch;
  // then the parser has read one entry.
  Result<void> Run(size_t matched);

 private:
  Result<void> TakeEntry();
  // Lines of the old layout; `type` is what was announced before them.
  Result<void> TakeRange(size_t from, size_t count, model::MetricType type);
  Result<void> TakeSample(std::string_view series, model::MetricType type, bool timed);
  Result<storage::SeriesRef> Resolve(std::string_view series, model::MetricType type);
  void MarkSeen(size_t sample, exposition::PageLayout::LineKind old_kind, bool timed);
  void DropRepeatedRefs();
  void CollectEnded(const HashSet<storage::SeriesRef>& present);
  bool Tracked(bool timed) const;
  Result<void> Finish();

  SeriesCache& cache_;
  exposition::Parser& parser_;
  storage::Appender& appender_;
  Scratch& scratch_;
  PageCounts& counts_;

  exposition::PageLayoutBuilder builder_;
  std::vector<storage::SeriesRef> slots_;
  std::vector<bool> timed_;  // by sample line: has a time that is honoured
  std::vector<bool> seen_;   // by sample line of the old layout
  size_t next_line_ = 0;     // of the old layout: the one expected next
  bool changed_refs_ = false;
  HashMap<std::string_view, storage::SeriesRef, StringHash> fresh_;  // keys lie in the body
};

}  // namespace watchfire::scrape
