#include "tsdb/wal/chunk_snapshot.h"

#include <tuple>

#include "base/bytes.h"
#include "base/numbers.h"
#include "tsdb/wal/reader.h"

namespace watchfire::wal {
namespace {

constexpr std::string_view kPrefix = "chunk_snapshot.";
constexpr char kSeriesType = 1;

std::optional<SnapshotDirectory> Parse(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto number = [](std::string_view text) {
    bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    return digits ? ParseUint(text) : std::nullopt;
  };
  std::optional<uint64_t> segment = number(name.substr(0, dot));
  std::optional<uint64_t> offset = number(name.substr(dot + 1));
  if (!segment || !offset) return std::nullopt;  // `.tmp`, say
  return SnapshotDirectory{*segment, *offset, ""};
}

}  // namespace

Result<SnapshotSeries> DecodeSnapshotSeries(std::string_view record) {
  ByteReader in(record);
  in.U8();
  SnapshotSeries series;
  series.ref = in.Be64();
  std::vector<model::LabelView> pairs;
  for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) {
    std::string_view name = in.String();
    std::string_view value = in.String();
    pairs.push_back({name, value});
  }
  in.Be64();  // the chunk range that was configured
  series.has_chunk = in.Uvarint() != 0;
  if (series.has_chunk) {
    series.mint = static_cast<TimeMs>(in.Be64());
    series.maxt = static_cast<TimeMs>(in.Be64());
    series.encoding = in.U8();
    series.data = in.String();
  }
  // What follows, the newest samples once more, is for going on with the chunk.
  if (!in.ok()) return Error::Corrupt("decode snapshot series record: invalid size");
  series.labels = model::Labels::FromPairs(std::move(pairs));
  return series;
}

Result<std::optional<SnapshotDirectory>> FindSnapshot(FileSystem& fs,
                                                      const std::string& data_directory) {
  std::optional<SnapshotDirectory> newest;
  if (!fs.Exists(data_directory)) return newest;
  for (const DirEntry& entry : TRY(fs.ListDirectory(data_directory))) {
    std::optional<SnapshotDirectory> found = Parse(entry.name);
    if (!found || !entry.is_directory) continue;
    if (newest &&
        std::tie(newest->segment, newest->offset) > std::tie(found->segment, found->offset)) {
      continue;
    }
    newest = found;
    newest->path = JoinPath(data_directory, entry.name);
  }
  return newest;
}

Result<void> ReadSnapshot(FileSystem& fs, const SnapshotDirectory& snapshot,
                          const std::function<void(const SnapshotSeries&)>& series) {
  Reader reader(fs, TRY(ListSegments(fs, snapshot.path)));
  std::string_view record;
  while (reader.Next(&record)) {
    if (record.empty() || record[0] != kSeriesType) continue;
    series(TRY(DecodeSnapshotSeries(record)));
  }
  TRY(reader.status());
  if (!reader.corruption()) return {};
  return Error::Corrupt("read snapshot {}: segment {}: {}", snapshot.path,
                        reader.corruption()->segment, reader.corruption()->reason);
}

}  // namespace watchfire::wal
