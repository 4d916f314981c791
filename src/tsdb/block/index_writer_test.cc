#include "tsdb/block/index_writer.h"

#include <gtest/gtest.h>

#include <random>

#include "base/crc32c.h"
#include "testing/fault_file_system.h"

namespace watchfire::block {
namespace {

using model::Labels;

constexpr char kPath[] = "block/index";

// An index file as text, read by its table of contents with nothing of the reader's code. Every
// checksum is compared on the way.
class IndexDump {
 public:
  explicit IndexDump(std::string file) : file_(std::move(file)) {}

  std::string Text() {
    ByteReader contents(At(file_.size() - 52));
    for (uint64_t& offset : offsets_) offset = contents.Be64();
    Check(At(file_.size() - 52).substr(0, 48), contents.Be32(), "contents");
    ByteReader header(file_);
    uint32_t magic = header.Be32();
    out_ += fmt::format("magic {:x} version {}\n", magic, header.U8());
    Symbols();
    Series();
    Table();
    return out_;
  }

 private:
  std::string_view At(uint64_t offset) { return std::string_view(file_).substr(offset); }
  void Check(std::string_view bytes, uint32_t crc, std::string_view what) {
    if (Crc32c(bytes) != crc) out_ += fmt::format("BAD CHECKSUM of {}\n", what);
  }
  // be32 length | content | be32 checksum
  std::string_view Section(uint64_t offset, std::string_view what) {
    ByteReader reader(At(offset));
    std::string_view content = reader.Bytes(reader.Be32());
    Check(content, reader.Be32(), what);
    if (!reader.ok()) out_ += fmt::format("SHORT {}\n", what);
    return content;
  }

  void Symbols() {
    ByteReader symbols(Section(offsets_[0], "symbols"));
    uint32_t count = symbols.Be32();
    out_ += "symbols";
    for (uint32_t i = 0; i < count; ++i) {
      symbols_.emplace_back(symbols.String());
      out_ += " " + symbols_.back();
    }
    out_ += symbols.empty() ? "\n" : " MORE\n";
  }

  void Series() {
    uint64_t offset = offsets_[1];
    while (offset < offsets_[2]) {
      ByteReader head(At(offset));
      uint64_t length = head.Uvarint();
      std::string_view body = head.Bytes(length);
      Check(body, head.Be32(), "series");
      ByteReader entry(body);
      out_ += fmt::format("series {}:", offset % 16 == 0 ? offset / 16 - offsets_[1] / 16 : 9999);
      for (uint64_t n = entry.Uvarint(); n > 0; --n) {
        out_ += " " + symbols_.at(entry.Uvarint());
        out_ += "=" + symbols_.at(entry.Uvarint());
      }
      int64_t t = 0;
      uint64_t ref = 0;
      uint64_t chunks = entry.Uvarint();
      for (uint64_t i = 0; i < chunks; ++i) {
        t += i == 0 ? entry.Varint() : static_cast<int64_t>(entry.Uvarint());
        out_ += fmt::format(" [{}", t);
        t += static_cast<int64_t>(entry.Uvarint());
        ref += i == 0 ? entry.Uvarint() : static_cast<uint64_t>(entry.Varint());
        out_ += fmt::format(",{}]@{}", t, ref);
      }
      out_ += entry.ok() && entry.empty() ? "\n" : " BROKEN\n";
      offset += (head.offset() + 15) / 16 * 16;
    }
    if (offset != offsets_[4]) out_ += "postings do not follow the series\n";
  }

  void Table() {
    ByteReader table(Section(offsets_[5], "table"));
    uint32_t count = table.Be32();
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(table.Uvarint(), 2U);
      std::string name(table.String());
      std::string value(table.String());
      uint64_t offset = table.Uvarint();
      EXPECT_EQ(offset % 4, 0U);
      ByteReader postings(Section(offset, "postings"));
      out_ += fmt::format("{}={}:", name, value);
      for (uint32_t n = postings.Be32(); n > 0; --n) {
        out_ += fmt::format(" {}", postings.Be32() - offsets_[1] / 16);
      }
      out_ += postings.ok() && postings.empty() ? "\n" : " BROKEN\n";
    }
    if (!table.ok() || !table.empty()) out_ += "BROKEN table\n";
  }

  std::string file_;
  uint64_t offsets_[6] = {};
  std::vector<std::string> symbols_;
  std::string out_;
};

class IndexWriterTest : public ::testing::Test {
 protected:
  IndexWriterTest() { fs_.CreateDirectories("block").value(); }

  std::unique_ptr<IndexWriter> NewWriter(std::vector<std::string_view> symbols,
                                         size_t batch = kPostingsBatch) {
    symbols_ = std::move(symbols);
    auto writer = IndexWriter::Create(fs_, kPath, symbols_, batch);
    EXPECT_TRUE(writer.ok()) << writer.error().message();
    return std::move(writer).value();
  }
  std::string Text() { return IndexDump(fs_.Content(kPath)).Text(); }

