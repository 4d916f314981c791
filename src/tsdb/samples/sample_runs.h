#pragma once
// SampleRuns: reads neighbouring series of a SampleStore together, as of one Snapshot, over one
// range of time. Series of one timeline whose samples in the range lie at the same places of the
// same columns decode into one matrix under one lock, and share their timestamps, which are copied
// once per column; newest values come straight from the slots, some nanoseconds each. Series for
// which that does not hold (they joined late, have gone, moved, or are being written in pieces) are
// read one by one, with the same result.
//
// One thread per object. It holds a timeline's mutex while it decodes a run of open segments: at
// most kMaxValues values, some fifty microseconds.

#include <array>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "tsdb/chunk/change_decode.h"
#include "tsdb/samples/sample_reader.h"
#include "tsdb/samples/sample_store.h"

namespace watchfire::head {

class SampleRuns {
 public:
  static constexpr size_t kMaxSeries = 1024;     // in a run
  static constexpr size_t kMaxValues = 1 << 15;  // unless one series has more

  // mint ≤ t ≤ maxt. Store and snapshot must outlive the reader.
  SampleRuns(SampleStore* store, const Snapshot* snapshot, TimeMs mint, TimeMs maxt);
  ~SampleRuns();

  struct Run {
    std::span<const TimeMs> t;       // valid as long as the reader; one array for equal ones
    const double* v = nullptr;       // series after series, until the next call
    std::span<const uint32_t> from;  // places in `ids`, one a series; until the next call
  };
  // Reads from the front of `ids`; returns how many it went over, at least one if there are any.
  // Series without samples in the range are left out.
  size_t Read(std::span<const SeriesId> ids, Run* run);

  struct Newest {
    std::span<const TimeMs> t;  // one a series; all until the next call
    std::span<const double> v;
    std::span<const uint32_t> from;
  };
  // The newest sample of each in the range, likewise.
  size_t ReadNewest(std::span<const SeriesId> ids, Newest* run);

 private:
  // The part of a column that lies in the range and is visible.
  struct Slice {
    const Column* column = nullptr;
    uint32_t begin = 0;
    uint32_t end = 0;
    std::vector<TimeMs> times;
  };
  struct Piece {
    const Slice* slice = nullptr;
    uint32_t begin = 0;
    uint32_t end = 0;
    auto operator<=>(const Piece&) const = default;
  };
  enum class Found : uint8_t { kNothing, kPieces, kSlow, kUnknownColumn };

  // ---- runs
  Found FindPieces(SeriesId id, Timeline* timeline);
  Found AddEnded(const Era& era, SeriesId id, const Timeline* timeline);
  void AddOpen(SeriesId id, Timeline& timeline);
  void AddPiece(const Slice& slice, const chunk::Segment& segment, uint32_t end);
  // `left`: series that may still come. False: its pieces are not those of the run.
  bool TakeSeries(uint32_t place, size_t left);
  void Prefetch(SeriesId id, const Timeline& timeline) const;
  bool IsFull() const;
  void ReadAlone(SeriesId id, Run* run);
  void MakeRoom(size_t values);
  std::span<const TimeMs> TimesOfRun();
  const Slice* Known(const Column* column);  // null: not looked at yet
  const Slice& Look(const Column* column);   // under its timeline's lock
  void LockAndLook(const Column* column);

  // ---- newest values
  struct Reach {
    uint32_t end = 0;  // of what is visible and not beyond the range
    TimeMs t = kMinTime;
    bool for_all = true;  // that holds for each member that has a segment
  };
  Reach ReachOf(const Timeline& timeline) const;
  bool AddFresh(std::span<const SeriesId> ids, size_t* next, const Timeline& timeline);
  void AddNewest(size_t place, TimeMs t, double v);

  TimelineId TimelineOf(SeriesId id) const;
  bool HasEnded(SeriesId id) const;

  SampleStore* store_;
  const Snapshot* snapshot_;
  const TimeMs mint_;
  const TimeMs maxt_;
  std::vector<const Era*> eras_;  // those that overlap the range, ascending
  SampleReader reader_;           // for single series
  chunk::ChangeDecoder decoder_;
  std::map<const Column*, std::unique_ptr<Slice>> slices_;
  std::array<const Slice*, 8> recent_{};  // by a few bits of the column's address
  std::map<std::vector<Piece>, std::unique_ptr<std::vector<TimeMs>>> joined_;

  std::vector<Piece> pieces_;  // of the series at hand, and its segments
  std::vector<const chunk::Segment*> segments_;
  std::vector<Piece> run_pieces_;  // of each series of the run
  const Column* unknown_ = nullptr;
  size_t width_ = 0;  // samples a series of the run
  std::unique_ptr<double[]> values_;
  size_t capacity_ = 0;
  size_t used_ = 0;
  std::vector<TimeMs> times_;
  std::vector<uint32_t> from_;
};

}  // namespace watchfire::head
