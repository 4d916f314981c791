#include "tsdb/block/block.h"

#include <algorithm>

#include "tsdb/block/block_querier.h"
#include "tsdb/block/chunk_reader.h"

namespace watchfire::block {
namespace {

class BlockSeriesWalk final : public chunk::ChunkSeriesSet {
 public:
  BlockSeriesWalk(std::shared_ptr<const Block> block, PostingsView refs)
      : block_(std::move(block)), refs_(refs) {}

  bool Next() override {
    if (!status_.ok() || next_ == refs_.size()) return false;
    ref_ = refs_[next_++];
    status_ = ReadSeries();
    return status_.ok();
  }
  const model::Labels& labels() const override { return labels_; }
  std::span<const chunk::ChunkView> chunks() const override { return views_; }
  uint64_t ref() const override { return ref_; }
  Result<void> status() const override { return status_; }

 private:
  Result<void> ReadSeries() {
    if (Result<void> read = ReadEntry(); !read.ok()) {
      return read.error().With("block {}", block_->meta().ulid.ToString());
    }
    views_.clear();
    for (const ChunkMeta& meta : entry_.chunks) {
      Result<chunk::ChunkView> view = block_->chunks().Read(meta);
      if (!view.ok()) {
        return view.error().With("cannot populate chunk {} from block {}", meta.ref,
                                 block_->meta().ulid.ToString());
      }
      views_.push_back(*view);
    }
    return {};
  }
  Result<void> ReadEntry() {
    TRY(block_->index().ReadSeries(ref_, &entry_));
    labels_ = TRY(block_->index().LabelsOf(entry_, &symbols_));
    return {};
  }

  std::shared_ptr<const Block> block_;
  PostingsView refs_;  // in the block's mapping
  size_t next_ = 0;
  SeriesRef ref_ = 0;
  SeriesEntry entry_;
  SymbolCache symbols_;
  model::Labels labels_;
  std::vector<chunk::ChunkView> views_;
  Result<void> status_;
};

class BlockSource final : public chunk::ChunkSource {
 public:
  explicit BlockSource(std::shared_ptr<const Block> block) : block_(std::move(block)) {}
  Result<std::vector<std::string_view>> Symbols() override {
    return block_->index().symbols().All();
  }
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override {
    PostingsView refs = TRY(block_->index().AllPostings());
    return std::unique_ptr<chunk::ChunkSeriesSet>(std::make_unique<BlockSeriesWalk>(block_, refs));
  }

