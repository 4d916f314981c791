#include "tsdb/wal/checkpoint.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tsdb/wal/reader.h"
#include "tsdb/wal/sample_codec.h"
#include "tsdb/wal/writer.h"

namespace watchfire::wal {
namespace {

constexpr size_t kBatchBytes = 1 << 20;

class Copier {
 public:
  Copier(const CheckpointOptions& options, Writer* writer) : options_(options), writer_(writer) {}

  Result<void> CopyAll(std::vector<SegmentFile> segments) {
    Reader reader(*options_.fs, std::move(segments));
    std::string_view record;
    while (reader.Next(&record)) TRY(Copy(record));
    TRY(reader.status());
    if (reader.corruption()) {
      return Error::Corrupt("checkpoint: segment {}: {}", reader.corruption()->segment,
                            reader.corruption()->reason);
    }
    return {};
  }

  // What had to wait for the last word.
  Result<void> Finish() {
    std::vector<MetadataRecord> all;
    for (auto& [ref, metadata] : metadata_) all.push_back({ref, std::move(metadata)});
    if (!all.empty()) {
      ByteWriter bytes;
      EncodeMetadata(all, &bytes);
      TRY(Write(bytes.view()));
    }
    return Flush();
  }

  CheckpointStats stats;

 private:
  Result<void> Copy(std::string_view record) {
    switch (TypeOf(record)) {
      case RecordType::kSeries:
        return Filter(record, DecodeSeries, EncodeSeries, &stats.series,
                      [&](const SeriesRecord& one) { return options_.keep_series(one.ref); });
      case RecordType::kSamples:
      case RecordType::kSamplesV2:
        return CopySamples(record);
      case RecordType::kTombstones:
        return Filter(record, DecodeTombstones, EncodeTombstones, &stats.tombstones,
                      [&](const TombstoneRecord& one) {
                        return one.maxt >= options_.tombstone_mint && options_.keep_series(one.ref);
                      });
      case RecordType::kExemplars:
        return Filter(record, DecodeExemplars, EncodeExemplars, &stats.exemplars,
                      [&](const ExemplarRecord& one) { return one.exemplar.t >= options_.mint; });
      case RecordType::kMetadata:
        return CollectMetadata(record);
      case RecordType::kHistograms:
      case RecordType::kCustomHistograms:
      case RecordType::kHistogramsV2:
        return CopyHistograms<HistogramRecord>(record, DecodeHistograms, EncodeHistograms,
                                               EncodeStartedHistograms);
      case RecordType::kFloatHistograms:
      case RecordType::kCustomFloatHistograms:
      case RecordType::kFloatHistogramsV2:
        return CopyHistograms<FloatHistogramRecord>(
            record, DecodeFloatHistograms, EncodeFloatHistograms, EncodeStartedFloatHistograms);
      case RecordType::kMmapMarkers:
      case RecordType::kUnknown:
        return {};
    }
    return {};
  }

  Result<void> Write(std::string_view record) {
    prepared_.push_back(Prepare(options_.compression, record));
    prepared_bytes_ += prepared_.back().bytes.size();
    return prepared_bytes_ < kBatchBytes ? Result<void>() : Flush();
  }
  Result<void> Flush() {
    if (!prepared_.empty()) TRY(writer_->Log(prepared_));
    prepared_.clear();
    prepared_bytes_ = 0;
    return {};
  }

  // A record of which nothing goes is copied as it is.
  template <typename Record, typename Keep>
  Result<void> Filter(std::string_view record,
                      Result<void> (*decode)(std::string_view, std::vector<Record>*),
                      void (*encode)(std::span<const Record>, ByteWriter*), uint64_t* dropped,
                      Keep keep) {
    std::vector<Record> records;
    TRY(decode(record, &records));
    size_t gone = std::erase_if(records, [&](const Record& one) { return !keep(one); });
    *dropped += gone;
    if (gone == 0) return Write(record);
    if (records.empty()) return {};
    ByteWriter bytes;
    encode(records, &bytes);
    return Write(bytes.view());
  }

