// Any bytes as a segment and as a record: nothing may crash, and what decodes must encode to
// something that decodes to the same.

#include "base/check.h"
#include "tsdb/wal/reader.h"
#include "tsdb/wal/record.h"
#include "tsdb/wal/sample_codec.h"

namespace watchfire::wal {
namespace {

class OneFile final : public FileSystem {
 public:
  explicit OneFile(std::string content) : content_(std::move(content)) {}
  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string&) override {
    return std::unique_ptr<ReadFileHandle>(std::make_unique<Handle>(content_));
  }
  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string&, bool) override {
    return Error::Denied("read-only");
  }
  Result<MappedFile> Map(const std::string& path) override { return Error::NotFound("{}", path); }
  Result<void> HardLink(const std::string& from, const std::string&) override {
    return Error::NotFound("{}", from);
  }
  Result<std::string> ReadFile(const std::string&, uint64_t) override { return content_; }
  Result<void> WriteFileAtomically(const std::string&, std::string_view) override { return {}; }
  Result<void> CreateDirectories(const std::string&) override { return {}; }
  Result<std::vector<DirEntry>> ListDirectory(const std::string&) override {
    return std::vector<DirEntry>();
  }
  Result<void> Rename(const std::string&, const std::string&) override { return {}; }
  Result<void> Remove(const std::string&) override { return {}; }
  Result<void> RemoveRecursively(const std::string&) override { return {}; }
  Result<void> SyncDirectory(const std::string&) override { return {}; }
  bool Exists(const std::string&) override { return true; }

 private:
  class Handle final : public ReadFileHandle {
   public:
    explicit Handle(std::string content) : content_(std::move(content)) {}
    Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
      if (offset >= content_.size()) return size_t{0};
      return content_.copy(out, n, static_cast<size_t>(offset));
    }
    uint64_t size() const override { return content_.size(); }

   private:
    std::string content_;
  };
  std::string content_;
};

void DecodeStarted(std::string_view record) {
  std::vector<SampleRecord> samples;
  std::vector<StartedSampleRecord> started;
  bool good = DecodeStartedSamples(record, &started).ok();
  WF_CHECK(good == DecodeSamples(record, &samples).ok());
  if (!good) return;
  WF_CHECK(started.size() == samples.size());
  ByteWriter out;
  EncodeStartedSamples(started, &out);
  std::vector<StartedSampleRecord> again;
  WF_CHECK(DecodeStartedSamples(out.view(), &again).ok() && again.size() == started.size());
  for (size_t i = 0; i < again.size(); ++i) {
    WF_CHECK(again[i].ref == samples[i].ref && again[i].t == samples[i].t);
    WF_CHECK(again[i].start_t == started[i].start_t);
  }
}

void DecodeAny(std::string_view record) {
  std::vector<SampleRecord> samples;
  std::vector<SeriesRecord> series;
  std::vector<TombstoneRecord> tombstones;
  std::vector<ExemplarRecord> exemplars;
  std::vector<MetadataRecord> metadata;
  std::vector<HistogramRecord> histograms;
  std::vector<FloatHistogramRecord> float_histograms;
  switch (TypeOf(record)) {
    case RecordType::kSeries:
      if (DecodeSeries(record, &series)) {
        ByteWriter out;
        EncodeSeries(series, &out);
        std::vector<SeriesRecord> again;
        WF_CHECK(DecodeSeries(out.view(), &again).ok() && again.size() == series.size());
      }
      break;
    case RecordType::kSamples:
      if (DecodeSamples(record, &samples) && !samples.empty()) {
        ByteWriter out;
        SamplesEncoder encoder(samples[0].ref, samples[0].t, &out);
        for (const SampleRecord& s : samples) {
          out.Varint(static_cast<int64_t>(s.ref - samples[0].ref));
          out.Varint(static_cast<int64_t>(static_cast<uint64_t>(s.t) -
                                          static_cast<uint64_t>(samples[0].t)));
          out.BeDouble(s.v);
        }
        std::vector<SampleRecord> again;
        WF_CHECK(DecodeSamples(out.view(), &again).ok() && again.size() == samples.size());
        WF_CHECK(again.back().ref == samples.back().ref && again.back().t == samples.back().t);
      }
      break;
    case RecordType::kTombstones:
      static_cast<void>(DecodeTombstones(record, &tombstones));
      break;
    case RecordType::kExemplars:
      static_cast<void>(DecodeExemplars(record, &exemplars));
      break;
    case RecordType::kMetadata:
      static_cast<void>(DecodeMetadata(record, &metadata));
      break;
    case RecordType::kSamplesV2:
      DecodeStarted(record);
      break;
    case RecordType::kMmapMarkers: {
      std::vector<MmapMarkerRecord> markers;
      if (DecodeMmapMarkers(record, &markers)) {
        ByteWriter out;
        EncodeMmapMarkers(markers, &out);
        WF_CHECK(out.view() == record);
      }
      break;
    }
    case RecordType::kHistograms:
    case RecordType::kCustomHistograms:
    case RecordType::kHistogramsV2:
      static_cast<void>(DecodeHistograms(record, &histograms));
      break;
    case RecordType::kFloatHistograms:
    case RecordType::kCustomFloatHistograms:
    case RecordType::kFloatHistogramsV2:
      static_cast<void>(DecodeFloatHistograms(record, &float_histograms));
      break;
    default:
      break;
  }
}

}  // namespace
}  // namespace watchfire::wal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::wal;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  DecodeAny(bytes);
  OneFile file{std::string(bytes)};
  Reader reader(file, {{0, "00000000", bytes.size()}});
  std::string_view record;
  while (reader.Next(&record)) DecodeAny(record);
  return 0;
}
