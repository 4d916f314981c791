#pragma once
// The records of the write-ahead log, in Prometheus' own encoding (docs/format/wal.md), so that
// either program replays what the other wrote.
//
// Encoders append to a ByteWriter; decoders fill structs whose string_views point into the record
// (…View, valid as long as its bytes). A record that a later version may have written answers
// RecordType::kUnknown and is skipped by the reader of it; a known one with broken insides is
// kCorrupt. Pure functions.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/exemplar.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/metadata.h"

namespace watchfire::wal {

enum class RecordType : uint8_t {
  kUnknown = 0,
  kSeries = 1,
  kSamples = 2,
  kTombstones = 3,
  kExemplars = 4,
  kMmapMarkers = 5,
  kMetadata = 6,
  kHistograms = 7,
  kFloatHistograms = 8,
  kCustomHistograms = 9,
  kCustomFloatHistograms = 10,
  // With start times; histograms with and without custom buckets in one record.
  kSamplesV2 = 11,
  kHistogramsV2 = 12,
  kFloatHistogramsV2 = 13,
};
// Of a sample in a record of version 2, behind its time.
inline constexpr uint8_t kNoStart = 0;
inline constexpr uint8_t kSameStart = 1;
inline constexpr uint8_t kExplicitStart = 2;

// kUnknown for an empty record and for every type that this version does not know.
RecordType TypeOf(std::string_view record);

using Ref = uint64_t;

struct SeriesRecord {
  Ref ref = 0;
  model::Labels labels;
};
struct SampleRecord {
  Ref ref = 0;
  TimeMs t = 0;
  double v = 0;
};
struct TombstoneRecord {
  Ref ref = 0;
  TimeMs mint = 0;
  TimeMs maxt = 0;
};
struct ExemplarRecord {
  Ref ref = 0;
  model::Exemplar exemplar;
};
struct MetadataRecord {
  Ref ref = 0;
  model::Metadata metadata;
};
// Start times (0: none) are only in records of version 2.
struct HistogramRecord {
  Ref ref = 0;
  TimeMs t = 0;
  model::Histogram histogram;
  TimeMs start_t = 0;
};
struct FloatHistogramRecord {
  Ref ref = 0;
  TimeMs t = 0;
  model::FloatHistogram histogram;
  TimeMs start_t = 0;
};
struct StartedSampleRecord {
  Ref ref = 0;
  TimeMs t = 0;
  TimeMs start_t = 0;
  double v = 0;
};
// Of the out-of-order log: from here on, the chunks file has what the log said of the series before
// (0: the series' first chunk).
struct MmapMarkerRecord {
  Ref ref = 0;
  uint64_t chunk_ref = 0;
};

void EncodeSeries(std::span<const SeriesRecord> series, ByteWriter* out);

void EncodeTombstones(std::span<const TombstoneRecord> tombstones, ByteWriter* out);
void EncodeExemplars(std::span<const ExemplarRecord> exemplars, ByteWriter* out);
void EncodeMmapMarkers(std::span<const MmapMarkerRecord> markers, ByteWriter* out);
void EncodeMetadata(std::span<const MetadataRecord> metadata, ByteWriter* out);
// All with the same kind of buckets: `custom` (schema -53) ones go into a record of their own.
void EncodeHistograms(std::span<const HistogramRecord> histograms, bool custom, ByteWriter* out);
void EncodeFloatHistograms(std::span<const FloatHistogramRecord> histograms, bool custom,
                           ByteWriter* out);
// Version 2, with start times.
void EncodeStartedSamples(std::span<const StartedSampleRecord> samples, ByteWriter* out);
void EncodeStartedHistograms(std::span<const HistogramRecord> histograms, ByteWriter* out);
void EncodeStartedFloatHistograms(std::span<const FloatHistogramRecord> histograms,
                                  ByteWriter* out);

// Decoders replace the content of `out`; `record` starts with its type byte.
Result<void> DecodeSeries(std::string_view record, std::vector<SeriesRecord>* out);
Result<void> DecodeSamples(std::string_view record, std::vector<SampleRecord>* out);
Result<void> DecodeTombstones(std::string_view record, std::vector<TombstoneRecord>* out);
Result<void> DecodeExemplars(std::string_view record, std::vector<ExemplarRecord>* out);
Result<void> DecodeMmapMarkers(std::string_view record, std::vector<MmapMarkerRecord>* out);
Result<void> DecodeMetadata(std::string_view record, std::vector<MetadataRecord>* out);
Result<void> DecodeStartedSamples(std::string_view record, std::vector<StartedSampleRecord>* out);
// Of any version, with and without custom buckets.
Result<void> DecodeHistograms(std::string_view record, std::vector<HistogramRecord>* out);
Result<void> DecodeFloatHistograms(std::string_view record, std::vector<FloatHistogramRecord>* out);

}  // namespace watchfire::wal
