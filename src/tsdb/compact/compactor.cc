#include "tsdb/compact/compactor.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "tsdb/block/chunk_reader.h"

namespace watchfire::compact {
namespace {

using block::Block;
using block::BlockMeta;

std::vector<double> ExponentialBounds(double first, double factor, int count) {
  std::vector<double> bounds;
  for (int i = 0; i < count; ++i, first *= factor) bounds.push_back(first);
  return bounds;
}

// Whether a block begins before all earlier ones have ended; `metas` by mint.
bool AnyOverlap(std::span<const BlockMeta> metas) {
  TimeMs end = metas[0].maxt;
  for (size_t i = 1; i < metas.size(); ++i) {
    if (metas[i].mint < end) return true;
    end = std::max(end, metas[i].maxt);
  }
  return false;
}

std::string UlidList(std::span<const BlockMeta> metas) {
  std::string list;
  for (const BlockMeta& meta : metas) list += (list.empty() ? "" : " ") + meta.ulid.ToString();
  return "[" + list + "]";
}

// Of mapped files; keeps the resident memory of a compaction small, whatever the blocks' size.
constexpr size_t kForgetAfterBytes = size_t{4} << 20;

void Forget(std::span<const std::shared_ptr<Block>> blocks) {
  for (const std::shared_ptr<Block>& block : blocks) {
    block->index().Forget();
    block->chunks().Forget();
  }
}

std::string Seconds(int64_t ns) {
  return fmt::format("{:.3f}s", static_cast<double>(ns) * 1e-9);
}

}  // namespace

CompactorMetrics::CompactorMetrics(client::Registry& registry)
    : compactions(&registry.AddCounter(
          "prometheus_tsdb_compactions_total",
          "Total number of compactions that were executed for the partition.")),
      compactions_failed(
          &registry.AddCounter("prometheus_tsdb_compactions_failed_total",
                               "Total number of compactions that failed for the partition.")),
      vertical_compactions(
          &registry.AddCounter("prometheus_tsdb_vertical_compactions_total",
                               "Total number of compactions done on overlapping blocks.")),
      populating_block(
          &registry.AddGauge("prometheus_tsdb_compaction_populating_block",
                             "Set to 1 when a block is currently being written to the disk.")),
      duration_seconds(&registry.AddHistogram("prometheus_tsdb_compaction_duration_seconds",
                                              "Duration of compaction runs",
                                              ExponentialBounds(1, 2, 14))),
      chunk_size_bytes(&registry.AddHistogram("prometheus_tsdb_compaction_chunk_size_bytes",
                                              "Final size of chunks on their first compaction",
                                              ExponentialBounds(32, 1.5, 12))),
      chunk_samples(&registry.AddHistogram("prometheus_tsdb_compaction_chunk_samples",
                                           "Final number of samples on their first compaction",
                                           ExponentialBounds(4, 1.5, 12))),
      chunk_range_seconds(&registry.AddHistogram(
          "prometheus_tsdb_compaction_chunk_range_seconds",
          "Final time range of chunks on their first compaction", ExponentialBounds(100, 4, 10))) {}

BlockMeta MergedMeta(std::span<const BlockMeta> metas, const block::Ulid& ulid) {
  WF_CHECK(!metas.empty());
  BlockMeta merged;
  merged.ulid = ulid;
  merged.mint = metas[0].mint;
  merged.maxt = metas[0].maxt;
  std::set<block::Ulid> sources;
  size_t out_of_order = 0;
  std::set<std::string_view> hints;
  for (const BlockMeta& meta : metas) {
    merged.mint = std::min(merged.mint, meta.mint);
    merged.maxt = std::max(merged.maxt, meta.maxt);
    merged.level = std::max(merged.level, meta.level);
    sources.insert(meta.sources.begin(), meta.sources.end());
    merged.parents.push_back({meta.ulid, meta.mint, meta.maxt});
    if (meta.HasHint(block::kFromOutOfOrder)) ++out_of_order;
    for (std::string_view hint : {block::kFromStaleSeries, block::kFromSelectedSeries}) {
      if (meta.HasHint(hint)) hints.insert(hint);
    }
  }
  ++merged.level;
  merged.sources.assign(sources.begin(), sources.end());
  if (out_of_order == metas.size()) hints.insert(block::kFromOutOfOrder);
  merged.hints.assign(hints.begin(), hints.end());
  return merged;
}

Compactor::Compactor(CompactorOptions options, client::Registry& registry)
    : options_(std::move(options)), metrics_(registry) {
  WF_CHECK(options_.fs != nullptr && options_.clock != nullptr);
}

bool Compactor::Stopped() const {
  return options_.stop != nullptr && options_.stop->load();
}

Result<BlockMeta> Compactor::Populate(Job job) {
  if (Stopped()) return Error::Cancelled("compaction was stopped");
  block::BlockWriterOptions writer_options;
  writer_options.fs = options_.fs;
  writer_options.parent = job.directory;
  writer_options.max_chunk_segment_bytes = options_.max_chunk_segment_bytes;
  MergeOptions merge_options;
  merge_options.mint = job.meta.mint;
  merge_options.maxt = job.meta.maxt;
  merge_options.float_encoding = options_.float_encoding;
  const bool first_time = job.meta.level == 1;

  MergeSource source(std::move(job.inputs), merge_options);
  std::vector<std::string_view> symbols = TRY(source.Symbols());
  auto writer = TRY(block::BlockWriter::Create(writer_options, std::move(job.meta), symbols));
  std::unique_ptr<chunk::ChunkSeriesSet> set = TRY(source.Series());
  size_t read_bytes = 0;
  while (set->Next()) {
    if (Stopped()) return Error::Cancelled("compaction was stopped");
    TRY(writer->Add(set->labels(), set->chunks()));
    read_bytes += set->labels().bytes().size();
    for (const chunk::ChunkView& chunk : set->chunks()) {
      read_bytes += chunk.data.size();
      if (!first_time) continue;
      metrics_.chunk_size_bytes->Observe(static_cast<double>(chunk.data.size()));
      metrics_.chunk_samples->Observe(chunk::SampleCount(chunk));
      metrics_.chunk_range_seconds->Observe(ToSeconds(chunk.maxt - chunk.mint));
    }
    if (read_bytes < kForgetAfterBytes) continue;
    Forget(job.blocks);
    read_bytes = 0;
  }
  Forget(job.blocks);
  TRY(set->status());
  return writer->Finish();
}

Result<BlockMeta> Compactor::Run(Job job) {
  int64_t start_ns = options_.clock->MonotonicNs();
  metrics_.populating_block->Increment();
  Result<BlockMeta> made = Populate(std::move(job));
  metrics_.populating_block->Decrement();
  metrics_.compactions->Increment();
  metrics_.duration_seconds->Observe(static_cast<double>(options_.clock->MonotonicNs() - start_ns) *
                                     1e-9);
  if (!made && made.error().code() != ErrorCode::kCancelled) {
    metrics_.compactions_failed->Increment();
  }
  return made;
}

Result<std::optional<BlockMeta>> Compactor::Write(chunk::ChunkSource& source,
                                                  const WriteOptions& options) {
  int64_t start_ns = options_.clock->MonotonicNs();
  BlockMeta meta;
  meta.ulid = block::Ulid::New(options_.clock->Now());
  meta.mint = options.mint;
  meta.maxt = options.maxt;
  meta.sources = {meta.ulid};
  meta.hints = options.hints;
  if (options.parent) meta.parents = {*options.parent};
  Job job{std::move(meta),
          options.directory.empty() ? options_.directory : options.directory,
          {{&source, nullptr}},
          {}};
  BlockMeta made = TRY(Run(std::move(job)));
  std::string duration = Seconds(options_.clock->MonotonicNs() - start_ns);
  if (made.stats.num_samples == 0) {
    WF_LOG(kInfo, "write block resulted in empty block", {"component", "tsdb"}, {"mint", made.mint},
           {"maxt", made.maxt}, {"duration", duration});
    return std::optional<BlockMeta>();
  }
  WF_LOG(kInfo, "write block completed", {"component", "tsdb"}, {"mint", made.mint},
         {"maxt", made.maxt}, {"ulid", made.ulid.ToString()}, {"duration", duration},
         {"ooo", made.HasHint(block::kFromOutOfOrder)});
  return std::optional(std::move(made));
}

Result<std::optional<BlockMeta>> Compactor::Compact(Blocks blocks) {
  WF_CHECK(!blocks.empty());
  int64_t start_ns = options_.clock->MonotonicNs();
  std::vector<std::shared_ptr<Block>> sorted(blocks.begin(), blocks.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a->meta().mint < b->meta().mint; });
  std::vector<BlockMeta> metas;
  std::vector<std::unique_ptr<chunk::ChunkSource>> sources;
  std::vector<MergeInput> inputs;
  for (const std::shared_ptr<Block>& block : sorted) {
    metas.push_back(block->meta());
    sources.push_back(block->Source());
    inputs.push_back({sources.back().get(), block->tombstones()});
  }
  BlockMeta merged = MergedMeta(metas, block::Ulid::New(options_.clock->Now()));
  if (AnyOverlap(metas)) {
    metrics_.vertical_compactions->Increment();
    WF_LOG(kInfo, "Found overlapping blocks during compaction", {"component", "tsdb"},
           {"ulid", merged.ulid.ToString()});
  }
  Result<BlockMeta> made = Run({std::move(merged), options_.directory, std::move(inputs), sorted});
  if (!made) {
    // Upstream marks after every failure; a full disk says nothing of the blocks, though, and is
    // got over by trying again.
    ErrorCode code = made.error().code();
    if (code != ErrorCode::kCancelled && code != ErrorCode::kIo) Mark(sorted, &BlockMeta::failed);
    return made.error();
  }
  std::string duration = Seconds(options_.clock->MonotonicNs() - start_ns);
  if (made->stats.num_samples == 0) {
    Mark(sorted, &BlockMeta::deletable);
    WF_LOG(kInfo, "compact blocks resulted in empty block", {"component", "tsdb"},
           {"count", metas.size()}, {"sources", UlidList(metas)}, {"duration", duration});
    return std::optional<BlockMeta>();
  }
  WF_LOG(kInfo, "compact blocks", {"component", "tsdb"}, {"count", metas.size()},
         {"mint", made->mint}, {"maxt", made->maxt}, {"ulid", made->ulid.ToString()},
         {"sources", UlidList(metas)}, {"duration", duration});
  return std::optional(std::move(*made));
}

