#include "tsdb/block/index_reader.h"

#include <random>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "testing/fault_file_system.h"
#include "tsdb/block/testing_blocks.h"
#include "tsdb/block/testing_index.h"

namespace watchfire::block {
namespace {

using model::Labels;
using testing::BlockData;
using testing::Condition;
using testing::Counting;
using testing::kStart;
using testing::MatchersOf;
using watchfire::testing::FaultFileSystem;

class IndexReaderTest : public ::testing::Test {
 protected:
  // The index of a block with these series.
  std::unique_ptr<IndexReader> IndexOf(const BlockData& data) {
    EXPECT_TRUE(fs_.CreateDirectories("/data").ok());
    Result<std::string> directory = testing::WriteBlock(fs_, "/data", data);
    EXPECT_TRUE(directory.ok()) << directory.error().message();
    file_ = fs_.Content(*directory + "/index");
    Result<std::unique_ptr<IndexReader>> index = IndexReader::Open(fs_, *directory + "/index");
    EXPECT_TRUE(index.ok()) << index.error().message();
    return *std::move(index);
  }

  FaultFileSystem fs_;
  std::string file_;
};

// Some labels are missing from some series, values share prefixes, and there are more values and
// symbols than lie between two marks.
BlockData ManySeries() {
  BlockData data;
  for (int i = 0; i < 600; ++i) {
    model::LabelsBuilder labels;
    labels.Set("__name__", i % 2 == 0 ? "up" : "http_requests_total");
    labels.Set("instance", fmt::format("host-{}:9100", i % 150));
    labels.Set("job", i % 7 == 0 ? "node" : i % 3 == 0 ? "api" : "db");
    if (i % 5 != 0) labels.Set("code", std::to_string(200 + i % 4));
    if (i % 50 == 0) labels.Set("rare", "yes");
    labels.Set("n", std::to_string(i));
    data[labels.Build()] = Counting(kStart, 2);
  }
  return data;
}

std::vector<std::string> Selected(const IndexReader& index, const model::Matchers& matchers) {
  std::vector<std::string> lines;
  Result<std::vector<uint32_t>> refs = index.Select(matchers);
  EXPECT_TRUE(refs.ok()) << refs.error().message();
  if (!refs.ok()) return lines;
  SymbolCache cache;
  SeriesEntry entry;
  for (uint32_t ref : *refs) {
    EXPECT_TRUE(index.ReadSeries(ref, &entry).ok());
    Result<Labels> labels = index.LabelsOf(entry, &cache);
    EXPECT_TRUE(labels.ok());
    if (labels.ok()) lines.push_back(labels->ToString());
  }
  return lines;
}

std::vector<std::string> Expected(const BlockData& data, const model::Matchers& matchers) {
  std::vector<std::string> lines;
  for (const auto& [labels, series] : data) {
    if (model::MatchesAll(matchers, labels)) lines.push_back(labels.ToString());
  }
  return lines;
}

std::string TextOf(const model::Matchers& matchers) {
  std::string text;
  for (const model::Matcher& matcher : matchers) text += matcher.ToString() + " ";
  return text;
}

TEST_F(IndexReaderTest, GivesSymbolsInOrderAndFindsEachOfThem) {
  std::unique_ptr<IndexReader> index = IndexOf(ManySeries());
  std::vector<std::string_view> all = index->symbols().All();
  ASSERT_GT(all.size(), 700U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  for (uint32_t i = 0; i < all.size(); ++i) {
    Result<std::string_view> text = index->symbols().Text(i);
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(*text, all[i]);
    EXPECT_EQ(index->symbols().Find(all[i]), i);
  }
  EXPECT_EQ(index->symbols().Find("host-"), std::nullopt);
  EXPECT_EQ(index->symbols().Find(""), std::nullopt);
  EXPECT_EQ(index->symbols().Find("~"), std::nullopt);
  EXPECT_FALSE(index->symbols().Text(static_cast<uint32_t>(all.size())).ok());
}

TEST_F(IndexReaderTest, GivesThePostingsOfEveryPair) {
  BlockData data = ManySeries();
  std::unique_ptr<IndexReader> index = IndexOf(data);
  Result<PostingsView> all = index->AllPostings();
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), data.size());
  size_t sum = 0;
  for (int i = 0; i < 150; ++i) {
    Result<PostingsView> list = index->Postings("instance", fmt::format("host-{}:9100", i));
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list->size(), 4U);
    sum += list->size();
  }
  EXPECT_EQ(sum, data.size());
  for (auto [name, value] : {std::pair("instance", "host"), std::pair("nobody", "x"),
                             std::pair("", ""), std::pair("instance", "~")}) {
    Result<PostingsView> none = index->Postings(name, value);
    ASSERT_TRUE(none.ok());
    EXPECT_TRUE(none->empty()) << name << "=" << value;
  }
}

