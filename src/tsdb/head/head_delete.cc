#include <algorithm>

#include "tsdb/head/head.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {
namespace {

constexpr size_t kStonesPerRecord = 10'000;
// Times of the timelines that were met are kept by the reader; see head_export.cc.
constexpr size_t kSeriesPerReader = 4096;

}  // namespace

Result<uint64_t> Head::Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers) {
  if (writer_ == nullptr) return Error::Unavailable("the database is not open for writing");
  // What is deleted from blocks must not come back from the log, should a block become empty and
  // go.
  TimeMs oldest = min_time_.load(std::memory_order_relaxed);
  if (mint < oldest && log_outlives_memory_) TRY(ForgetInLog(oldest));
  std::vector<std::pair<SeriesId, block::Interval>> deleted;
  {
    Snapshot snapshot(&samples_);
    OooStores late = out_of_order_.stores();
    std::optional<SampleReader> reader;
    size_t looked_at = 0;
    for (SeriesId id : index_.Select(matchers)) {
      if (looked_at++ % kSeriesPerReader == 0) reader.emplace(&samples_, &snapshot);
      bool there =
          reader->HasSamples(id, mint, maxt) ||
          (!histograms_.empty() && histograms_.HasSamples(id, mint, maxt, snapshot.sequence())) ||
          std::any_of(late.begin(), late.end(),
                      [&](const auto& store) { return store->MayHaveSamples(id, mint, maxt); });
      if (!there) continue;
      // What is there now, not what will come.
      TimeMs newest = out_of_order_.NewestTime(id);
      if (auto sample = samples_.Newest(id)) newest = std::max(newest, sample->first);
      if (auto histogram = histograms_.NewestOf(id)) newest = std::max(newest, histogram->t);
      deleted.emplace_back(id, block::Interval{mint, std::min(maxt, newest)});
    }
  }
  std::vector<wal::PreparedRecord> records;
  std::vector<wal::TombstoneRecord> stones;
  for (size_t i = 0; i < deleted.size(); ++i) {
    const auto& [id, interval] = deleted[i];
    stones.push_back({WalRef(id), interval.mint, interval.maxt});
    if (stones.size() < kStonesPerRecord && i + 1 < deleted.size()) continue;
    ByteWriter bytes;
    wal::EncodeTombstones(stones, &bytes);
    records.push_back(wal::Prepare(options_.compression, bytes.view()));
    stones.clear();
  }
  if (!records.empty()) TRY(Log(std::move(records)));
  deletions_.Add(deleted);
  return deleted.size();
}

// Whoever wrote the record has clamped it to what was there, but for whole series, which are
// deleted without times: what came later in the log stays.
void Head::ReplayDeletion(SeriesId id, TimeMs mint, TimeMs maxt) {
  if (maxt == INT64_MAX) {
    maxt = kMinTime;
    if (auto sample = samples_.Newest(id)) maxt = sample->first;
    if (auto histogram = histograms_.NewestOf(id)) maxt = std::max(maxt, histogram->t);
  }
  std::pair<SeriesId, block::Interval> deleted{id, {mint, maxt}};
  if (mint <= maxt) deletions_.Add({&deleted, 1});
}

}  // namespace watchfire::head
