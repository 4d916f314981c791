#pragma once
// For tests and fuzzers: makes the checksums of a damaged index file right, so that what lies
// behind them is met, and touches everything that a reader can be asked for.

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tsdb/block/index_reader.h"

namespace watchfire::block::testing {

class ChecksumMender {
 public:
  static std::string Mend(std::string file) {
    ChecksumMender mender(std::move(file));
    mender.Run();
    return std::move(mender.file_);
  }

 private:
  static constexpr size_t kContentsBytes = 48;
  static constexpr size_t kMaxSeries = 1000;

  explicit ChecksumMender(std::string file) : file_(std::move(file)) {}

  void Run() {
    if (file_.size() < kContentsBytes + 9) return;
    size_t contents = file_.size() - kContentsBytes - 4;
    Put(contents + kContentsBytes,
        Crc32c(std::string_view(file_).substr(contents, kContentsBytes)));
    ByteReader in(std::string_view(file_).substr(contents));
    MendSection(in.Be64());
    for (int i = 0; i < 4; ++i) in.Be64();
    uint64_t table = in.Be64();
    for (uint64_t list : Lists(table)) MendList(list);
    MendSection(table);
  }

  void Put(size_t at, uint32_t checksum) {
    ByteWriter out;
    out.Be32(checksum);
    if (at + 4 <= file_.size()) file_.replace(at, 4, out.view());
  }
  ByteReader ReaderAt(uint64_t offset) const {
    return ByteReader(std::string_view(file_).substr(std::min<size_t>(offset, file_.size())));
  }
  std::string_view MendSection(uint64_t offset) {
    ByteReader in = ReaderAt(offset);
    std::string_view bytes = in.Bytes(in.Be32());
    if (in.ok())
      Put(static_cast<size_t>(bytes.data() - file_.data()) + bytes.size(), Crc32c(bytes));
    return in.ok() ? bytes : std::string_view();
  }
  std::vector<uint64_t> Lists(uint64_t table) const {
    std::vector<uint64_t> lists;
    ByteReader in = ReaderAt(table);
    in.Be64();  // length and count
    while (in.ok() && lists.size() < kMaxSeries) {
      in.Uvarint();
      in.String();
      in.String();
      lists.push_back(in.Uvarint());
    }
    return lists;
  }
  void MendList(uint64_t offset) {
    std::string_view list = MendSection(offset);
    uint64_t unit = file_[4] == 1 ? 1 : 16;
    for (size_t at = 4; at + 4 <= list.size() && mended_ < kMaxSeries; at += 4, ++mended_) {
      ByteReader series = ReaderAt(ByteReader(list.substr(at)).Be32() * unit);
      std::string_view bytes = series.Bytes(series.Uvarint());
      if (!series.ok()) continue;
      Put(static_cast<size_t>(bytes.data() - file_.data()) + bytes.size(), Crc32c(bytes));
    }
  }

  std::string file_;
  size_t mended_ = 0;
};

// Asks for everything; answers may be errors.
inline void UseIndex(const IndexReader& index) {
  auto matcher = [](model::MatchType type, std::string_view name, const char* value) {
    return *model::Matcher::Make(type, std::string(name), value);
  };
  SeriesEntry entry;
  SymbolCache cache;
  if (Result<PostingsView> all = index.AllPostings(); all.ok()) {
    for (size_t i = 0; i < all->size(); ++i) {
      if (index.ReadSeries((*all)[i], &entry).ok()) {
        static_cast<void>(index.LabelsOf(entry, &cache));
      }
    }
  }
  for (std::string_view text : index.symbols().All()) static_cast<void>(index.symbols().Find(text));
  using model::MatchType;
  const model::Matcher job = matcher(MatchType::kNotEqual, "job", "");
  const model::Matcher jobs = matcher(MatchType::kRegex, "job", "a|b|node");
  size_t names = 0;
  for (const PostingsTable::Name& name : index.postings_table().names()) {
    if (++names > 20) break;
    static_cast<void>(index.LabelValues(name.text, {}, 0));
    static_cast<void>(index.LabelValues(name.text, {jobs}, 0));
    for (const model::Matchers& matchers :
         {model::Matchers{matcher(MatchType::kRegex, name.text, ".+[0-5]"), job},
          model::Matchers{matcher(MatchType::kNotRegex, name.text, "x.*"), jobs},
          model::Matchers{matcher(MatchType::kEqual, name.text, "")}}) {
      static_cast<void>(index.Select(matchers));
      static_cast<void>(index.LabelNames(matchers, 0));
    }
  }
}

}  // namespace watchfire::block::testing
