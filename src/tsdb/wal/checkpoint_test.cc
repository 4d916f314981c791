#include "tsdb/wal/checkpoint.h"

#include <gtest/gtest.h>

#include "testing/fault_file_system.h"
#include "tsdb/wal/reader.h"
#include "tsdb/wal/sample_codec.h"
#include "tsdb/wal/writer.h"

namespace watchfire::wal {
namespace {

using model::Labels;

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }
  void Start() {
    WriterOptions options;
    options.fs = &disk_;
    options.directory = "wal";
    writer_ = *Writer::Open(options);
  }
  void Log(const ByteWriter& bytes) {
    PreparedRecord record = Prepare(Compression::kSnappy, bytes.view());
    ASSERT_TRUE(writer_->Log({&record, 1}).ok());
  }
  void LogSeries(std::vector<Ref> refs) {
    std::vector<SeriesRecord> series;
    for (Ref ref : refs) series.push_back({ref, Labels::Of({{"i", std::to_string(ref)}})});
    ByteWriter bytes;
    EncodeSeries(series, &bytes);
    Log(bytes);
  }
  void LogSamples(std::vector<SampleRecord> samples) {
    ByteWriter bytes;
    SamplesEncoder encoder(samples[0].ref, samples[0].t, &bytes);
    for (const SampleRecord& one : samples) encoder.Add(one.ref, one.t, one.v);
    Log(bytes);
  }

  // Every record of the log, the checkpoint first, as text.
  std::vector<std::string> Dump() {
    std::vector<std::string> out;
    auto read = [&](const std::string& directory) {
      Reader reader(disk_, *ListSegments(disk_, directory));
      std::string_view record;
      while (reader.Next(&record)) out.push_back(Text(record));
      EXPECT_FALSE(reader.corruption());
    };
    if (auto checkpoint = *FindCheckpoint(disk_, "wal")) read(checkpoint->path);
    read("wal");
    return out;
  }

  testing::FaultFileSystem disk_;
  std::unique_ptr<Writer> writer_;

 private:
  static std::string Text(std::string_view record) {
    std::string out;
    std::vector<SeriesRecord> series;
    std::vector<SampleRecord> samples;
    std::vector<TombstoneRecord> stones;
    std::vector<ExemplarRecord> exemplars;
    std::vector<MetadataRecord> metadata;
    std::vector<HistogramRecord> histograms;
    std::vector<FloatHistogramRecord> floats;
    switch (TypeOf(record)) {
      case RecordType::kSeries:
        EXPECT_TRUE(DecodeSeries(record, &series).ok());
        out = "series";
        for (const auto& one : series) out += fmt::format(" {}", one.ref);
        return out;
      case RecordType::kSamples:
        EXPECT_TRUE(DecodeSamples(record, &samples).ok());
        out = "samples";
        for (const auto& one : samples) out += fmt::format(" {}@{}={}", one.ref, one.t, one.v);
        return out;
      case RecordType::kTombstones:
        EXPECT_TRUE(DecodeTombstones(record, &stones).ok());
        out = "tombstones";
        for (const auto& one : stones) out += fmt::format(" {}:{}-{}", one.ref, one.mint, one.maxt);
        return out;
      case RecordType::kExemplars:
        EXPECT_TRUE(DecodeExemplars(record, &exemplars).ok());
        out = "exemplars";
        for (const auto& one : exemplars) out += fmt::format(" {}@{}", one.ref, one.exemplar.t);
        return out;
      case RecordType::kMetadata:
        EXPECT_TRUE(DecodeMetadata(record, &metadata).ok());
        out = "metadata";
        for (const auto& one : metadata) out += fmt::format(" {}:{}", one.ref, one.metadata.help);
        return out;
      case RecordType::kHistograms:
      case RecordType::kCustomHistograms:
        EXPECT_TRUE(DecodeHistograms(record, &histograms).ok());
        out = fmt::format("histograms{}", static_cast<int>(TypeOf(record)));
        for (const auto& one : histograms) out += fmt::format(" {}@{}", one.ref, one.t);
        return out;
      case RecordType::kFloatHistograms:
      case RecordType::kCustomFloatHistograms:
        EXPECT_TRUE(DecodeFloatHistograms(record, &floats).ok());
        out = fmt::format("histograms{}", static_cast<int>(TypeOf(record)));
        for (const auto& one : floats) out += fmt::format(" {}@{}", one.ref, one.t);
        return out;
      default:
        return "?";
    }
  }
};

using Lines = std::vector<std::string>;

