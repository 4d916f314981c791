#include "tsdb/block/meta.h"

#include <algorithm>
#include <limits>

#include "codec/json.h"
#include "codec/json_writer.h"

namespace watchfire::block {
namespace {

using codec::Json;

constexpr uint64_t kMaxMetaBytes = 16ULL << 20;
constexpr int64_t kVersion = 1;

Error WrongKind(std::string_view key, std::string_view wanted, const Json& met) {
  return Error::Corrupt("{}: expected {}, got {}", key, wanted, met.KindName());
}

// The value of a key that is there and not null.
const Json* Present(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<int64_t> TakeInt(const Json& object, std::string_view key) {
  const Json* value = Present(object, key);
  if (value == nullptr) return int64_t{0};
  std::optional<int64_t> number = value->AsInt();
  if (!number) return WrongKind(key, "a whole number", *value);
  return *number;
}

Result<uint64_t> TakeCount(const Json& object, std::string_view key) {
  const Json* value = Present(object, key);
  if (value == nullptr) return uint64_t{0};
  std::optional<uint64_t> number = value->AsUint();
  if (!number) return WrongKind(key, "a number of things", *value);
  return *number;
}

Result<bool> TakeBool(const Json& object, std::string_view key) {
  const Json* value = Present(object, key);
  if (value == nullptr) return false;
  std::optional<bool> flag = value->AsBool();
  if (!flag) return WrongKind(key, "true or false", *value);
  return *flag;
}

Result<Ulid> ToUlid(std::string_view key, const Json& value) {
  const std::string* text = value.AsString();
  if (text == nullptr) return WrongKind(key, "a ULID", value);
  std::optional<Ulid> ulid = Ulid::Parse(*text);
  if (!ulid) return Error::Corrupt("{}: no ULID: \"{}\"", key, text->substr(0, 100));
  return *ulid;
}

Result<std::string> ToText(std::string_view key, const Json& value) {
  const std::string* text = value.AsString();
  if (text == nullptr) return WrongKind(key, "a string", value);
  return *text;
}

Result<Ulid> TakeUlid(const Json& object) {
  const Json* value = Present(object, "ulid");
  if (value == nullptr) return Error::Corrupt("ulid: missing");
  return ToUlid("ulid", *value);
}

// An array that may be missing; `read` makes a T of an element.
template <typename T, typename Read>
Result<std::vector<T>> TakeArray(const Json& object, std::string_view key, Read read) {
  std::vector<T> out;
  const Json* value = Present(object, key);
  if (value == nullptr) return out;
  const Json::Array* array = value->AsArray();
  if (array == nullptr) return WrongKind(key, "an array", *value);
  for (const Json& element : *array) out.push_back(TRY(read(key, element)));
  return out;
}

Result<BlockStats> ReadStats(const Json& stats) {
  BlockStats out;
  out.num_samples = TRY(TakeCount(stats, "numSamples"));
  out.num_float_samples = TRY(TakeCount(stats, "numFloatSamples"));
  out.num_histogram_samples = TRY(TakeCount(stats, "numHistogramSamples"));
  out.num_series = TRY(TakeCount(stats, "numSeries"));
  out.num_chunks = TRY(TakeCount(stats, "numChunks"));
  out.num_tombstones = TRY(TakeCount(stats, "numTombstones"));
  return out;
}

Result<BlockDesc> ToDesc(std::string_view, const Json& parent) {
  BlockDesc out;
  out.ulid = TRY(TakeUlid(parent));
  out.mint = TRY(TakeInt(parent, "minTime"));
  out.maxt = TRY(TakeInt(parent, "maxTime"));
  return out;
}

Result<void> ReadCompaction(const Json& compaction, BlockMeta* out) {
  int64_t level = TRY(TakeInt(compaction, "level"));
  if (level < 0 || level > std::numeric_limits<int>::max()) {
    return Error::Corrupt("level: {} cannot be", level);
  }
  out->level = static_cast<int>(level);
  out->sources = TRY(TakeArray<Ulid>(compaction, "sources", ToUlid));
  out->deletable = TRY(TakeBool(compaction, "deletable"));
  out->parents = TRY(TakeArray<BlockDesc>(compaction, "parents", ToDesc));
  out->failed = TRY(TakeBool(compaction, "failed"));
  out->hints = TRY(TakeArray<std::string>(compaction, "hints", ToText));
  return {};
}

// Objects and arrays with tabs, one entry a line, as Go's MarshalIndent prints them.
class IndentedWriter {
 public:
  void Open(std::string_view key, char bracket) {
    Entry(key);
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    out_ += bracket;
    first_ = false;
  }
  template <typename Integer>
  void Whole(std::string_view key, Integer number) {
    Entry(key);
    out_ += std::to_string(number);
  }
  void Count(std::string_view key, uint64_t count) {
    if (count > 0) Whole(key, count);
  }
  void Flag(std::string_view key, bool flag) {
    if (!flag) return;
    Entry(key);
    out_ += "true";
  }
  void Text(std::string_view key, std::string_view text) {
    Entry(key);
    codec::AppendJsonString(out_, text);
  }
  std::string Take() { return std::move(out_); }

 private:
  // Elements of arrays have no key.
  void Entry(std::string_view key) {
    if (depth_ > 0) {
      if (!first_) out_ += ',';
      NewLine();
    }
    first_ = false;
    if (key.empty()) return;
    codec::AppendJsonString(out_, key);
    out_ += ": ";
  }
  void NewLine() {
    out_ += '\n';
    out_.append(depth_, '\t');
  }

  std::string out_;
  size_t depth_ = 0;
  bool first_ = true;
};

void PrintStats(const BlockStats& stats, IndentedWriter* out) {
  out->Open("stats", '{');
  out->Count("numSamples", stats.num_samples);
  out->Count("numFloatSamples", stats.num_float_samples);
  out->Count("numHistogramSamples", stats.num_histogram_samples);
  out->Count("numSeries", stats.num_series);
  out->Count("numChunks", stats.num_chunks);
  out->Count("numTombstones", stats.num_tombstones);
  out->Close('}');
}

void PrintCompaction(const BlockMeta& meta, IndentedWriter* out) {
  out->Open("compaction", '{');
  out->Whole("level", meta.level);
  if (!meta.sources.empty()) {
    out->Open("sources", '[');
    for (const Ulid& source : meta.sources) out->Text({}, source.ToString());
    out->Close(']');
  }
  out->Flag("deletable", meta.deletable);
  if (!meta.parents.empty()) {
    out->Open("parents", '[');
    for (const BlockDesc& parent : meta.parents) {
      out->Open({}, '{');
      out->Text("ulid", parent.ulid.ToString());
      out->Whole("minTime", parent.mint);
      out->Whole("maxTime", parent.maxt);
      out->Close('}');
    }
    out->Close(']');
  }
  out->Flag("failed", meta.failed);
  if (!meta.hints.empty()) {
    out->Open("hints", '[');
    for (const std::string& hint : meta.hints) out->Text({}, hint);
    out->Close(']');
  }
  out->Close('}');
}

}  // namespace

bool BlockMeta::HasHint(std::string_view hint) const {
  return std::find(hints.begin(), hints.end(), hint) != hints.end();
}

Result<BlockMeta> ParseMeta(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  if (!json.ok()) return Error::Corrupt("{}", json.error().message());
  if (json->AsObject() == nullptr) return WrongKind("meta", "an object", *json);
  if (int64_t version = TRY(TakeInt(*json, "version")); version != kVersion) {
    return Error::Corrupt("unexpected meta file version {}", version);
  }
  BlockMeta meta;
  meta.ulid = TRY(TakeUlid(*json));
  meta.mint = TRY(TakeInt(*json, "minTime"));
  meta.maxt = TRY(TakeInt(*json, "maxTime"));
  if (meta.mint < kMinTime || meta.maxt > kMaxTime) {
    return Error::Corrupt("minTime {} or maxTime {} cannot be", meta.mint, meta.maxt);
  }
  if (meta.maxt < meta.mint) {
    return Error::Corrupt("maxTime {} is before minTime {}", meta.maxt, meta.mint);
  }
  if (const Json* stats = Present(*json, "stats")) meta.stats = TRY(ReadStats(*stats));
  if (const Json* compaction = Present(*json, "compaction")) {
    TRY(ReadCompaction(*compaction, &meta));
  }
  return meta;
}

std::string PrintMeta(const BlockMeta& meta) {
  IndentedWriter out;
  out.Open({}, '{');
  out.Text("ulid", meta.ulid.ToString());
  out.Whole("minTime", meta.mint);
  out.Whole("maxTime", meta.maxt);
  PrintStats(meta.stats, &out);
  PrintCompaction(meta, &out);
  out.Whole("version", kVersion);
  out.Close('}');
  return out.Take();
}

Result<BlockMeta> ReadMeta(FileSystem& fs, const std::string& block_directory) {
  std::string path = JoinPath(block_directory, kMetaFile);
  std::string text = TRY(fs.ReadFile(path, kMaxMetaBytes));
  Result<BlockMeta> meta = ParseMeta(text);
  if (!meta.ok()) return meta.error().With("{}", path);
  return meta;
}

Result<void> WriteMeta(FileSystem& fs, const std::string& block_directory, const BlockMeta& meta) {
  return fs.WriteFileAtomically(JoinPath(block_directory, kMetaFile), PrintMeta(meta));
}

}  // namespace watchfire::block
