#pragma once
// ChangeDecoder: the values of segments over stretches of their columns, many at once: what reads
// of many series spend their time in. It lays the cells of a stream side by side in a buffer of its
// own and goes over them without a look at any cell's end. What is waited for is mostly memory, so
// the cells of several streams are fetched in turns. SegmentReader is for those who want one run
// after the other. One thread; the same rules about writers as for all of a change list, until
// Finish.

#include <array>
#include <cstdint>
#include <vector>

#include "tsdb/chunk/change_list.h"

namespace watchfire::chunk {

class ChangeDecoder {
 public:
  // So many values behind the last one may be written, too: what comes there is to be added later.
  static constexpr size_t kSlack = 4;

  // Values at column indexes [begin, end), all of which the segment has; begin < end. They are at
  // `out` after Finish.
  void Add(const Arena& arena, const Segment& segment, uint32_t begin, uint32_t end, double* out) {
    if (count_ == jobs_.size()) Finish();
    jobs_[count_++] = {&arena, &segment, begin, end, out, 0, 0, 0};
  }
  void Finish();

 private:
  struct Job {
    const Arena* arena;
    const Segment* segment;
    uint32_t begin;
    uint32_t end;
    double* out;
    Arena::Handle cell;  // the next to be fetched
    uint32_t bytes;      // of those that were
    uint32_t cells;
  };
  static bool NeedsStream(const Job& job) { return job.segment->last_event > job.begin; }
  void FetchStreams();
  bool FetchCell(size_t number);
  static void Decode(const Job& job, const uint8_t* flat);

  static constexpr size_t kJobs = 16;
  std::array<Job, kJobs> jobs_;
  size_t count_ = 0;
  std::array<std::vector<uint8_t>, kJobs> flat_;  // the streams of the jobs
};

}  // namespace watchfire::chunk
