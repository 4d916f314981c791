#include <algorithm>
#include <functional>

#include "base/log.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/wal/reader.h"
#include "tsdb/wal/sample_codec.h"

namespace watchfire::head {
namespace {

// Copies what a checkpoint keeps: the series that are needed, and samples at or after `mint`.
class CheckpointWriter {
 public:
  CheckpointWriter(wal::Writer* writer, wal::Compression compression, TimeMs mint,
                   std::function<bool(wal::Ref)> needs)
      : writer_(writer), compression_(compression), mint_(mint), needs_(std::move(needs)) {}

  Result<void> Copy(std::string_view record) {
    switch (wal::TypeOf(record)) {
      case wal::RecordType::kSeries:
        return CopySeries(record);
      case wal::RecordType::kMetadata:
      case wal::RecordType::kTombstones:
        return Write(record);
      case wal::RecordType::kSamples:
      case wal::RecordType::kSamplesV2:
        return CopySamples(record);
      case wal::RecordType::kHistograms:
      case wal::RecordType::kCustomHistograms:
      case wal::RecordType::kHistogramsV2:
        return CopyHistograms<wal::HistogramRecord>(
            record, wal::DecodeHistograms, wal::EncodeHistograms, wal::EncodeStartedHistograms);
      case wal::RecordType::kFloatHistograms:
      case wal::RecordType::kCustomFloatHistograms:
      case wal::RecordType::kFloatHistogramsV2:
        return CopyHistograms<wal::FloatHistogramRecord>(record, wal::DecodeFloatHistograms,
                                                         wal::EncodeFloatHistograms,
                                                         wal::EncodeStartedFloatHistograms);
      default:
        return {};
    }
  }

 private:
  Result<void> Write(std::string_view record) {
    wal::PreparedRecord prepared = wal::Prepare(compression_, record);
    return writer_->Log({&prepared, 1});
  }

  Result<void> CopySeries(std::string_view record) {
    std::vector<wal::SeriesRecord> series;
    TRY(wal::DecodeSeries(record, &series));
    size_t before = series.size();
    std::erase_if(series, [&](const wal::SeriesRecord& one) { return !needs_(one.ref); });
    if (series.size() == before) return Write(record);
    if (series.empty()) return {};
    ByteWriter bytes;
    wal::EncodeSeries(series, &bytes);
    return Write(bytes.view());
  }

  Result<void> CopySamples(std::string_view record) {
    TRY(wal::DecodeSampleColumns(record, &columns_));
    auto is_old = [&](const wal::SampleColumns::Stretch& one) { return one.t < mint_; };
    auto num_old = std::count_if(columns_.stretches.begin(), columns_.stretches.end(), is_old);
    if (num_old == 0) return Write(record);
    if (static_cast<size_t>(num_old) == columns_.stretches.size()) return {};
    ByteWriter bytes;
    std::optional<wal::SamplesEncoder> encoder;
    std::span<const wal::Ref> refs = columns_.refs;
    size_t i = 0;
    for (const wal::SampleColumns::Stretch& one : columns_.stretches) {
      size_t begin = std::exchange(i, one.end);
      if (is_old(one)) continue;
      if (!encoder) encoder.emplace(wal::BaseRef(refs.subspan(begin)), one.t, &bytes);
      encoder->AddRow(refs.subspan(begin, one.end - begin), one.t,
                      std::span(columns_.values).subspan(begin, one.end - begin),
                      wal::RowOrder::kAsGiven);
    }
    return Write(bytes.view());
  }

  template <typename Record, typename Decode, typename Encode, typename EncodeStarted>
  Result<void> CopyHistograms(std::string_view record, Decode decode, Encode encode,
                              EncodeStarted encode_started) {
    std::vector<Record> records;
    TRY(decode(record, &records));
    size_t before = records.size();
    std::erase_if(records, [&](const Record& one) { return one.t < mint_; });
    if (records.size() == before) return Write(record);
    if (records.empty()) return {};
    ByteWriter bytes;
    wal::RecordType type = wal::TypeOf(record);
    if (type == wal::RecordType::kHistogramsV2 || type == wal::RecordType::kFloatHistogramsV2) {
      encode_started(records, &bytes);
    } else {
      bool custom = type == wal::RecordType::kCustomHistograms ||
                    type == wal::RecordType::kCustomFloatHistograms;
      encode(records, custom, &bytes);
    }
    return Write(bytes.view());
  }

