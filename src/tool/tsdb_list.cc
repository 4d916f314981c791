#include <algorithm>

#include "tool/table.h"
#include "tool/tsdb_commands.h"
#include "tsdb/block/block.h"

namespace watchfire::tool {

void Print(std::FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

std::string BlockTable(const std::vector<SizedMeta>& blocks, bool human_readable, bool header) {
  std::vector<std::vector<std::string>> rows;
  if (header || !blocks.empty()) {
    rows.push_back({"BLOCK ULID", "MIN TIME", "MAX TIME", "DURATION", "NUM SAMPLES", "NUM CHUNKS",
                    "NUM SERIES", "SIZE"});
  }
  for (const SizedMeta& one : blocks) {
    const block::BlockMeta& meta = one.meta;
    rows.push_back({meta.ulid.ToString(),
                    human_readable ? GoUtcTime(meta.mint) : std::to_string(meta.mint),
                    human_readable ? GoUtcTime(meta.maxt) : std::to_string(meta.maxt),
                    GoDuration(meta.maxt - meta.mint), std::to_string(meta.stats.num_samples),
                    std::to_string(meta.stats.num_chunks), std::to_string(meta.stats.num_series),
                    human_readable ? BinarySize(one.bytes) : std::to_string(one.bytes)});
  }
  std::string table = Align(rows);
  if (!header && !rows.empty()) table.erase(0, table.find('\n') + 1);
  return table;
}

Result<void> ListTsdb(const ListOptions& options, std::FILE* out) {
  FileSystem& fs = *FileSystem::Local();
  block::BlockListing listing = TRY(block::ListBlocks(fs, options.directory));
  std::vector<SizedMeta> blocks;
  for (const block::BlockDirectory& one : listing.blocks) {
    auto opened = TRY(block::Block::Open(fs, one.path));
    blocks.push_back({opened->meta(), opened->size_bytes()});
  }
  Print(out, BlockTable(blocks, options.human_readable, true));
  if (listing.broken.empty()) return {};
  return listing.broken.front().error.With("{}", listing.broken.front().path);
}

}  // namespace watchfire::tool
