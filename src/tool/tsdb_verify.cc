// Reads every byte of a data directory and says what is not as it was written.
#include "tool/tsdb_commands.h"
#include "tsdb/block/block.h"
#include "tsdb/block/chunk_reader.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/wal/reader.h"

namespace watchfire::tool {
namespace {

class Verifier {
 public:
  Verifier(const VerifyOptions& options, std::FILE* out) : options_(options), out_(out) {}

  Result<void> Run() {
    block::BlockListing listing = TRY(block::ListBlocks(fs_, options_.directory));
    for (const block::BrokenDirectory& broken : listing.broken) Find(broken.path, broken.error);
    for (const block::BlockDirectory& one : listing.blocks) {
      block::BlockStats stats;
      if (Result<void> good = VerifyBlock(one.path, &stats); !good) {
        Find(one.path, good.error());
        continue;
      }
      ++good_;
      Print(out_, fmt::format("{}: ok, {} series, {} chunks, {} samples\n", one.path,
                              stats.num_series, stats.num_chunks, stats.num_samples));
    }
    for (std::string_view name : {"wal", "wbl"}) VerifyLog(JoinPath(options_.directory, name));
    if (findings_ + good_ == 0) {
      Print(out_, fmt::format("{}: neither blocks nor a log\n", options_.directory));
    }
    if (findings_ == 0) return {};
    return Error::Corrupt("{} of {} parts are damaged", findings_, findings_ + good_);
  }

 private:
  void Find(const std::string& path, const Error& error) {
    ++findings_;
    Print(out_, fmt::format("{}: {}\n", path, error.message()));
  }

  Result<void> VerifyBlock(const std::string& path, block::BlockStats* stats) {
    std::shared_ptr<block::Block> opened = TRY(block::Block::Open(fs_, path));
    const block::IndexReader& index = opened->index();
    block::SymbolCache cache;
    block::SeriesEntry entry;
    model::Labels before;
    uint64_t pairs = 0;
    for (uint32_t ref : TRY(index.Select({}))) {
      TRY(index.ReadSeries(ref, &entry));
      model::Labels labels = TRY(index.LabelsOf(entry, &cache));
      if (stats->num_series > 0 && !(before < labels)) {
        return Error::Corrupt("series {} is not behind {}", labels.ToString(), before.ToString());
      }
      ++stats->num_series;
      pairs += entry.labels.size();
      if (Result<void> good = VerifyChunks(*opened, entry.chunks, stats); !good) {
        return good.error().With("series {}", labels.ToString());
      }
      before = std::move(labels);
    }
    TRY(VerifyPostings(index, pairs));
    return VerifyStats(opened->meta().stats, stats);
  }

  static Result<void> VerifyStats(const block::BlockStats& told, const block::BlockStats* stats) {
    if (told.num_samples != stats->num_samples || told.num_series != stats->num_series ||
        told.num_chunks != stats->num_chunks) {
      return Error::Corrupt(
          "meta.json tells of {} series, {} chunks and {} samples, but there are {}, {} and {}",
          told.num_series, told.num_chunks, told.num_samples, stats->num_series, stats->num_chunks,
          stats->num_samples);
    }
    return {};
  }

  Result<void> VerifyChunks(const block::Block& block, const std::vector<block::ChunkMeta>& chunks,
                            block::BlockStats* stats) {
    TimeMs before = kMinTime;
    for (const block::ChunkMeta& meta : chunks) {
      TRY(VerifyChunk(block, meta, stats));
      if (&meta != chunks.data() && before >= meta.mint) {
        return Error::Corrupt("its chunks overlap at {}", meta.mint);
      }
      if (meta.mint < block.meta().mint || meta.maxt >= block.meta().maxt) {
        return Error::Corrupt("a chunk reaches beyond the block: [{}, {}]", meta.mint, meta.maxt);
      }
      before = meta.maxt;
    }
    return {};
  }

  Result<void> VerifyChunk(const block::Block& block, const block::ChunkMeta& meta,
                           block::BlockStats* stats) {
    chunk::ChunkView view = TRY(block.chunks().Read(meta));
    std::vector<TimeMs> times;
    if (chunk::HoldsFloats(view.encoding)) {
      std::vector<double> values;
      TRY(chunk::DecodeFloats(view, kMinTime, kMaxTime, &times, &values));
    } else {
      std::vector<chunk::HistogramPoint> points;
      TRY(chunk::DecodeHistograms(view, kMinTime, kMaxTime, &points));
      for (const chunk::HistogramPoint& point : points) times.push_back(point.t);
    }
    if (times.empty() || times.front() != meta.mint || times.back() != meta.maxt) {
      return Error::Corrupt("a chunk does not span the times that the index tells of it");
    }
    for (size_t i = 1; i < times.size(); ++i) {
      if (times[i - 1] >= times[i]) return Error::Corrupt("a chunk's samples are out of order");
    }
    ++stats->num_chunks;
    stats->num_samples += times.size();
    return {};
  }

  // `pairs`: how many labels all series have together.
  Result<void> VerifyPostings(const block::IndexReader& index, uint64_t pairs) {
    uint64_t entries = 0;
    for (const std::string& name : TRY(index.LabelNames({}, 0))) {
      for (const std::string& value : TRY(index.LabelValues(name, {}, 0))) {
        block::PostingsView postings = TRY(index.Postings(name, value));
        entries += postings.size();
        for (size_t i = 1; i < postings.size(); ++i) {
          if (postings[i - 1] >= postings[i]) {
            return Error::Corrupt("the series of {}={} are out of order", name, value);
          }
        }
      }
    }
    if (entries != pairs) {
      return Error::Corrupt("the index finds {} label pairs, but the series have {}", entries,
                            pairs);
    }
    return {};
  }

  void VerifyLog(const std::string& directory) {
    if (!fs_.Exists(directory)) return;
    std::vector<std::string> parts = {directory};
    Result<std::optional<wal::CheckpointDirectory>> checkpoint =
        wal::FindCheckpoint(fs_, directory);
    if (checkpoint && *checkpoint) parts.push_back((*checkpoint)->path);
    for (const std::string& part : parts) {
      if (Result<uint64_t> records = CountRecords(part); records) {
        ++good_;
        Print(out_, fmt::format("{}: ok, {} records\n", part, *records));
      } else {
        Find(part, records.error());
      }
    }
  }

  Result<uint64_t> CountRecords(const std::string& directory) {
    wal::Reader reader(fs_, TRY(wal::ListSegments(fs_, directory)));
    uint64_t records = 0;
    std::string_view record;
    while (reader.Next(&record)) ++records;
    TRY(reader.status());
    if (!reader.corruption()) return records;
    return Error::Corrupt("segment {} is whole up to byte {} only: {}",
                          reader.corruption()->segment, reader.corruption()->good_bytes,
                          reader.corruption()->reason);
  }

  const VerifyOptions& options_;
  std::FILE* out_;
  FileSystem& fs_ = *FileSystem::Local();
  uint64_t findings_ = 0;
  uint64_t good_ = 0;
};

}  // namespace

Result<void> VerifyTsdb(const VerifyOptions& options, std::FILE* out) {
  return Verifier(options, out).Run();
}

}  // namespace watchfire::tool
