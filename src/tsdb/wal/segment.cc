#include "tsdb/wal/segment.h"

#include <algorithm>

#include "base/numbers.h"

namespace watchfire::wal {
namespace {

constexpr std::string_view kCheckpointPrefix = "checkpoint.";

std::optional<uint64_t> ParseNumber(std::string_view text) {
  bool digits = text.size() >= 8 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? ParseUint(text) : std::nullopt;
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kSnappy:
      return "snappy";
    case Compression::kZstd:
      return "zstd";
  }
  return "";
}

Result<Compression> ParseCompression(std::string_view text) {
  for (Compression c : {Compression::kNone, Compression::kSnappy, Compression::kZstd}) {
    if (text == CompressionName(c)) return c;
  }
  return Error::Invalid("unknown compression type {}", text);
}

std::string SegmentName(uint64_t number) {
  return fmt::format("{:08}", number);
}

std::string CheckpointName(uint64_t number) {
  return fmt::format("{}{:08}", kCheckpointPrefix, number);
}

Result<std::vector<SegmentFile>> ListSegments(FileSystem& fs, const std::string& directory) {
  std::vector<SegmentFile> segments;
  if (!fs.Exists(directory)) return segments;
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    std::optional<uint64_t> number = ParseNumber(entry.name);
    if (!number || entry.is_directory) continue;
    segments.push_back({*number, JoinPath(directory, entry.name), entry.size});
  }
  std::sort(segments.begin(), segments.end(),
            [](const SegmentFile& a, const SegmentFile& b) { return a.number < b.number; });
  for (size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].number != segments[i - 1].number + 1) {
      return Error::Corrupt("segments are not sequential: {} follows {}", segments[i].path,
                            segments[i - 1].path);
    }
  }
  return segments;
}

Result<std::optional<CheckpointDirectory>> FindCheckpoint(FileSystem& fs,
                                                          const std::string& directory) {
  std::optional<CheckpointDirectory> newest;
  if (!fs.Exists(directory)) return newest;
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    if (!entry.is_directory || !entry.name.starts_with(kCheckpointPrefix)) continue;
    std::optional<uint64_t> number =
        ParseNumber(std::string_view(entry.name).substr(kCheckpointPrefix.size()));
    if (!number || (newest && newest->number > *number)) continue;
    newest = CheckpointDirectory{*number, JoinPath(directory, entry.name)};
  }
  return newest;
}

Result<void> RemoveObsolete(FileSystem& fs, const std::string& directory) {
  if (!fs.Exists(directory)) return {};
  std::optional<CheckpointDirectory> newest = TRY(FindCheckpoint(fs, directory));
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    std::string path = JoinPath(directory, entry.name);
    if (entry.is_directory && entry.name.starts_with(kCheckpointPrefix)) {
      bool unfinished = entry.name.ends_with(".tmp");
      if (unfinished || (newest && path != newest->path)) TRY(fs.RemoveRecursively(path));
    } else if (newest && !entry.is_directory) {
      // In order of numbers, so that what a crash leaves is consecutive.
      std::optional<uint64_t> number = ParseNumber(entry.name);
      if (number && *number <= newest->number) TRY(fs.Remove(path));
    }
  }
  return {};
}

}  // namespace watchfire::wal
