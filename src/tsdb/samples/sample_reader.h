#pragma once
// SampleReader: reads series of a SampleStore as of one Snapshot, in columns. The timestamps of a
// timeline are copied once per reader and shared by all of its series; joined arrays (a query over
// more than one era) are shared likewise. One thread per reader; it holds a timeline's mutex for
// the microsecond in which it decodes that series' open segment.

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "model/sample.h"
#include "storage/querier.h"
#include "tsdb/chunk/change_decode.h"
#include "tsdb/samples/sample_store.h"

namespace watchfire::head {

class SampleReader {
 public:
  // Both must outlive the reader.
  SampleReader(SampleStore* store, const Snapshot* snapshot) : store_(store), snapshot_(snapshot) {}

  // The times stay valid as long as the reader, the values until the next Read.
  storage::Columns Read(SeriesId id, TimeMs mint, TimeMs maxt);
  bool Latest(SeriesId id, TimeMs mint, TimeMs maxt, model::Sample* out);
  // Whether Read would give anything, by the segments' first and last times.
  bool HasSamples(SeriesId id, TimeMs mint, TimeMs maxt);

 private:
  using Times = std::vector<TimeMs>;
  // Indexes [begin, end) of a column's visible part.
  struct Piece {
    const Column* column = nullptr;
    uint32_t begin = 0;
    uint32_t end = 0;
    auto operator<=>(const Piece&) const = default;
  };

  void CollectEnded(SeriesId id, TimeMs mint, TimeMs maxt);
  const Times& ViewOf(const Column* column);        // takes the timeline's lock
  const Times& LockedViewOf(const Column* column);  // under it
  void Decode(const chunk::Arena& arena, const chunk::Segment& segment, uint32_t begin,
              uint32_t end, std::vector<double>* out);
  void AddPiece(const Column* column, const Times& times, const chunk::Segment& segment,
                uint32_t end, TimeMs mint, TimeMs maxt, std::vector<double>* values,
                std::vector<Piece>* pieces);
  uint32_t VisibleEnd(SeriesId id, const EndedSegment& ended);
  uint32_t VisibleLength(SeriesId id, const Timeline& timeline, uint32_t length) const
      REQUIRES(timeline.mutex);
  std::span<const TimeMs> JoinTimes();

  SampleStore* store_;
  const Snapshot* snapshot_;
  chunk::ChangeDecoder decoder_;
  std::map<const Column*, std::unique_ptr<Times>> views_;
  std::pair<const Column*, const Times*> newest_view_{};
  std::map<std::vector<Piece>, std::unique_ptr<Times>> joined_;
  std::vector<const EndedSegment*> ended_;
  std::vector<Piece> pieces_;
  std::vector<Piece> open_piece_;
  std::vector<double> values_;
  std::vector<double> open_values_;
};

}  // namespace watchfire::head