Result<std::optional<BlockMeta>> Compactor::CleanTombstones(Block& old) {
  std::shared_ptr<const block::Tombstones> tombstones = old.tombstones();
  if (tombstones->empty()) return std::optional<BlockMeta>();
  const BlockMeta old_meta = old.meta();
  BlockMeta meta;
  meta.ulid = block::Ulid::New(options_.clock->Now());
  meta.mint = old_meta.mint;
  meta.maxt = old_meta.maxt;
  meta.sources = {meta.ulid};
  meta.parents = {{old_meta.ulid, old_meta.mint, old_meta.maxt}};
  meta.hints = old_meta.hints;
  std::unique_ptr<chunk::ChunkSource> source = old.Source();
  std::shared_ptr<Block> block = old.shared_from_this();
  Job job{std::move(meta), options_.directory, {{source.get(), tombstones}}, {&block, 1}};
  BlockMeta made = TRY(Run(std::move(job)));
  if (made.stats.num_samples > 0) return std::optional(std::move(made));
  Mark({&block, 1}, &BlockMeta::deletable);
  return std::optional<BlockMeta>();
}

void Compactor::Mark(Blocks blocks, bool BlockMeta::*flag) const {
  for (const std::shared_ptr<Block>& block : blocks) {
    auto write = [&]() -> Result<void> {
      BlockMeta meta = TRY(block::ReadMeta(*options_.fs, block->directory()));
      meta.*flag = true;
      return block::WriteMeta(*options_.fs, block->directory(), meta);
    };
    Result<void> written = write();
    if (written) continue;
    WF_LOG(kError, "Failed to mark a block after compaction", {"component", "tsdb"},
           {"ulid", block->meta().ulid.ToString()},
           {"mark", flag == &BlockMeta::failed ? "failed" : "deletable"}, {"err", written.error()});
  }
}

}  // namespace watchfire::compact