TEST_F(CheckpointTest, KeepsWhatIsStillNeeded) {
  LogSeries({1, 2, 3});
  ByteWriter bytes;
  EncodeMetadata(std::vector<MetadataRecord>{{1, {model::MetricType::kGauge, "", "old"}},
                                             {2, {model::MetricType::kGauge, "", "gone"}}},
                 &bytes);
  Log(bytes);
  LogSamples({{1, 90, 1}, {2, 100, 2}, {3, 110, 3}});
  LogSamples({{1, 80, 1}});
  LogSamples({{1, 200, 1}, {3, 200, 3}});
  bytes.clear();
  EncodeTombstones(std::vector<TombstoneRecord>{{1, 10, 40}, {1, 10, 60}, {2, 10, 400}, {3, 0, 99}},
                   &bytes);
  Log(bytes);
  bytes.clear();
  model::Exemplar old;
  old.t = 99;
  model::Exemplar fresh;
  fresh.t = 100;
  EncodeExemplars(std::vector<ExemplarRecord>{{1, old}, {3, fresh}}, &bytes);
  Log(bytes);
  for (bool custom : {false, true}) {
    bytes.clear();
    EncodeHistograms(std::vector<HistogramRecord>{{1, 99, {}}, {1, 100, {}}}, custom, &bytes);
    Log(bytes);
    bytes.clear();
    EncodeFloatHistograms(std::vector<FloatHistogramRecord>{{1, 99, {}}, {1, 101, {}}}, custom,
                          &bytes);
    Log(bytes);
  }
  bytes.clear();
  EncodeMetadata(std::vector<MetadataRecord>{{1, {model::MetricType::kGauge, "", "new"}}}, &bytes);
  Log(bytes);
  ASSERT_TRUE(writer_->NextSegment().ok());
  LogSamples({{1, 50, 9}});

  CheckpointOptions options;
  options.fs = &disk_;
  options.directory = "wal";
  options.last_segment = 0;
  options.mint = 100;
  options.tombstone_mint = 50;
  options.keep_series = [](Ref ref) { return ref != 2; };
  CheckpointStats stats = *WriteCheckpoint(options);
  EXPECT_EQ(stats.series, 1u);
  EXPECT_EQ(stats.samples, 6u);
  EXPECT_EQ(stats.tombstones, 2u);
  EXPECT_EQ(stats.exemplars, 1u);
  EXPECT_EQ(stats.metadata, 2u);
  EXPECT_TRUE(disk_.Exists("wal/00000000"));
  ASSERT_TRUE(RemoveObsolete(disk_, "wal").ok());
  EXPECT_FALSE(disk_.Exists("wal/00000000"));
  EXPECT_EQ(Dump(), (Lines{"series 1 3", "samples 2@100=2 3@110=3", "samples 1@200=1 3@200=3",
                           "tombstones 1:10-60 3:0-99", "exemplars 3@100", "histograms7 1@100",
                           "histograms8 1@101", "histograms9 1@100", "histograms10 1@101",
                           "metadata 1:new", "samples 1@50=9"}));

  // The next one takes this one in.
  LogSeries({4});
  ASSERT_TRUE(writer_->NextSegment().ok());
  options.last_segment = 1;
  options.mint = 150;
  options.keep_series = [](Ref) { return true; };
  ASSERT_TRUE(WriteCheckpoint(options).ok());
  ASSERT_TRUE(RemoveObsolete(disk_, "wal").ok());
  EXPECT_EQ(Dump(), (Lines{"series 1 3", "samples 1@200=1 3@200=3", "tombstones 1:10-60 3:0-99",
                           "series 4", "metadata 1:new"}));
}

TEST_F(CheckpointTest, ACrashAtAnyOperationLosesNothing) {
  for (uint64_t crash = 0;; ++crash) {
    testing::FaultFileSystem disk;
    WriterOptions writer_options;
    writer_options.fs = &disk;
    writer_options.directory = "wal";
    auto writer = *Writer::Open(writer_options);
    for (Ref ref = 1; ref <= 3; ++ref) {
      ByteWriter bytes;
      EncodeSeries(std::vector<SeriesRecord>{{ref, Labels::Of({{"a", "b"}})}}, &bytes);
      PreparedRecord record = Prepare(Compression::kNone, bytes.view());
      ASSERT_TRUE(writer->Log({&record, 1}).ok());
      ASSERT_TRUE(writer->NextSegment().ok());
    }
    ASSERT_TRUE(writer->Close().ok());
    CheckpointOptions options;
    options.fs = &disk;
    options.directory = "wal";
    options.last_segment = 1;
    options.keep_series = [](Ref) { return true; };
    disk.CrashAfter(crash, 3);
    bool done = WriteCheckpoint(options).ok() && RemoveObsolete(disk, "wal").ok();
    bool crashed = disk.crashed();
    disk.Recover(false);
    ASSERT_TRUE(RemoveObsolete(disk, "wal").ok());
    std::vector<Ref> refs;
    auto read = [&](const std::string& directory) {
      Reader reader(disk, *ListSegments(disk, directory));
      std::string_view record;
      std::vector<SeriesRecord> series;
      while (reader.Next(&record)) {
        ASSERT_TRUE(DecodeSeries(record, &series).ok());
        for (const SeriesRecord& one : series) refs.push_back(one.ref);
      }
      ASSERT_FALSE(reader.corruption()) << "crash at " << crash;
    };
    if (auto checkpoint = *FindCheckpoint(disk, "wal")) read(checkpoint->path);
    read("wal");
    EXPECT_EQ(refs, (std::vector<Ref>{1, 2, 3})) << "crash at " << crash;
    if (!crashed) {
      EXPECT_TRUE(done);
      break;
    }
  }
}

TEST(CheckpointTarget, IsTwoThirdsOfWhatIsComplete) {
  EXPECT_EQ(CheckpointTarget(0, 0), std::nullopt);
  EXPECT_EQ(CheckpointTarget(0, 1), std::nullopt);
  EXPECT_EQ(CheckpointTarget(0, 2), std::nullopt);
  EXPECT_EQ(CheckpointTarget(0, 3), 1u);
  EXPECT_EQ(CheckpointTarget(0, 10), 6u);
  EXPECT_EQ(CheckpointTarget(7, 17), 13u);
}

}  // namespace
}  // namespace watchfire::wal