 private:
  std::shared_ptr<const Block> block_;
};

// The part of [mint, maxt] that the chunks of a series reach over, if any chunk overlaps it.
std::optional<Interval> Clamp(TimeMs mint, TimeMs maxt, const std::vector<ChunkMeta>& chunks) {
  bool met = std::any_of(chunks.begin(), chunks.end(), [&](const ChunkMeta& chunk) {
    return chunk.mint <= maxt && chunk.maxt >= mint;
  });
  if (!met) return std::nullopt;
  Interval clamped{std::max(mint, chunks.front().mint), std::min(maxt, chunks.back().maxt)};
  return clamped.mint <= clamped.maxt ? std::optional(clamped) : std::nullopt;
}

}  // namespace

Block::Block(FileSystem& fs, std::string directory) : fs_(fs), directory_(std::move(directory)) {}

Block::~Block() = default;

Result<std::shared_ptr<Block>> Block::Open(FileSystem& fs, const std::string& directory) {
  std::shared_ptr<Block> block(new Block(fs, directory));
  if (Result<void> read = block->ReadFiles(); !read.ok()) {
    return read.error().With("corrupted block {}", BaseName(directory));
  }
  return block;
}

Result<void> Block::ReadFiles() {
  auto meta = std::make_unique<const BlockMeta>(TRY(ReadMeta(fs_, directory_)));
  chunks_ = TRY(ChunkReader::Open(fs_, JoinPath(directory_, kChunksDirectory)));
  index_ = TRY(IndexReader::Open(fs_, JoinPath(directory_, kIndexFile)));
  auto tombstones = std::make_shared<const Tombstones>(TRY(ReadTombstones(fs_, directory_)));
  uint64_t small_files_bytes = PrintMeta(*meta).size() + PrintTombstones(*tombstones).size();
  MutexLock lock(mutex_);
  metas_.push_back(std::move(meta));
  tombstones_ = std::move(tombstones);
  small_files_bytes_ = small_files_bytes;
  return {};
}

const BlockMeta& Block::meta() const {
  MutexLock lock(mutex_);
  return *metas_.back();
}

uint64_t Block::size_bytes() const {
  MutexLock lock(mutex_);
  return index_->size_bytes() + chunks_->size_bytes() + small_files_bytes_;
}

std::shared_ptr<const Tombstones> Block::tombstones() const {
  MutexLock lock(mutex_);
  return tombstones_;
}

std::unique_ptr<storage::Querier> Block::NewQuerier(TimeMs mint, TimeMs maxt) {
  return std::make_unique<BlockQuerier>(shared_from_this(), mint, maxt);
}

std::unique_ptr<chunk::ChunkSource> Block::Source() {
  return std::make_unique<BlockSource>(shared_from_this());
}

Result<Tombstones> Block::FindDeleted(TimeMs mint, TimeMs maxt,
                                      const model::Matchers& matchers) const {
  Tombstones found;
  SeriesEntry entry;
  for (uint32_t ref : TRY(index_->Select(matchers))) {
    TRY(index_->ReadSeries(ref, &entry));
    std::optional<Interval> interval = Clamp(mint, maxt, entry.chunks);
    if (interval) AddInterval(*interval, &found[ref]);
  }
  return found;
}

Result<uint64_t> Block::Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers) {
  Tombstones added = TRY(FindDeleted(mint, maxt, matchers));
  if (added.empty()) return uint64_t{0};
  Tombstones all;
  {
    MutexLock lock(mutex_);
    while (deleting_) idle_.Wait(mutex_);
    deleting_ = true;
    all = *tombstones_;
  }
  uint64_t count = CountIntervals(added);
  for (const auto& [ref, intervals] : added) {
    for (const Interval& interval : intervals) AddInterval(interval, &all[ref]);
  }
  Result<void> published = Publish(std::move(all));
  {
    MutexLock lock(mutex_);
    deleting_ = false;
  }
  idle_.NotifyOne();
  TRY(std::move(published));
  return count;
}

Result<void> Block::Publish(Tombstones tombstones) {
  TRY(WriteTombstones(fs_, directory_, tombstones));
  // The file may know more than we do: compaction marks blocks there.
  Result<BlockMeta> meta = ReadMeta(fs_, directory_);
  if (!meta.ok()) meta = this->meta();
  meta->stats.num_tombstones = CountIntervals(tombstones);
  uint64_t small_files_bytes = PrintMeta(*meta).size() + PrintTombstones(tombstones).size();
  {
    MutexLock lock(mutex_);
    tombstones_ = std::make_shared<const Tombstones>(std::move(tombstones));
    metas_.push_back(std::make_unique<const BlockMeta>(*meta));
    small_files_bytes_ = small_files_bytes;
  }
  return WriteMeta(fs_, directory_, *meta);
}

Result<BlockListing> ListBlocks(FileSystem& fs, const std::string& data_directory) {
  BlockListing listing;
  for (const DirEntry& entry : TRY(fs.ListDirectory(data_directory))) {
    std::optional<Ulid> ulid = Ulid::Parse(entry.name);
    if (!entry.is_directory || !ulid) continue;
    std::string path = JoinPath(data_directory, entry.name);
    Result<BlockMeta> meta = ReadMeta(fs, path);
    // Two directories must not be one block: what is said of it would befall the wrong one.
    if (meta.ok() && meta->ulid != *ulid) {
      meta = Error::Corrupt("{} is of block {}", JoinPath(path, kMetaFile), meta->ulid.ToString());
    }
    if (meta.ok()) {
      listing.blocks.push_back({std::move(path), *std::move(meta)});
    } else {
      listing.broken.push_back({std::move(path), meta.error()});
    }
  }
  std::sort(listing.blocks.begin(), listing.blocks.end(),
            [](const BlockDirectory& a, const BlockDirectory& b) {
              return std::tie(a.meta.mint, a.meta.ulid) < std::tie(b.meta.mint, b.meta.ulid);
            });
  return listing;
}

}  // namespace watchfire::block
