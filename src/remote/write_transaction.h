#pragma once
// WriteTransaction: one remote write request going into one appender. Knows upstream's rules about
// what is refused, in which words, and whether a refusal stops the request (1.0) or only costs what
// it concerns (2.0); it neither commits nor rolls back.
//
// A series that the cache knows costs nothing but its samples. For the others, labels are read,
// checked (a name, valid UTF-8, nothing twice) and looked up. Floats are gathered in rows, so the
// storage speaks about them after everything else; refusals carry their place in the request and
// are put in order at the end. Made for one request, used by one thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remote/row_batch.h"
#include "remote/series_cache.h"
#include "remote/write_request.h"
#include "storage/appender.h"

namespace watchfire::remote {

struct WriteCounts {
  uint64_t samples = 0;
  uint64_t histograms = 0;
  uint64_t exemplars = 0;
};

class WriteTransaction {
 public:
  // `max_time`: samples behind it are refused.
  WriteTransaction(WriteRequestView& request, storage::Appender& appender,
                   SeriesCache::Lease& cache, RowBatch& rows, TimeMs max_time)
      : request_(request), appender_(appender), cache_(cache), rows_(rows), max_time_(max_time) {}

  void Run();

  // ---- after Run
  // Set: nothing of the request may be kept. kCorrupt: the message is damaged; else the storage's.
  const std::optional<Error>& failure() const { return failure_; }
  bool refused() const { return !refusals_.empty(); }
  // 1.0: the first refusal; 2.0: all of them, a line each.
  std::string RefusalText() const;
  const WriteCounts& counts() const { return counts_; }  // of what was taken
  uint64_t invalid_labels() const { return invalid_labels_; }
  // The labels of a series that was dropped silently (1.0), for the log.
  const std::string& invalid_example() const { return invalid_example_; }

 private:
  // What of a series a refusal is about; in the order in which upstream meets them.
  enum class Part : uint8_t { kLabels, kSamples, kHistograms, kExemplars };
  struct Refusal {
    uint32_t series;
    Part part;
    std::string text;
  };
  struct PendingExemplar {
    uint32_t series;
    storage::SeriesRef ref;
    std::string_view bytes;
  };

  bool v1() const { return request_.protocol() == WriteProtocol::kV1; }
  bool Stopped() const { return failure_.has_value() || (v1() && !refusals_.empty()); }

  void TakeSeries(uint32_t index);
  storage::SeriesRef TakeUnknownSeries(uint32_t index);
  // 2.0: each refuses the series if not.
  void TakeMetadata(storage::SeriesRef ref, std::string_view bytes);
  bool CheckMetadata(uint32_t index);
  bool HasSamples(uint32_t index);
  bool CheckLabels(uint32_t index);
  // Looks the series up by its labels, whatever the cache says; 0 if it was refused.
  storage::SeriesRef Resolve(uint32_t index);
  void TakeSamples(uint32_t index, storage::SeriesRef ref);
  void TakeHistogram(uint32_t index, storage::SeriesRef ref, std::string_view bytes);
  void TakeExemplar(const PendingExemplar& exemplar);
  void OnRefusedSample(const RowBatch::Sample& sample, storage::AppendError error);
  void Refuse(uint32_t index, Part part, std::string text);
  // Appends ` for series {…}` where the protocol wants it.
  void RefuseSeries(uint32_t index, Part part, std::string_view reason);
  std::string LabelsText(uint32_t index);

  WriteRequestView& request_;
  storage::Appender& appender_;
  SeriesCache::Lease& cache_;
  RowBatch& rows_;
  const TimeMs max_time_;

  std::optional<Error> failure_;
  std::vector<Refusal> refusals_;
  uint64_t refusals_left_out_ = 0;
  std::vector<PendingExemplar> exemplars_;
  std::vector<bool> first_refused_;       // by series; empty while none is
  std::vector<model::LabelView> labels_;  // scratch
  WriteCounts counts_;
  uint64_t invalid_labels_ = 0;
  std::string invalid_example_;
};

}  // namespace watchfire::remote
