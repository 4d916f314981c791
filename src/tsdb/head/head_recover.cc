#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/samples/sample_reader.h"
#include "tsdb/wal/chunk_snapshot.h"
#include "tsdb/wal/head_chunks.h"

// A Prometheus leaves samples in two places beside its log: full chunks in chunks_head/ and, if it
// was told to, the chunks that were not full in a snapshot. The log has all of them, too, so that
// they are looked at only for what the log lacks. What is found so lies anywhere in time: it goes
// in as out-of-order samples do, and into our own logs.

namespace watchfire::head {

std::string Head::DirectoryBeside(std::string_view name) const {
  return JoinPath(DirName(options_.wal_directory), name);
}

// A log that shows no damage can only lack its end.
bool Head::Holds(SeriesId id, const chunk::ChunkView& chunk, bool damaged) {
  if (!damaged) {
    auto sample = samples_.Newest(id);
    if (sample && sample->first >= chunk.maxt) return true;
    auto histogram = histograms_.NewestOf(id);
    return histogram && histogram->t >= chunk.maxt;
  }
  Snapshot snapshot(&samples_);
  SampleReader reader(&samples_, &snapshot);
  std::vector<chunk::HistogramPoint> points;
  histograms_.Read(id, chunk.mint, chunk.maxt, snapshot.sequence(), &points);
  size_t found = reader.Read(id, chunk.mint, chunk.maxt).t.size() + points.size();
  return found >= chunk::SampleCount(chunk);
}

void Head::LookAtChunk(std::optional<SeriesId> id, const model::Labels* labels, bool damaged,
                       const chunk::ChunkView& chunk) {
  if (chunk.maxt < min_valid_time_.load()) return;  // in blocks
  if (id && Holds(*id, chunk, damaged)) return;
  chunk::OwnedChunk copy{chunk.mint, chunk.maxt, chunk.encoding, std::string(chunk.data)};
  lost_chunks_.push_back({id, id ? model::Labels() : *labels, std::move(copy)});
}

void Head::FindLostChunks(const std::function<std::optional<SeriesId>(wal::Ref)>& find,
                          bool damaged) {
  FileSystem& fs = *options_.fs;
  // The names of series that only the snapshot knows.
  std::unordered_map<wal::Ref, model::Labels> unknown;
  auto take_series = [&](const wal::SnapshotSeries& one) {
    std::optional<SeriesId> id = find(one.ref);
    if (!id) id = index_.Find(one.labels);
    if (!id && !one.labels.empty()) unknown[one.ref] = one.labels;
    if (!one.has_chunk || one.labels.empty()) return;
    LookAtChunk(id, &one.labels, damaged,
                {one.mint, one.maxt, static_cast<chunk::Encoding>(one.encoding), one.data});
  };
  auto snapshot = wal::FindSnapshot(fs, DirName(options_.wal_directory));
  Result<void> read = snapshot ? Result<void>() : Result<void>(snapshot.error());
  if (snapshot && *snapshot) read = wal::ReadSnapshot(fs, **snapshot, take_series);
  if (!read) WF_LOG(kWarn, "A chunk snapshot cannot be read to its end", {"err", read.error()});

  auto files = wal::ListHeadChunks(fs, DirectoryBeside("chunks_head"));
  if (!files) {
    WF_LOG(kWarn, "The chunks of a Prometheus' head are left as they are", {"err", files.error()});
    return;
  }
  for (const wal::HeadChunksFile& file : *files) {
    Result<MappedFile> mapped = fs.Map(file.path);
    wal::HeadChunksReader reader(mapped ? mapped->bytes() : std::string_view());
    wal::HeadChunk one;
    while (reader.Next(&one)) {
      std::optional<SeriesId> id = find(one.series);
      auto named = id ? unknown.end() : unknown.find(one.series);
      if (!id && named == unknown.end()) continue;
      LookAtChunk(id, id ? nullptr : &named->second, damaged,
                  {one.mint, one.maxt, static_cast<chunk::Encoding>(one.encoding), one.data});
    }
    if (reader.status().ok()) continue;
    metrics_->mmap_chunk_corruptions->Increment();
    WF_LOG(kWarn, "A file of head chunks is damaged", {"file", file.path},
           {"err", mapped ? reader.status().error() : mapped.error()});
    if (!damaged_chunks_file_) damaged_chunks_file_ = file.number;
  }
}

Result<void> Head::RecoverLostChunks() {
  uint64_t added = 0;
  TimeMs mint = min_valid_time_.load();
  for (const LostChunk& lost : std::exchange(lost_chunks_, {})) {
    std::vector<TimeMs> times;
    std::vector<double> values;
    std::vector<chunk::HistogramPoint> points;
    chunk::ChunkView view = lost.chunk.view();
    Result<void> decoded = chunk::HoldsFloats(view.encoding)
                               ? chunk::DecodeFloats(view, mint, kMaxTime, &times, &values)
                               : chunk::DecodeHistograms(view, mint, kMaxTime, &points);
    if (!decoded) {
      WF_LOG(kWarn, "A chunk of the head cannot be read", {"err", decoded.error()});
      continue;
    }
    size_t ascending = std::min<size_t>(1, times.size());
    while (ascending < times.size() && times[ascending - 1] < times[ascending]) ++ascending;
    storage::Columns floats{std::span(times).first(ascending), std::span(values).first(ascending)};
    added += TRY(AddRecovered(lost.id ? index_.LabelsOf(*lost.id) : lost.labels, floats, points));
  }
  if (added > 0) {
    WF_LOG(kWarn, "Recovered samples that the write-ahead log lacks from chunks of the head",
           {"samples", added});
  }
  // What could be read of them is in our logs now. As upstream: the files end before the damage.
  if (auto from = std::exchange(damaged_chunks_file_, std::nullopt)) {
    TRY(wal::RemoveHeadChunks(*options_.fs, DirectoryBeside("chunks_head"), *from));
  }
  return {};
}

// What a Prometheus left and nobody needs any more. Only told when it fails: they are no use, but
// no harm either.
void Head::RemoveOldChunks(TimeMs mint) {
  FileSystem& fs = *options_.fs;
  auto removed = wal::TruncateHeadChunks(fs, DirectoryBeside("chunks_head"), mint);
  if (!removed) WF_LOG(kWarn, "Removing old chunks of the head failed", {"err", removed.error()});
  auto snapshot = wal::FindSnapshot(fs, DirName(options_.wal_directory));
  auto checkpoint = wal::FindCheckpoint(fs, options_.wal_directory);
  if (!snapshot || !*snapshot || !checkpoint || !*checkpoint) return;
  if ((*checkpoint)->number < (*snapshot)->segment) return;
  if (Result<void> gone = fs.RemoveRecursively((*snapshot)->path); !gone) {
    WF_LOG(kWarn, "Removing an old chunk snapshot failed", {"err", gone.error()});
  }
}

}  // namespace watchfire::head