  wal::Writer* writer_;
  wal::Compression compression_;
  TimeMs mint_;
  std::function<bool(wal::Ref)> needs_;
  wal::SampleColumns columns_;
};

}  // namespace

// checkpoint.N replaces the segments up to N and the checkpoint before it. Built beside, renamed
// when whole; a crash in between leaves a .tmp that the next start removes.
Result<void> Head::WriteCheckpoint(uint64_t last_segment, TimeMs mint) {
  FileSystem& fs = *options_.fs;
  const std::string& directory = options_.wal_directory;
  std::string path = JoinPath(directory, wal::CheckpointName(last_segment));
  std::string temporary = path + ".tmp";
  if (fs.Exists(temporary)) TRY(fs.RemoveRecursively(temporary));
  wal::WriterOptions options;
  options.fs = &fs;
  options.directory = temporary;
  options.segment_bytes = options_.segment_bytes;
  std::unique_ptr<wal::Writer> writer = TRY(wal::Writer::Open(options));
  CheckpointWriter copier(writer.get(), options_.compression, mint,
                          [&](wal::Ref ref) { return CheckpointNeeds(ref, last_segment); });

  std::vector<wal::SegmentFile> segments;
  std::optional<wal::CheckpointDirectory> before = TRY(wal::FindCheckpoint(fs, directory));
  if (before) segments = TRY(wal::ListSegments(fs, before->path));
  auto copy_all = [&](std::vector<wal::SegmentFile> files) -> Result<void> {
    wal::Reader reader(fs, std::move(files));
    std::string_view record;
    while (reader.Next(&record)) TRY(copier.Copy(record));
    TRY(reader.status());
    if (reader.corruption()) return Error::Corrupt("checkpoint: {}", reader.corruption()->reason);
    return {};
  };
  TRY(copy_all(std::move(segments)));
  segments = TRY(wal::ListSegments(fs, directory));
  uint64_t first = before ? before->number + 1 : 0;
  std::erase_if(segments, [&](const wal::SegmentFile& s) {
    return s.number < first || s.number > last_segment;
  });
  TRY(copy_all(std::move(segments)));
  TRY(writer->Close());
  TRY(fs.Rename(temporary, path));
  TRY(fs.SyncDirectory(directory));
  ForgetRefsUpTo(last_segment);
  return wal::RemoveObsolete(fs, directory);
}

Result<void> Head::Truncate(TimeMs t) {
  metrics_->truncations->Increment();
  size_t dropped = samples_.DropBefore(t);
  if (dropped == 0) return {};
  histograms_.DropBefore(t);
  TimeMs known = min_time_.load(std::memory_order_relaxed);
  TimeMs range = options_.chunk_range_ms;
  TimeMs cut = t - ((t % range) + range) % range;
  if (known < cut) min_time_.store(cut, std::memory_order_relaxed);
  deletions_.DropBefore(std::min(cut, out_of_order_.mint()));
  size_t removed = CollectGarbage();
  metrics_->checkpoint_creations->Increment();
  wal_metrics_.truncations->Increment();
  Result<uint64_t> next = writer_->NextSegment();
  Result<void> written = next ? WriteCheckpoint(*next - 1, cut) : Result<void>(next.error());
  if (!written) {
    metrics_->truncations_failed->Increment();
    metrics_->checkpoint_creations_failed->Increment();
    wal_metrics_.truncations_failed->Increment();
    return written;
  }
  WF_LOG(kInfo, "Head truncated", {"eras", dropped}, {"series", removed}, {"mint", cut});
  return {};
}

}  // namespace watchfire::head
