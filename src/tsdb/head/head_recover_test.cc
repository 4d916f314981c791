#include <gtest/gtest.h>

#include <fstream>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/head/head_testing.h"
#include "tsdb/wal/chunk_snapshot.h"
#include "tsdb/wal/head_chunks.h"
#include "tsdb/wal/reader.h"

namespace watchfire::head {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000 / kEraMs * kEraMs;
constexpr TimeMs kStep = 15'000;

class RecoverTest : public HeadOnDisk {
 protected:
  // Samples [from, to) of the first `series` series.
  void Scrape(int from, int to, int series = 4) {
    for (int i = from; i < to; ++i) {
      auto appender = head_->NewAppender();
      for (int s = 0; s < series; ++s) {
        ASSERT_TRUE(appender->Append(0, Series(s), kStart + i * kStep, i * 10 + s, nullptr).ok());
      }
      ASSERT_TRUE(appender->Commit().ok());
    }
  }
  // Chunks of the same samples, as a Prometheus with the log's numbers has them.
  std::vector<chunk::OwnedChunk> Chunks(int s, int from, int to) {
    std::vector<TimeMs> times;
    std::vector<double> values;
    for (int i = from; i < to; ++i) {
      times.push_back(kStart + i * kStep);
      values.push_back(i * 10 + s);
    }
    std::vector<chunk::OwnedChunk> chunks;
    chunk::EncodeFloats(times, values, chunk::kUpstreamLimits, chunk::Encoding::kXor, &chunks);
    return chunks;
  }
  void LeaveHeadChunks(wal::Ref ref, int s, int from, int to) {
    auto writer = *wal::HeadChunksWriter::Open(*FileSystem::Local(), directory_ + "/chunks_head");
    for (const chunk::OwnedChunk& one : Chunks(s, from, to)) {
      wal::HeadChunk chunk;
      chunk.series = ref;
      chunk.mint = one.mint;
      chunk.maxt = one.maxt;
      chunk.encoding = static_cast<uint8_t>(one.encoding);
      chunk.data = one.data;
      ASSERT_TRUE(writer->Write(chunk).ok());
    }
    ASSERT_TRUE(writer->Close().ok());
  }
  std::string Segment(int number) { return fmt::format("{}/wal/{:08}", directory_, number); }
};

TEST_F(RecoverTest, AnEndThatTheLogLostComesFromHeadChunks) {
  Scrape(0, 50);
  auto whole_size = std::filesystem::file_size(Segment(0));
  Scrape(50, 200);
  Content before = Queried(*head_, kMinTime, kMaxTime);
  head_.reset();
  for (int s = 0; s < 4; ++s) LeaveHeadChunks(static_cast<wal::Ref>(s + 1), s, 0, 200);
  std::filesystem::resize_file(Segment(0), whole_size);  // between two records: no damage shows
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), before), "");
  // Now they are in our own logs.
  std::filesystem::remove_all(directory_ + "/chunks_head");
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), before), "");
}

TEST_F(RecoverTest, AHoleInADamagedLogIsFilledAndTheRestIsLeftAlone) {
  Scrape(0, 120);
  Content before = Queried(*head_, kMinTime, kMaxTime);
  head_.reset();
  std::fstream file(Segment(0), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(Segment(0)) / 2));
  file.put('\x55');
  file.close();
  for (int s = 0; s < 4; ++s) LeaveHeadChunks(static_cast<wal::Ref>(s + 1), s, 0, 120);
  Open();
  EXPECT_TRUE(replayed_.repaired);
  EXPECT_LT(replayed_.samples, 400u);
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), before), "");
}

TEST_F(RecoverTest, NothingIsTakenFromChunksOfAWholeLog) {
  Scrape(0, 150);
  Content before = Queried(*head_, kMinTime, kMaxTime);
  head_.reset();
  for (int s = 0; s < 4; ++s) LeaveHeadChunks(static_cast<wal::Ref>(s + 1), s, 0, 120);
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), before), "");
  EXPECT_EQ(head_->OutOfOrderLogBytes(), 0u);
}

TEST_F(RecoverTest, NumbersThatHeadChunksUseAreNotGivenToNewSeries) {
  Scrape(0, 10, 2);
  head_.reset();
  LeaveHeadChunks(70, 3, 0, 120);  // of a series that the log does not know
  Open();
  Scrape(10, 20, 4);
  head_.reset();
  std::filesystem::remove_all(directory_ + "/chunks_head");
  std::vector<wal::Ref> refs;
  wal::Reader reader(*FileSystem::Local(),
                     *wal::ListSegments(*FileSystem::Local(), directory_ + "/wal"));
  std::string_view record;
  while (reader.Next(&record)) {
    if (wal::TypeOf(record) != wal::RecordType::kSeries) continue;
    std::vector<wal::SeriesRecord> series;
    ASSERT_TRUE(wal::DecodeSeries(record, &series).ok());
    for (const wal::SeriesRecord& one : series) refs.push_back(one.ref);
  }
  EXPECT_EQ(refs, (std::vector<wal::Ref>{1, 2, 71, 72}));
}

TEST_F(RecoverTest, ASnapshotNamesSeriesWhoseLogIsGone) {
  Scrape(0, 130, 1);
  Content before = Queried(*head_, kMinTime, kMaxTime);
  head_.reset();
  std::filesystem::remove_all(directory_ + "/wal");
  LeaveHeadChunks(1, 0, 0, 120);
  {
    wal::WriterOptions options;
    options.fs = FileSystem::Local();
    options.directory = directory_ + "/chunk_snapshot.000000.0000000100";
    auto writer = *wal::Writer::Open(options);
    chunk::OwnedChunk rest = Chunks(0, 120, 130)[0];
    ByteWriter out;
    out.U8(1);
    out.Be64(1);
    model::Labels labels = Series(0);
    out.Uvarint(labels.Count());
    for (const model::LabelView& label : labels) {
      out.String(label.name);
      out.String(label.value);
    }
    out.Be64(kEraMs);
    out.Uvarint(1);
    out.Be64(static_cast<uint64_t>(rest.mint));
    out.Be64(static_cast<uint64_t>(rest.maxt));
    out.U8(static_cast<uint8_t>(rest.encoding));
    out.String(rest.data);
    wal::PreparedRecord prepared = wal::Prepare(wal::Compression::kNone, out.view());
    ASSERT_TRUE(writer->Log({&prepared, 1}).ok());
  }
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), before), "");
}

TEST_F(RecoverTest, DamagedAndOldFilesGo) {
  Scrape(0, 20);
  head_.reset();
  for (int s = 0; s < 4; ++s) LeaveHeadChunks(static_cast<wal::Ref>(s + 1), s, 0, 20);
  std::string third = directory_ + "/chunks_head/000003";
  std::filesystem::resize_file(third, std::filesystem::file_size(third) - 3);
  Open();
  EXPECT_FALSE(std::filesystem::exists(third));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/chunks_head/000004"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/chunks_head/000002"));
  EXPECT_EQ(Metric("prometheus_tsdb_mmap_chunk_corruptions_total"), 1);
  auto appender = head_->NewAppender();
  ASSERT_TRUE(appender->Append(0, Series(0), kStart + 2 * kEraMs, 1, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  ASSERT_TRUE(head_->Truncate(kStart + kEraMs).ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/chunks_head/000001"));
}

}  // namespace
}  // namespace watchfire::head
