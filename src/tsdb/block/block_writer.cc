#include "tsdb/block/block_writer.h"

#include "base/log.h"
#include "tsdb/block/chunk_writer.h"
#include "tsdb/block/index_writer.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::block {
namespace {

class DirectoryWriter final : public BlockWriter {
 public:
  DirectoryWriter(const BlockWriterOptions& options, BlockMeta meta)
      : fs_(*options.fs),
        final_(JoinPath(options.parent, meta.ulid.ToString())),
        creation_(final_ + std::string(kCreationSuffix)),
        meta_(std::move(meta)) {
    meta_.stats = {};
  }
  ~DirectoryWriter() override {
    if (!finished_) RemoveLogged(creation_);
  }

  Result<void> Begin(const BlockWriterOptions& options, std::span<const std::string_view> symbols);
  Result<void> Add(const model::Labels& labels, std::span<const chunk::ChunkView> chunks) override;
  Result<BlockMeta> Finish() override;

 private:
  void RemoveLogged(const std::string& directory) {
    Result<void> removed = fs_.RemoveRecursively(directory);
    if (removed || removed.error().code() == ErrorCode::kNotFound) return;
    WF_LOG(kError, "Failed to remove an unfinished block", {"component", "tsdb"},
           {"dir", directory}, {"err", removed.error()});
  }
  Result<void> Publish();

  FileSystem& fs_;
  const std::string final_;
  const std::string creation_;
  BlockMeta meta_;
  std::optional<ChunkWriter> chunks_;
  std::unique_ptr<IndexWriter> index_;
  std::vector<ChunkEntry> entries_;  // of one series
  bool finished_ = false;
  bool failed_ = false;  // index and chunk files may disagree
};

Result<void> DirectoryWriter::Begin(const BlockWriterOptions& options,
                                    std::span<const std::string_view> symbols) {
  if (fs_.Exists(creation_)) TRY(fs_.RemoveRecursively(creation_));
  std::string chunks = JoinPath(creation_, kChunksDirectory);
  TRY(fs_.CreateDirectories(chunks));
  chunks_.emplace(fs_, chunks, options.max_chunk_segment_bytes);
  index_ = TRY(IndexWriter::Create(fs_, JoinPath(creation_, kIndexFile), symbols));
  return {};
}

Result<void> DirectoryWriter::Add(const model::Labels& labels,
                                  std::span<const chunk::ChunkView> chunks) {
  if (finished_ || failed_) return Error::Invalid("block writer is of no more use");
  if (chunks.empty()) return {};
  failed_ = true;
  entries_.clear();
  BlockStats added;
  for (const chunk::ChunkView& chunk : chunks) {
    uint32_t samples = chunk::SampleCount(chunk);
    if (samples == 0) return Error::Invalid("chunk without samples in {}", labels.ToString());
    entries_.push_back({chunk.mint, chunk.maxt, TRY(chunks_->Add(chunk))});
    added.num_samples += samples;
    (chunk::HoldsFloats(chunk.encoding) ? added.num_float_samples : added.num_histogram_samples) +=
        samples;
  }
  TRY(index_->Add(labels, entries_));
  failed_ = false;
  meta_.stats.num_samples += added.num_samples;
  meta_.stats.num_float_samples += added.num_float_samples;
  meta_.stats.num_histogram_samples += added.num_histogram_samples;
  meta_.stats.num_chunks += chunks.size();
  ++meta_.stats.num_series;
  return {};
}

Result<BlockMeta> DirectoryWriter::Finish() {
  if (finished_ || failed_) return Error::Invalid("block writer is of no more use");
  if (meta_.stats.num_samples == 0) {
    TRY(fs_.RemoveRecursively(creation_));
    finished_ = true;
    return meta_;
  }
  failed_ = true;
  TRY(chunks_->Finish());
  TRY(index_->Finish());
  TRY(WriteTombstones(fs_, creation_, {}));
  // What lies beside a meta is whole.
  TRY(WriteMeta(fs_, creation_, meta_));
  TRY(Publish());
  finished_ = true;
  return meta_;
}

Result<void> DirectoryWriter::Publish() {
  TRY(fs_.SyncDirectory(creation_));
  TRY(fs_.Rename(creation_, final_));
  Result<void> synced = fs_.SyncDirectory(DirName(final_));
  // The caller will do it again with another name.
  if (!synced) RemoveLogged(final_);
  return synced;
}

}  // namespace

Result<std::unique_ptr<BlockWriter>> BlockWriter::Create(
    const BlockWriterOptions& options, BlockMeta meta, std::span<const std::string_view> symbols) {
  WF_CHECK(options.fs != nullptr);
  auto writer = std::make_unique<DirectoryWriter>(options, std::move(meta));
  TRY(writer->Begin(options, symbols));
  return std::unique_ptr<BlockWriter>(std::move(writer));
}

}  // namespace watchfire::block