  testing::FaultFileSystem fs_;
  std::vector<std::string_view> symbols_;
};

TEST_F(IndexWriterTest, WritesSymbolsSeriesPostingsAndTheirTable) {
  auto writer = NewWriter({"1", "2", "__name__", "a", "b", "up"});
  std::vector<ChunkEntry> one = {{-5, 10, 8}};
  std::vector<ChunkEntry> two = {{0, 9, 60}, {11, 11, 50}, {12, 400, uint64_t{1} << 32}};
  writer->Add(Labels::Of({{"__name__", "up"}, {"a", "1"}}), one).value();
  writer->Add(Labels::Of({{"__name__", "up"}, {"a", "2"}}), two).value();
  writer->Add(Labels::Of({{"__name__", "up"}, {"b", "1"}}), one).value();
  writer->Add(Labels::Of({{"b", "up"}}), one).value();
  writer->Finish().value();
  EXPECT_EQ(Text(),
            "magic baaad700 version 2\n"
            "symbols 1 2 __name__ a b up\n"
            "series 0: __name__=up a=1 [-5,10]@8\n"
            "series 1: __name__=up a=2 [0,9]@60 [11,11]@50 [12,400]@4294967296\n"
            "series 3: __name__=up b=1 [-5,10]@8\n"
            "series 4: b=up [-5,10]@8\n"
            "=: 0 1 3 4\n"
            "__name__=up: 0 1 3\n"
            "a=1: 0\n"
            "a=2: 1\n"
            "b=1: 3\n"
            "b=up: 4\n");
}

TEST_F(IndexWriterTest, WritesAnIndexWithoutSeries) {
  auto writer = NewWriter({});
  writer->Finish().value();
  EXPECT_EQ(Text(), "magic baaad700 version 2\nsymbols\n=:\n");
}

TEST_F(IndexWriterTest, RefusesWhatIsOutOfOrder) {
  std::vector<std::string_view> unsorted = {"b", "a"};
  EXPECT_FALSE(IndexWriter::Create(fs_, kPath, unsorted).ok());
  auto writer = NewWriter({"1", "2", "a", "b"});
  std::vector<ChunkEntry> chunk = {{0, 10, 8}};
  Labels a2 = Labels::Of({{"a", "2"}});
  writer->Add(a2, chunk).value();
  EXPECT_EQ(writer->Add(a2, chunk).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(writer->Add(Labels::Of({{"a", "1"}, {"b", "1"}}), chunk).error().code(),
            ErrorCode::kInvalid);
  EXPECT_EQ(writer->Add(Labels::Of({{"b", "3"}}), chunk).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(writer->Add(Labels::Of({{"c", "1"}}), chunk).error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(writer->Add(Labels(), chunk).error().code(), ErrorCode::kInvalid);
  std::vector<ChunkEntry> touching = {{0, 10, 8}, {10, 20, 30}};
  EXPECT_EQ(writer->Add(Labels::Of({{"b", "1"}}), touching).error().code(), ErrorCode::kInvalid);
  std::vector<ChunkEntry> backwards = {{10, 0, 8}};
  EXPECT_EQ(writer->Add(Labels::Of({{"b", "1"}}), backwards).error().code(), ErrorCode::kInvalid);
  // A longer label set follows its beginning.
  writer->Add(Labels::Of({{"a", "2"}, {"b", "1"}}), chunk).value();
  writer->Finish().value();
  EXPECT_EQ(Text(),
            "magic baaad700 version 2\n"
            "symbols 1 2 a b\n"
            "series 0: a=2 [0,10]@8\n"
            "series 1: a=2 b=1 [0,10]@8\n"
            "=: 0 1\n"
            "a=2: 0 1\n"
            "b=1: 1\n");
}

// Many names and values, so that postings take several batches and the table's notes several
// pieces, against a map.
TEST_F(IndexWriterTest, WritesPostingsOfManyBatches) {
  constexpr int kSeries = 3000;
  std::mt19937 random(7);
  std::map<std::vector<std::pair<std::string, std::string>>, uint32_t> series;
  std::set<std::string> texts;
  for (int i = 0; i < kSeries; ++i) {
    std::vector<std::pair<std::string, std::string>> labels;
    labels.emplace_back("id", fmt::format("{:07}", i * 7919 % kSeries));
    labels.emplace_back("id2", fmt::format("{:015}", i * 31 % kSeries));
    for (int n = 0; n < 40; ++n) {
      if (random() % 2 == 0) continue;
      labels.emplace_back(fmt::format("n{:02}", n), fmt::format("v{}", random() % (1U << n % 20)));
    }
    for (auto& [name, value] : labels) {
      texts.insert(name);
      texts.insert(value);
    }
    series.emplace(std::move(labels), 0);
  }
  auto writer = NewWriter(std::vector<std::string_view>(texts.begin(), texts.end()), 4000);
  std::vector<ChunkEntry> chunk = {{0, 10, 8}};
  for (auto& [labels, ref] : series) {
    std::vector<model::LabelView> views;
    for (const auto& [name, value] : labels) views.push_back({name, value});
    writer->Add(Labels::FromPairs(views), chunk).value();
  }
  writer->Finish().value();
  std::string text = Text();
  std::map<std::pair<std::string, std::string>, std::string> postings;
  std::string want;
  size_t at = 0;
  for (auto& [labels, ref] : series) {
    at = text.find("\nseries ", at) + 1;
    std::string id = text.substr(at + 7, text.find(':', at) - at - 7);
    postings[{"", ""}] += " " + id;
    for (const auto& label : labels) postings[label] += " " + id;
  }
  for (const auto& [label, ids] : postings) {
    want += label.first + "=" + label.second + ":" + ids + "\n";
  }
  EXPECT_TRUE(text.substr(text.find("\n=:") + 1) == want);
  EXPECT_EQ(text.find("BAD"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::block
