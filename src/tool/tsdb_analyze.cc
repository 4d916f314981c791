// Which labels make a block large, and which come and go: promtool's analysis over one block.
#include <algorithm>
#include <array>
#include <map>

#include "promql/parser/parser.h"
#include "tool/table.h"
#include "tool/tsdb_commands.h"
#include "tsdb/block/block.h"
#include "tsdb/block/chunk_reader.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::tool {
namespace {

using Counts = std::map<std::string, uint64_t>;

struct Census {
  uint64_t series = 0;
  uint64_t entries = 0;
  Counts pair_counts;
  Counts pair_uncovered;  // milliseconds of the block that series with the pair do not cover
  Counts name_uncovered;
  Counts names_by_metric;
};

void PrintTop(std::FILE* out, const Counts& counts, size_t limit, uint64_t divide_by = 1) {
  std::vector<std::pair<std::string, uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (size_t i = 0; i < sorted.size() && i < limit; ++i) {
    Print(out, fmt::format("{} {}\n", sorted[i].second / divide_by, sorted[i].first));
  }
}

Result<Census> Count(const block::Block& block, const std::vector<uint32_t>& refs) {
  Census census;
  block::SeriesEntry entry;
  block::SymbolCache cache;
  auto block_ms = static_cast<uint64_t>(block.meta().maxt - block.meta().mint);
  for (uint32_t ref : refs) {
    TRY(block.index().ReadSeries(ref, &entry));
    if (entry.chunks.empty()) continue;
    ++census.series;
    auto covered = static_cast<uint64_t>(entry.chunks.back().maxt - entry.chunks.front().mint);
    uint64_t uncovered = block_ms > covered ? block_ms - covered : 0;
    model::Labels labels = TRY(block.index().LabelsOf(entry, &cache));
    for (const model::LabelView& label : labels) {
      std::string pair = fmt::format("{}={}", label.name, label.value);
      census.name_uncovered[std::string(label.name)] += uncovered;
      census.pair_uncovered[pair] += uncovered;
      ++census.pair_counts[pair];
      ++census.entries;
      if (label.name == model::kMetricName) ++census.names_by_metric[std::string(label.value)];
    }
  }
  return census;
}

// Tenths from 0 to 100 % and how many chunks lie in each, as a picture of bars.
void PrintFullness(std::FILE* out, const std::array<uint64_t, 10>& tenths) {
  uint64_t total = 0;
  for (uint64_t count : tenths) total += count;
  for (size_t i = 0; i < tenths.size(); ++i) {
    uint64_t percent = total == 0 ? 0 : tenths[i] * 100 / total;
    Print(out, fmt::format("{:>7}%: {}\n", (i + 1) * 10, std::string(percent, '#')));
  }
}

Result<void> PrintCompaction(const block::Block& block, const std::vector<uint32_t>& refs,
                             std::FILE* out) {
  constexpr double kFullChunk = 120;
  std::array<uint64_t, 10> tenths{};
  uint64_t histogram_chunks = 0;
  uint64_t histogram_bytes = 0;
  block::SeriesEntry entry;
  for (uint32_t ref : refs) {
    TRY(block.index().ReadSeries(ref, &entry));
    for (const block::ChunkMeta& meta : entry.chunks) {
      chunk::ChunkView view = TRY(block.chunks().Read(meta));
      if (!chunk::HoldsFloats(view.encoding)) {
        ++histogram_chunks;
        histogram_bytes += view.data.size();
        continue;
      }
      double ratio = chunk::SampleCount(view) / kFullChunk;
      auto tenth = static_cast<size_t>(std::clamp(std::ceil(ratio * 10), 1.0, 10.0));
      ++tenths[tenth - 1];
    }
  }
  Print(out, "\nCompaction analysis:\n");
  Print(out, "Fullness: Amount of samples in chunks (100% is 120 samples)\n");
  PrintFullness(out, tenths);
  if (histogram_chunks > 0) {
    Print(out, fmt::format("Histogram chunks: {}, {} bytes each on average\n", histogram_chunks,
                           histogram_bytes / histogram_chunks));
  }
  return {};
}

Result<std::shared_ptr<block::Block>> OpenBlock(const AnalyzeOptions& options) {
  FileSystem& fs = *FileSystem::Local();
  block::BlockListing listing = TRY(block::ListBlocks(fs, options.directory));
  if (listing.blocks.empty()) return Error::NotFound("no blocks found");
  if (options.block.empty()) return block::Block::Open(fs, listing.blocks.back().path);
  for (const block::BlockDirectory& one : listing.blocks) {
    if (one.meta.ulid.ToString() == options.block) return block::Block::Open(fs, one.path);
  }
  return Error::NotFound("block {} not found", options.block);
}

}  // namespace

Result<void> AnalyzeTsdb(const AnalyzeOptions& options, std::FILE* out) {
  std::shared_ptr<block::Block> block = TRY(OpenBlock(options));
  model::Matchers matchers;
  if (!options.match.empty()) matchers = TRY(promql::ParseSelector(options.match));
  std::vector<uint32_t> refs = TRY(block->index().Select(matchers));
  Census census = TRY(Count(*block, refs));

  auto block_ms = static_cast<uint64_t>(block->meta().maxt - block->meta().mint);
  Print(out, fmt::format("Block ID: {}\n", block->meta().ulid.ToString()));
  Print(out, fmt::format("Duration: {}\n", GoDuration(block->meta().maxt - block->meta().mint)));
  if (!options.match.empty()) Print(out, fmt::format("Matcher: {}\n", options.match));
  Print(out, fmt::format("{}: {}\n", options.match.empty() ? "Series" : "Matched series",
                         census.series));
  Counts lengths;
  Counts cardinality;
  for (const std::string& name : TRY(block->index().LabelNames(matchers, 0))) {
    for (const std::string& value : TRY(block->index().LabelValues(name, matchers, 0))) {
      lengths[name] += value.size();
      ++cardinality[name];
    }
  }
  Print(out, fmt::format("Label names: {}\n", cardinality.size()));
  Print(out, fmt::format("Postings (unique label pairs): {}\n", census.pair_counts.size()));
  Print(out, fmt::format("Postings entries (total label pairs): {}\n", census.entries));
  Print(out, "\nLabel pairs most involved in churning:\n");
  PrintTop(out, census.pair_uncovered, options.limit, block_ms);
  Print(out, "\nLabel names most involved in churning:\n");
  PrintTop(out, census.name_uncovered, options.limit, block_ms);
  Print(out, "\nMost common label pairs:\n");
  PrintTop(out, census.pair_counts, options.limit);
  Print(out, "\nLabel names with highest cumulative label value length:\n");
  PrintTop(out, lengths, options.limit);
  Print(out, "\nHighest cardinality labels:\n");
  PrintTop(out, cardinality, options.limit);
  Print(out, "\nHighest cardinality metric names:\n");
  PrintTop(out, census.names_by_metric, options.limit);
  return options.extended ? PrintCompaction(*block, refs, out) : Result<void>();
}

}  // namespace watchfire::tool
