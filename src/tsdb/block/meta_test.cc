#include "tsdb/block/meta.h"

#include "testing/fault_file_system.h"

namespace watchfire::block {
namespace {

Ulid UlidOf(std::string_view text) {
  std::optional<Ulid> ulid = Ulid::Parse(text);
  EXPECT_TRUE(ulid) << text;
  return ulid.value_or(Ulid());
}

TEST(Ulid, PrintsWhatItParsed) {
  for (std::string_view text :
       {"00000000000000000000000000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01ARZ3NDEKTSV4RRFFQ69G5FAV"}) {
    EXPECT_EQ(UlidOf(text).ToString(), text);
  }
  EXPECT_EQ(UlidOf("01arz3ndektsv4rrffq69g5fav"), UlidOf("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
}

TEST(Ulid, RefusesWhatIsNone) {
  for (std::string_view text : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
                                "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                                "01ARZ3NDEKTSV4RRFFQ69G5FA-", "01ARZ3NDEKTSV4RRFFQ69G5FI0"}) {
    EXPECT_EQ(Ulid::Parse(text), std::nullopt) << text;
  }
}

TEST(Ulid, CarriesTheTimeItWasMadeAtAndSortsByIt) {
  // The example of the ULID specification.
  EXPECT_EQ(UlidOf("01ARZ3NDEKTSV4RRFFQ69G5FAV").time(), 1469922850259);
  Ulid earlier = Ulid::New(1700000000000);
  Ulid later = Ulid::New(1700000000001);
  EXPECT_EQ(earlier.time(), 1700000000000);
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.ToString(), later.ToString());
  EXPECT_NE(Ulid::New(1), Ulid::New(1));
}

constexpr std::string_view kFullMeta =
    "{\n"
    "\t\"ulid\": \"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\n"
    "\t\"minTime\": -7200000,\n"
    "\t\"maxTime\": 7200000,\n"
    "\t\"stats\": {\n"
    "\t\t\"numSamples\": 12,\n"
    "\t\t\"numFloatSamples\": 10,\n"
    "\t\t\"numHistogramSamples\": 2,\n"
    "\t\t\"numSeries\": 3,\n"
    "\t\t\"numChunks\": 4,\n"
    "\t\t\"numTombstones\": 5\n"
    "\t},\n"
    "\t\"compaction\": {\n"
    "\t\t\"level\": 2,\n"
    "\t\t\"sources\": [\n"
    "\t\t\t\"00000000000000000000000001\",\n"
    "\t\t\t\"00000000000000000000000002\"\n"
    "\t\t],\n"
    "\t\t\"deletable\": true,\n"
    "\t\t\"parents\": [\n"
    "\t\t\t{\n"
    "\t\t\t\t\"ulid\": \"00000000000000000000000001\",\n"
    "\t\t\t\t\"minTime\": -7200000,\n"
    "\t\t\t\t\"maxTime\": 0\n"
    "\t\t\t}\n"
    "\t\t],\n"
    "\t\t\"failed\": true,\n"
    "\t\t\"hints\": [\n"
    "\t\t\t\"from-out-of-order\"\n"
    "\t\t]\n"
    "\t},\n"
    "\t\"version\": 1\n"
    "}";

BlockMeta FullMeta() {
  BlockMeta meta;
  meta.ulid = UlidOf("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  meta.mint = -7200000;
  meta.maxt = 7200000;
  meta.stats = {12, 10, 2, 3, 4, 5};
  meta.level = 2;
  meta.sources = {UlidOf("00000000000000000000000001"), UlidOf("00000000000000000000000002")};
  meta.deletable = true;
  meta.parents = {{meta.sources[0], -7200000, 0}};
  meta.failed = true;
  meta.hints = {std::string(kFromOutOfOrder)};
  return meta;
}

TEST(Meta, IsPrintedAsPrometheusPrintsIt) {
  EXPECT_EQ(PrintMeta(FullMeta()), kFullMeta);
}

TEST(Meta, LeavesZerosOut) {
  BlockMeta meta;
  meta.maxt = 1;
  EXPECT_EQ(PrintMeta(meta),
            "{\n\t\"ulid\": \"00000000000000000000000000\",\n\t\"minTime\": 0,\n\t\"maxTime\": 1,\n"
            "\t\"stats\": {},\n\t\"compaction\": {\n\t\t\"level\": 1\n\t},\n\t\"version\": 1\n}");
}

TEST(Meta, ReadsWhatItPrints) {
  Result<BlockMeta> meta = ParseMeta(kFullMeta);
  ASSERT_TRUE(meta.ok()) << meta.error().message();
  EXPECT_EQ(*meta, FullMeta());
  EXPECT_TRUE(meta->HasHint(kFromOutOfOrder));
  EXPECT_FALSE(meta->HasHint(kFromStaleSeries));
}

TEST(Meta, LetsKeysGoThatItDoesNotKnow) {
  Result<BlockMeta> meta = ParseMeta(
      R"({"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","thanos":{"labels":{}},"version":1,"maxTime":5,
          "compaction":null})");
  ASSERT_TRUE(meta.ok()) << meta.error().message();
  EXPECT_EQ(meta->maxt, 5);
}

TEST(Meta, SaysWhatIsWrong) {
  struct Case {
    std::string_view text;
    std::string_view error;
  };
  const Case cases[] = {
      {R"({"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","version":2})", "unexpected meta file version 2"},
      {R"({"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV"})", "unexpected meta file version 0"},
      {R"({"version":1})", "ulid: missing"},
      {R"({"version":1,"ulid":"x"})", "ulid: no ULID: \"x\""},
      {R"({"version":1,"ulid":7})", "ulid: expected a ULID, got number"},
      {R"([])", "meta: expected an object, got array"},
      {R"({"version":1,"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","minTime":"1"})",
       "minTime: expected a whole number, got string"},
      {R"({"version":1,"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","minTime":3,"maxTime":1})",
       "maxTime 1 is before minTime 3"},
      {R"({"version":1,"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","stats":{"numSeries":-1}})",
       "numSeries: expected a number of things, got number"},
      {R"({"version":1,"ulid":"01ARZ3NDEKTSV4RRFFQ69G5FAV","compaction":{"sources":[""]}})",
       "sources: no ULID: \"\""},
  };
  for (const Case& c : cases) {
    Result<BlockMeta> meta = ParseMeta(c.text);
    ASSERT_FALSE(meta.ok()) << c.text;
    EXPECT_EQ(meta.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(meta.error().message(), c.error);
  }
}

TEST(Meta, NeverTakesHalfAFile) {
  for (size_t n = 0; n < kFullMeta.size(); ++n) {
    Result<BlockMeta> meta = ParseMeta(kFullMeta.substr(0, n));
    ASSERT_FALSE(meta.ok()) << n;
    EXPECT_EQ(meta.error().code(), ErrorCode::kCorrupt);
  }
}

TEST(Meta, IsKeptOnDisk) {
  testing::FaultFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectories("/data/b").ok());
  Result<BlockMeta> missing = ReadMeta(fs, "/data/b");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(WriteMeta(fs, "/data/b", FullMeta()).ok());
  EXPECT_EQ(fs.Content("/data/b/meta.json"), kFullMeta);
  Result<BlockMeta> read = ReadMeta(fs, "/data/b");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, FullMeta());
}

}  // namespace
}  // namespace watchfire::block
