#pragma once
// The layout of a metrics page: the keys of its lines in their order, without the values. A key is
// the series text of a sample line as exposed, or a whole HELP, TYPE or comment line. Exporters
// keep their layout from scrape to scrape, and targets of one job often share it byte for byte, so
// a layout is immutable, built once by a PageLayoutBuilder and shared by pointer; it costs its text
// and 8 bytes a line. Metadata are read from it when asked for instead of being kept twice.
//
// Find() looks keys up by hash; its table is built on first use. Thread-safe.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/metadata.h"

namespace watchfire::exposition {

class PageLayout {
 public:
  enum class LineKind : uint8_t { kSample, kTimedSample, kMeta };

  size_t line_count() const { return lines_.size(); }
  size_t sample_count() const { return sample_count_; }
  LineKind kind(size_t line) const { return static_cast<LineKind>(lines_[line].kind); }
  // The position of a sample line among the sample lines; for other lines that of the next sample.
  size_t sample_index(size_t line) const { return lines_[line].sample; }
  std::string_view key(size_t line) const {
    size_t begin = line == 0 ? 0 : lines_[line - 1].end;
    return {text_.data() + begin, lines_[line].end - begin};
  }

  // The first sample line with this series text.
  std::optional<size_t> FindSample(std::string_view series) const;

  // The type that this line announces, if it is a TYPE line.
  std::optional<model::MetricType> AnnouncedType(size_t line) const;

  // Families with what the page says of them, in page order of first mention.
  std::vector<std::pair<std::string, model::Metadata>> Metadata() const;
  size_t meta_count() const { return lines_.size() - sample_count_; }
  size_t meta_bytes() const { return meta_bytes_; }

  // Of keys and kinds.
  uint64_t hash() const { return hash_; }
  size_t size_bytes() const;
  bool operator==(const PageLayout& other) const;

 private:
  friend class PageLayoutBuilder;
  struct Line {
    uint32_t end;  // of its key in text_
    uint32_t sample : 30;
    uint32_t kind : 2;
  };
  PageLayout() = default;
  void BuildIndex() const;

  std::string text_;
  std::vector<Line> lines_;
  size_t sample_count_ = 0;
  size_t meta_bytes_ = 0;
  uint64_t hash_ = 0;
  mutable std::once_flag index_once_;
  mutable std::atomic<size_t> index_bytes_{0};
  mutable std::vector<uint32_t> index_;  // open addressing: line + 1, or 0
};

class PageLayoutBuilder {
 public:
  // A page larger than this cannot be laid out (offsets have 32 bits, sample numbers 30).
  static constexpr size_t kMaxTextBytes = UINT32_MAX;
  static constexpr size_t kMaxSamples = (size_t{1} << 30) - 1;

  void Add(PageLayout::LineKind kind, std::string_view key);
  // Lines [from, from + count) of `other`.
  void AddRange(const PageLayout& other, size_t from, size_t count);
  bool overflow() const { return overflow_; }
  std::shared_ptr<const PageLayout> Finish();

 private:
  std::shared_ptr<PageLayout> layout_{new PageLayout()};
  bool overflow_ = false;
};

}  // namespace watchfire::exposition