TEST_F(IndexReaderTest, SelectsWhatMatchersMean) {
  const BlockData data = ManySeries();
  std::unique_ptr<IndexReader> index = IndexOf(data);
  const std::vector<std::vector<Condition>> cases = {
      {},
      {{"__name__", "=", "up"}},
      {{"__name__", "=", "nothing"}},
      {{"nobody", "=", "x"}},
      {{"nobody", "=", ""}},
      {{"nobody", "!=", ""}},
      {{"nobody", "!=", "x"}},
      {{"", "=", ""}},
      {{"", "=~", ".*"}},
      {{"", "!=", ""}},
      {{"code", "=", ""}},
      {{"code", "!=", ""}},
      {{"code", "=~", ""}},
      {{"code", "!~", ""}},
      {{"code", "=~", ".*"}},
      {{"code", "!~", ".*"}},
      {{"code", "=~", ".+"}},
      {{"code", "!~", ".+"}},
      {{"code", "=~", "200|201"}},
      {{"code", "!~", "200|201"}},
      {{"code", "=~", "|200"}},
      {{"code", "!~", "|200"}},
      {{"code", "=~", "20[13]"}},
      {{"code", "!~", "20[13]"}},
      {{"code", "=~", "(20[13])?"}},
      {{"code", "!~", "(20[13])?"}},
      {{"instance", "=~", "host-1.*"}},
      {{"instance", "!~", "host-1.*"}},
      {{"instance", "=~", "zebra.*"}},
      {{"instance", "=~", "a.*"}},
      {{"job", "=", "node"}, {"code", "!=", "200"}},
      {{"job", "=", "node"}, {"code", "!=", "200"}, {"code", "!=", ""}},
      {{"job", "!=", "node"}, {"job", "!=", "api"}},
      {{"job", "=", "node"}, {"n", "=~", "1.*"}},
      {{"rare", "=", "yes"}, {"n", "=~", "[1-3].*"}, {"instance", "!~", "host-0.*"}},
      {{"rare", "=", "yes"}, {"n", "!~", "[1-3].*"}},
      {{"rare", "=", "yes"}, {"instance", "=~", ".+"}, {"code", "=", ""}},
      {{"rare", "!=", "yes"}, {"__name__", "=~", "up|http_requests_total"}},
      {{"__name__", "=", "up"}, {"__name__", "=~", "http.*"}},
      {{"__name__", "=", "up"}, {"__name__", "!=", "up"}},
      {{"instance", "=~", "host-1:9100|host-2:9100|gone"}, {"job", "=~", "node|api"}},
  };
  for (const std::vector<Condition>& conditions : cases) {
    model::Matchers matchers = MatchersOf(conditions);
    EXPECT_EQ(Selected(*index, matchers), Expected(data, matchers)) << TextOf(matchers);
  }
}

TEST_F(IndexReaderTest, SelectsTheSameAsTestingEverySeries) {
  const BlockData data = ManySeries();
  std::unique_ptr<IndexReader> index = IndexOf(data);
  constexpr std::string_view kNames[] = {"__name__", "instance", "job", "code",
                                         "rare",     "n",        "gone"};
  constexpr std::string_view kOps[] = {"=", "!=", "=~", "!~"};
  constexpr std::string_view kValues[] = {"",          "up",       "node", "api|db", "20.",
                                          ".*",        ".+",       "yes",  "1.*",    "5|55|555",
                                          "host-1.*0", "(yes)?",   "200",  "|yes",   "host-7:9100",
                                          "[^5]*",     "http_.+l", "db",   "3"};
  std::mt19937 random(7);
  auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
  for (int round = 0; round < 3000; ++round) {
    std::vector<Condition> conditions;
    for (size_t n = random() % 4 + 1; n > 0; --n) {
      conditions.push_back({pick(kNames), pick(kOps), pick(kValues)});
    }
    model::Matchers matchers = MatchersOf(conditions);
    ASSERT_EQ(Selected(*index, matchers), Expected(data, matchers)) << TextOf(matchers);
  }
}

