#include "app/storage_settings.h"

#include <sys/statvfs.h>

#include "base/log.h"
#include "config/loader.h"

namespace watchfire::app {
namespace {

config::Config Loaded(const std::string& text) {
  Result<config::Config> config = config::LoadConfig(text, "prometheus.yml");
  EXPECT_TRUE(config.ok()) << config.error().message();
  return *config;
}

Result<tsdb::DbOptions> Read(std::vector<std::string> arguments, const std::string& yaml = "") {
  Flags flags = Flags::Parse(std::move(arguments)).value();
  Features features = ReadFeatures(flags.List("enable-feature"));
  return ReadStorageOptions(flags, features, Loaded(yaml));
}

std::string Retention(std::vector<std::string> arguments, const std::string& yaml = "") {
  Flags flags = Flags::Parse(std::move(arguments)).value();
  config::Config config = Loaded(yaml);
  return RetentionText(ReadRetention(flags, &config));
}

TEST(StorageSettings, KeepFifteenDaysUnlessTold) {
  EXPECT_EQ(Retention({}), "15d");
  EXPECT_EQ(Retention({"--storage.tsdb.retention.size=1GB"}), "1GiB");
  EXPECT_EQ(Retention({"--storage.tsdb.retention.time=30d", "--storage.tsdb.retention.size=1GB"}),
            "30d or 1GiB");
  // The file decides alone as soon as it says anything.
  EXPECT_EQ(
      Retention({"--storage.tsdb.retention.time=30d"}, "storage: {tsdb: {retention: {size: 2GB}}}"),
      "2GiB");
  EXPECT_EQ(Retention({}, "storage: {tsdb: {retention: {time: 1d, percentage: 80}}}"), "1d or 80%");
  EXPECT_EQ(Retention({}, "storage: {tsdb: {out_of_order_time_window: 1h}}"), "15d");
}

TEST(StorageSettings, TurnAPercentageIntoBytesOfTheFileSystem) {
  struct statvfs disk {};
  ASSERT_EQ(statvfs("/tmp", &disk), 0);
  double bytes = static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize);
  tsdb::Retention retention = ToDbRetention({1000, 5, 50}, "/tmp/not/there/yet");
  EXPECT_EQ(retention.duration_ms, 1000);
  EXPECT_EQ(retention.bytes, static_cast<uint64_t>(bytes / 2));
  EXPECT_EQ(ToDbRetention({0, 5, 0}, "/tmp").bytes, 5u);
}

TEST(StorageSettings, HaveUpstreamsDefaults) {
  tsdb::DbOptions options = Read({}).value();
  EXPECT_EQ(options.path, "data/");
  EXPECT_EQ(options.wal_segment_bytes, 128u << 20);
  EXPECT_EQ(options.min_block_ms, 2 * 3600 * 1000);
  EXPECT_EQ(options.max_block_ms, 0);
  EXPECT_EQ(options.max_exemplars, 0u);
  EXPECT_EQ(options.out_of_order_window_ms, 0);
  EXPECT_FALSE(options.no_lockfile);
  EXPECT_FALSE(options.xor2_chunks);
  EXPECT_FALSE(options.metadata_records);
}

TEST(StorageSettings, TakeFlagsFeaturesAndConfiguration) {
  tsdb::DbOptions options =
      Read({"--storage.tsdb.path=d", "--storage.tsdb.no-lockfile",
            "--storage.tsdb.wal-segment-size=20MB", "--storage.tsdb.min-block-duration=1h",
            "--storage.tsdb.max-block-duration=30m",
            "--storage.tsdb.max-block-chunk-segment-size=2MB", "--no-storage.tsdb.wal-compression",
            "--enable-feature=exemplar-storage,metadata-wal-records"},
           "storage: {tsdb: {out_of_order_time_window: 10m, chunk_encoding: {floats: xor2}}}")
          .value();
  EXPECT_EQ(options.path, "d");
  EXPECT_TRUE(options.no_lockfile);
  EXPECT_EQ(options.wal_segment_bytes, 20u << 20);
  EXPECT_EQ(options.min_block_ms, 3'600'000);
  EXPECT_EQ(options.max_block_ms, 3'600'000);
  EXPECT_EQ(options.max_chunk_segment_bytes, 2u << 20);
  EXPECT_EQ(options.wal_compression, tsdb::Compression::kNone);
  EXPECT_EQ(options.out_of_order_window_ms, 600'000);
  EXPECT_TRUE(options.xor2_chunks);
  EXPECT_TRUE(options.metadata_records);
  EXPECT_EQ(options.max_exemplars, 100'000u);
}

TEST(StorageSettings, KeepExemplarsOnlyWithTheFeature) {
  std::string yaml = "storage: {exemplars: {max_exemplars: 7}}";
  EXPECT_EQ(Read({}, yaml)->max_exemplars, 0u);
  EXPECT_EQ(Read({"--enable-feature=exemplar-storage"}, yaml)->max_exemplars, 7u);
  EXPECT_EQ(Read({"--enable-feature=exemplar-storage"}, "storage: {exemplars: {max_exemplars: -1}}")
                ->max_exemplars,
            0u);
}

TEST(StorageSettings, RefuseValuesOutOfRangeInUpstreamsWords) {
  for (const char* size : {"9MB", "257MB"}) {
    EXPECT_EQ(Read({std::string("--storage.tsdb.wal-segment-size=") + size}).error().message(),
              "flag 'storage.tsdb.wal-segment-size' must be set between 10MB and 256MB");
  }
  EXPECT_EQ(Read({"--storage.tsdb.max-block-chunk-segment-size=1KB"}).error().message(),
            "flag 'storage.tsdb.max-block-chunk-segment-size' must be set over 1MB");
  EXPECT_EQ(Read({"--storage.agent.path=x"}).error().message(),
            "The following flag(s) can not be used in server mode: [\"--storage.agent.path\"]");
  EXPECT_FALSE(Read({"--storage.tsdb.min-block-duration=0s"}).ok());
  EXPECT_FALSE(Read({"--storage.tsdb.wal-compression-type=lzma"}).ok());
}

TEST(StorageSettings, TellWhichFlagsHaveNoEffect) {
  std::string log;
  CaptureLogs(&log);
  EXPECT_TRUE(Read({"--storage.tsdb.samples-per-chunk=240"}).ok());
  CaptureLogs(nullptr);
  EXPECT_NE(log.find("flag=storage.tsdb.samples-per-chunk"), std::string::npos) << log;
  EXPECT_EQ(log.find("head-chunks-write-queue-size"), std::string::npos) << log;
}

}  // namespace
}  // namespace watchfire::app
