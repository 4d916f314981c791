#include "tsdb/wal/segment.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/numbers.h"

namespace watchfire::wal {
namespace {

constexpr std::string_view kCheckpointPrefix = "checkpoint.";

std::optional<uint64_t> ParseNumber(std::string_view text) {
  bool digits = text.size() >= 8 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? ParseUint(text) : std::nullopt;
}

// Also of one that is being written, `checkpoint.00000007.tmp`.
std::optional<uint64_t> CheckpointNumber(std::string_view name) {
  constexpr std::string_view kUnfinished = ".tmp";
  if (!name.starts_with(kCheckpointPrefix)) return std::nullopt;
  name.remove_prefix(kCheckpointPrefix.size());
  if (name.ends_with(kUnfinished)) name.remove_suffix(kUnfinished.size());
  return ParseNumber(name);
}

struct PageFlags {
  std::optional<Compression> newest;  // of the last compressed fragment
  size_t plain_bytes = 0;
};

// Fragments never cross pages, so that any page can be read alone.
PageFlags FlagsOfPage(std::string_view page) {
  PageFlags flags;
  while (page.size() >= kFragmentHeaderBytes) {
    ByteReader header(page.substr(0, kFragmentHeaderBytes));
    uint8_t type = header.U8();
    uint16_t length = header.Be16();
    if ((type & kFragmentTypeMask) == 0 || length > page.size() - kFragmentHeaderBytes) break;
    if ((type & kZstdFlag) != 0) {
      flags.newest = Compression::kZstd;
    } else if ((type & kSnappyFlag) != 0) {
      flags.newest = Compression::kSnappy;
    } else {
      flags.plain_bytes += length;
    }
    page.remove_prefix(kFragmentHeaderBytes + length);
  }
  return flags;
}

// Nothing if the segment is too short to tell.
Result<std::optional<Compression>> CompressionOf(FileSystem& fs, const SegmentFile& segment) {
  // Compressed logs have plain records, too: those that compression did not make smaller.
  constexpr size_t kEnoughPlainBytes = 8192;
  constexpr uint64_t kMostPages = 64;
  std::unique_ptr<ReadFileHandle> file = TRY(fs.OpenRead(segment.path));
  uint64_t pages = (segment.size + kPageBytes - 1) / kPageBytes;
  uint64_t last = pages - std::min(pages, kMostPages);
  std::string page(kPageBytes, '\0');
  size_t plain_bytes = 0;
  for (uint64_t i = pages; i > last; --i) {
    size_t got = TRY(file->ReadAt((i - 1) * kPageBytes, page.data(), page.size()));
    PageFlags flags = FlagsOfPage(std::string_view(page).substr(0, got));
    if (flags.newest) return flags.newest;
    plain_bytes += flags.plain_bytes;
  }
  if (plain_bytes >= kEnoughPlainBytes) return std::optional(Compression::kNone);
  return std::optional<Compression>();
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
    case Compression::kAuto:
      return "auto";
  }
  return "";
}

Result<Compression> ParseCompression(std::string_view text) {
  for (Compression c :
       {Compression::kNone, Compression::kSnappy, Compression::kZstd, Compression::kAuto}) {
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

Result<Compression> DetectCompression(FileSystem& fs, const std::string& directory) {
  std::vector<SegmentFile> segments;
  if (auto checkpoint = TRY(FindCheckpoint(fs, directory))) {
    segments = TRY(ListSegments(fs, checkpoint->path));
  }
  std::vector<SegmentFile> newer = TRY(ListSegments(fs, directory));
  segments.insert(segments.end(), newer.begin(), newer.end());
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (auto found = TRY(CompressionOf(fs, *segment))) return *found;
  }
  return Compression::kZstd;
}

Result<void> RemoveObsolete(FileSystem& fs, const std::string& directory) {
  if (!fs.Exists(directory)) return {};
  std::optional<CheckpointDirectory> newest = TRY(FindCheckpoint(fs, directory));
  for (const DirEntry& entry : TRY(fs.ListDirectory(directory))) {
    std::string path = JoinPath(directory, entry.name);
    if (entry.is_directory && CheckpointNumber(entry.name)) {
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