TEST_F(IndexReaderTest, ListsNamesAndValuesOfAllOrOfMatchingSeries) {
  const BlockData data = ManySeries();
  std::unique_ptr<IndexReader> index = IndexOf(data);
  const std::vector<std::vector<Condition>> cases = {
      {},
      {{"rare", "=", "yes"}},
      {{"rare", "=", "yes"}, {"code", "=", ""}},
      {{"job", "!=", "node"}},
      {{"job", "=", "nobody"}},
      {{"n", "=", "3"}},
      {{"n", "=~", "5.*"}},
  };
  for (const std::vector<Condition>& conditions : cases) {
    model::Matchers matchers = MatchersOf(conditions);
    std::set<std::string> names;
    std::map<std::string, std::set<std::string>> values;
    for (const auto& [labels, series] : data) {
      if (!model::MatchesAll(matchers, labels)) continue;
      for (const model::LabelView& label : labels) {
        names.emplace(label.name);
        values[std::string(label.name)].emplace(label.value);
      }
    }
    Result<std::vector<std::string>> shown = index->LabelNames(matchers, 0);
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(*shown, std::vector<std::string>(names.begin(), names.end())) << TextOf(matchers);
    for (const char* name : {"job", "instance", "n", "rare", "code", "gone"}) {
      const std::set<std::string>& wanted = values[name];
      shown = index->LabelValues(name, matchers, 0);
      ASSERT_TRUE(shown.ok());
      EXPECT_EQ(*shown, std::vector<std::string>(wanted.begin(), wanted.end()))
          << name << " of " << TextOf(matchers);
      shown = index->LabelValues(name, matchers, 1);
      ASSERT_TRUE(shown.ok());
      EXPECT_EQ(shown->size(), std::min<size_t>(1, wanted.size()));
    }
  }
}

TEST_F(IndexReaderTest, KeepsOneInThirtyTwoPlacesInMemory) {
  BlockData data;
  for (int i = 0; i < 3200; ++i) {
    data[Labels::Of({{"a", std::to_string(i)}})] = Counting(kStart, 1);
  }
  std::unique_ptr<IndexReader> index = IndexOf(data);
  // 101 marks of symbols and 100 of values, and the one name.
  EXPECT_LE(index->memory_bytes(), 201 * sizeof(uint32_t) + sizeof(PostingsTable::Name) + 16);
  EXPECT_EQ(index->size_bytes(), file_.size());
}

// ---- versions

// A small index of version 1: symbols are named by their place, entries are not aligned, and the
// postings table is in no order.
std::string VersionOneIndex() {
  ByteWriter out;
  auto section = [&](const std::string& bytes) {
    size_t at = out.size();
    out.Be32(static_cast<uint32_t>(bytes.size()));
    out.Bytes(bytes);
    out.Be32(Crc32c(bytes));
    return at;
  };
  out.Be32(0xBAAAD700);
  out.U8(1);
  ByteWriter texts;
  texts.Be32(4);
  std::map<std::string, uint64_t> places;
  for (const char* text : {"1", "2", "a", "b"}) {
    places[text] = out.size() + 4 + texts.size();
    texts.String(text);
  }
  size_t symbols = section(texts.Take());
  size_t series_start = out.size();
  std::vector<size_t> refs;
  for (auto [name, value] : {std::pair("a", "1"), std::pair("a", "2"), std::pair("b", "1")}) {
    ByteWriter entry;
    entry.Uvarint(1);
    entry.Uvarint(places[name]);
    entry.Uvarint(places[value]);
    entry.Uvarint(1);
    entry.Varint(10);
    entry.Uvarint(5);
    entry.Uvarint(8);
    refs.push_back(out.size());
    out.Uvarint(entry.size());
    out.Bytes(entry.view());
    out.Be32(Crc32c(entry.view()));
  }
  struct Pair {
    std::string name, value;
    std::vector<size_t> refs;
  };
  const std::vector<Pair> pairs = {
      {"b", "1", {refs[2]}}, {"a", "2", {refs[1]}}, {"", "", refs}, {"a", "1", {refs[0]}}};
  size_t postings = out.size();
  ByteWriter table;
  table.Be32(static_cast<uint32_t>(pairs.size()));
  for (const Pair& pair : pairs) {
    ByteWriter list;
    list.Be32(static_cast<uint32_t>(pair.refs.size()));
    for (size_t ref : pair.refs) list.Be32(static_cast<uint32_t>(ref));
    size_t at = section(list.Take());
    table.Uvarint(2);
    table.String(pair.name);
    table.String(pair.value);
    table.Uvarint(at);
  }
  size_t table_at = section(table.Take());
  ByteWriter contents;
  for (size_t at : {symbols, series_start, size_t{0}, size_t{0}, postings, table_at}) {
    contents.Be64(at);
  }
  out.Bytes(contents.view());
  out.Be32(Crc32c(contents.view()));
  return out.Take();
}