  // Rows go whole; start times, which are not kept yet, go with any of them.
  Result<void> CopySamples(std::string_view record) {
    TRY(DecodeSampleColumns(record, &columns_));
    auto is_old = [&](const SampleColumns::Stretch& one) { return one.t < options_.mint; };
    auto num_old = std::count_if(columns_.stretches.begin(), columns_.stretches.end(), is_old);
    if (num_old == 0) return Write(record);
    ByteWriter bytes;
    std::optional<SamplesEncoder> encoder;
    std::span<const Ref> refs = columns_.refs;
    size_t end = 0;
    for (const SampleColumns::Stretch& one : columns_.stretches) {
      size_t begin = std::exchange(end, one.end);
      if (is_old(one)) {
        stats.samples += end - begin;
        continue;
      }
      if (!encoder) encoder.emplace(BaseRef(refs.subspan(begin)), one.t, &bytes);
      encoder->AddRow(refs.subspan(begin, end - begin), one.t,
                      std::span(columns_.values).subspan(begin, end - begin), RowOrder::kAsGiven);
    }
    return encoder ? Write(bytes.view()) : Result<void>();
  }

  template <typename Record>
  Result<void> CopyHistograms(std::string_view record,
                              Result<void> (*decode)(std::string_view, std::vector<Record>*),
                              void (*encode)(std::span<const Record>, bool, ByteWriter*),
                              void (*encode_started)(std::span<const Record>, ByteWriter*)) {
    std::vector<Record> records;
    TRY(decode(record, &records));
    size_t gone = std::erase_if(records, [&](const Record& one) { return one.t < options_.mint; });
    stats.samples += gone;
    if (gone == 0) return Write(record);
    if (records.empty()) return {};
    ByteWriter bytes;
    RecordType type = TypeOf(record);
    if (type == RecordType::kHistogramsV2 || type == RecordType::kFloatHistogramsV2) {
      encode_started(records, &bytes);
    } else {
      bool custom =
          type == RecordType::kCustomHistograms || type == RecordType::kCustomFloatHistograms;
      encode(records, custom, &bytes);
    }
    return Write(bytes.view());
  }

  // Only the latest of each series.
  Result<void> CollectMetadata(std::string_view record) {
    std::vector<MetadataRecord> records;
    TRY(DecodeMetadata(record, &records));
    for (MetadataRecord& one : records) {
      bool kept = options_.keep_series(one.ref);
      if (!kept || metadata_.contains(one.ref)) ++stats.metadata;
      if (kept) metadata_[one.ref] = std::move(one.metadata);
    }
    return {};
  }

  const CheckpointOptions& options_;
  Writer* writer_;
  std::vector<PreparedRecord> prepared_;
  size_t prepared_bytes_ = 0;
  SampleColumns columns_;
  std::map<Ref, model::Metadata> metadata_;
};

}  // namespace

namespace {

Result<CheckpointStats> Fill(const CheckpointOptions& options, const std::string& temporary) {
  FileSystem& fs = *options.fs;
  WriterOptions writer_options;
  writer_options.fs = &fs;
  writer_options.directory = temporary;
  writer_options.segment_bytes = options.segment_bytes;
  std::unique_ptr<Writer> writer = TRY(Writer::Open(writer_options));
  Copier copier(options, writer.get());
  uint64_t first = 0;
  if (auto before = TRY(FindCheckpoint(fs, options.directory))) {
    std::vector<SegmentFile> segments = TRY(ListSegments(fs, before->path));
    TRY(copier.CopyAll(std::move(segments)));
    first = before->number + 1;
  }
  std::vector<SegmentFile> segments = TRY(ListSegments(fs, options.directory));
  std::erase_if(segments, [&](const SegmentFile& one) {
    return one.number < first || one.number > options.last_segment;
  });
  TRY(copier.CopyAll(std::move(segments)));
  TRY(copier.Finish());
  TRY(writer->Close());
  return copier.stats;
}

}  // namespace

Result<CheckpointStats> WriteCheckpoint(const CheckpointOptions& options) {
  FileSystem& fs = *options.fs;
  std::string path = JoinPath(options.directory, CheckpointName(options.last_segment));
  std::string temporary = path + ".tmp";
  if (fs.Exists(temporary)) TRY(fs.RemoveRecursively(temporary));
  Result<CheckpointStats> stats = Fill(options, temporary);
  Result<void> renamed = stats ? fs.Rename(temporary, path) : Result<void>(stats.error());
  if (!renamed) {
    // On a full disk the half of it would be in the way; the next start removes it otherwise.
    static_cast<void>(fs.RemoveRecursively(temporary));
    return renamed.error();
  }
  TRY(fs.SyncDirectory(options.directory));
  return stats;
}

std::optional<uint64_t> CheckpointTarget(uint64_t first, uint64_t last) {
  if (last <= first) return std::nullopt;
  uint64_t target = first + (last - 1 - first) * 2 / 3;
  if (target <= first) return std::nullopt;
  return target;
}

}  // namespace watchfire::wal