TEST(IndexReaderVersions, ReadsVersionOne) {
  Result<std::unique_ptr<IndexReader>> index =
      IndexReader::Open(MappedFile::OfCopy(VersionOneIndex()));
  ASSERT_TRUE(index.ok()) << index.error().message();
  EXPECT_EQ((*index)->version(), 1);
  EXPECT_EQ(Selected(**index, MatchersOf({{"a", "!=", ""}})),
            (std::vector<std::string>{"{a=\"1\"}", "{a=\"2\"}"}));
  EXPECT_EQ(Selected(**index, MatchersOf({{"a", "=", ""}})),
            (std::vector<std::string>{"{b=\"1\"}"}));
  EXPECT_EQ((*index)->symbols().All(), (std::vector<std::string_view>{"1", "2", "a", "b"}));
  EXPECT_EQ((*index)->LabelValues("a", {}, 0).value_or({}), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ((*index)->LabelValues("a", MatchersOf({{"a", "!=", "1"}}), 0).value_or({}),
            (std::vector<std::string>{"2"}));
}

TEST_F(IndexReaderTest, ReadsVersionThreeAsVersionTwoAndNoOther) {
  IndexOf(ManySeries());
  for (int version = 0; version < 256; ++version) {
    file_[4] = static_cast<char>(version);
    Result<std::unique_ptr<IndexReader>> index = IndexReader::Open(MappedFile::OfCopy(file_));
    if (version == 2 || version == 3) {
      ASSERT_TRUE(index.ok()) << version;
      EXPECT_EQ(Selected(**index, MatchersOf({{"rare", "=", "yes"}})).size(), 12U);
    } else if (version != 1) {
      ASSERT_FALSE(index.ok()) << version;
      EXPECT_EQ(index.error().message(), fmt::format("unknown index file version {}", version));
    }
  }
}

// ---- damage

TEST_F(IndexReaderTest, IsCorruptWhereverItIsCutOff) {
  BlockData data;
  for (int i = 0; i < 5; ++i) {
    data[Labels::Of({{"job", "a"}, {"n", std::to_string(i)}})] = Counting(kStart, 1);
  }
  IndexOf(data);
  for (size_t n = 0; n < file_.size(); ++n) {
    Result<std::unique_ptr<IndexReader>> index =
        IndexReader::Open(MappedFile::OfCopy(file_.substr(0, n)));
    ASSERT_FALSE(index.ok()) << n;
    EXPECT_EQ(index.error().code(), ErrorCode::kCorrupt) << n;
  }
}

TEST_F(IndexReaderTest, SurvivesAnyFlippedBit) {
  BlockData data;
  for (int i = 0; i < 40; ++i) {
    data[Labels::Of({{"job", i % 2 == 0 ? "a" : "b"}, {"n", std::to_string(i)}})] =
        Counting(kStart, 1);
  }
  IndexOf(data);
  std::mt19937 random(11);
  size_t opened[2] = {0, 0};
  for (size_t bit = random() % 7; bit < file_.size() * 8; bit += 1 + random() % 13) {
    std::string damaged = file_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    for (bool mended : {false, true}) {
      Result<std::unique_ptr<IndexReader>> index = IndexReader::Open(
          MappedFile::OfCopy(mended ? testing::ChecksumMender::Mend(damaged) : damaged));
      if (!index.ok()) {
        EXPECT_EQ(index.error().code(), ErrorCode::kCorrupt);
        continue;
      }
      ++opened[mended ? 1 : 0];
      testing::UseIndex(**index);
    }
  }
  EXPECT_GT(opened[0], 0U);
  EXPECT_GT(opened[1], opened[0]);
}

// Damage that checksums cannot show, as if the writer had been wrong.
TEST_F(IndexReaderTest, SurvivesDamageUnderRightChecksums) {
  IndexOf(ManySeries());
  Result<std::unique_ptr<IndexReader>> sound = IndexReader::Open(MappedFile::OfCopy(file_));
  ASSERT_TRUE(sound.ok());
  std::vector<uint64_t> lists{*(*sound)->postings_table().all_series()};
  for (const PostingsTable::Name& name : (*sound)->postings_table().names()) {
    PostingsTable::Cursor cursor = (*sound)->postings_table().Values(name);
    while (cursor.Next()) lists.push_back(cursor.offset());
  }
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = file_;
    for (int i = 0; i < 5; ++i) {
      auto at = static_cast<size_t>(lists[random() % lists.size()]);
      uint32_t length = ByteReader(std::string_view(damaged).substr(at)).Be32();
      for (int k = 0; k < 4; ++k) {
        damaged[at + 8 + random() % (length - 4)] = static_cast<char>(random() % 3);
      }
      ByteWriter checksum;
      checksum.Be32(Crc32c(std::string_view(damaged).substr(at + 4, length)));
      damaged.replace(at + 4 + length, 4, checksum.view());
    }
    Result<std::unique_ptr<IndexReader>> index = IndexReader::Open(MappedFile::OfCopy(damaged));
    ASSERT_TRUE(index.ok());
    testing::UseIndex(**index);
  }
}

}  // namespace
}  // namespace watchfire::block
