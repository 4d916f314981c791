#pragma once
// Labels: the identity of a series, an immutable sorted set of name/value pairs.
//
// Held in one string, `varint length, bytes` for each name and value in order of names, so that a
// label set costs one allocation, equality is a memcmp, and copying is copying a string. Values
// are never empty (an empty value means that the label is absent), names are unique. Iteration
// yields LabelView, valid as long as the Labels object. Build with LabelsBuilder, or Labels::Of in
// tests. Thread-compatible; a const Labels may be read from any thread.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace watchfire::model {

inline constexpr std::string_view kMetricName = "__name__";
inline constexpr std::string_view kBucketLabel = "le";
inline constexpr std::string_view kQuantileLabel = "quantile";

struct LabelView {
  std::string_view name;
  std::string_view value;
  bool operator==(const LabelView&) const = default;
};

class Labels {
 public:
  class Iterator {
   public:
    using value_type = LabelView;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    using pointer = const LabelView*;
    using reference = const LabelView&;

    Iterator() = default;
    Iterator(const char* next, const char* end) : next_(next), end_(end) { Read(); }
    const LabelView& operator*() const { return label_; }
    const LabelView* operator->() const { return &label_; }
    Iterator& operator++() {
      Read();
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      Read();
      return old;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void Read();
    const char* at_ = nullptr;  // where the current label starts; end_ when past the last
    const char* next_ = nullptr;
    const char* end_ = nullptr;
    LabelView label_;
  };

  Labels() = default;
  // Sorts; pairs with an empty value are left out; of equal names the last wins.
  static Labels Of(std::initializer_list<LabelView> labels);
  static Labels FromPairs(std::vector<LabelView> labels);
  // The same without copy and sort, for pairs known to be in order: names ascending and distinct.
  static Labels FromSortedPairs(std::span<const LabelView> labels);

  Iterator begin() const { return Iterator(data_.data(), data_.data() + data_.size()); }
  Iterator end() const {
    const char* last = data_.data() + data_.size();
    return Iterator(last, last);
  }
  bool empty() const { return data_.empty(); }
  // Number of labels; walks the set.
  size_t Count() const;
  // The value, or "" when absent.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const { return !Get(name).empty(); }
  std::string_view metric_name() const { return Get(kMetricName); }

  // Only / all but the given names; `names` must be sorted.
  Labels Keep(const std::vector<std::string>& names) const;
  Labels Drop(const std::vector<std::string>& names) const;
  Labels WithoutName() const;

  // XXH3 of the encoded form; for our own tables.
  uint64_t Hash() const;
  // XXH64 over `name \xff value \xff …`: upstream's Labels.Hash, which decides scrape offsets and
  // rule slots.
  uint64_t StableHash() const;

  // `{a="1", b="2"}`, the metric name not set apart.
  std::string ToString() const;
  // `name{a="1"}`, as a selector would be written; names that need it are quoted.
  std::string ToMetricString() const;

  // The encoded form: a key for maps, not for disk.
  std::string_view bytes() const { return data_; }
  size_t size_bytes() const { return data_.capacity() + sizeof(*this); }

  bool operator==(const Labels&) const = default;
  // Upstream's order: pairwise by name, then value; a prefix sorts first.
  static int Compare(const Labels& a, const Labels& b);
  bool operator<(const Labels& other) const { return Compare(*this, other) < 0; }

 private:
  friend class LabelsBuilder;
  std::string data_;
};

// Collects changes to a label set and sorts once. Owns copies of what is set.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base) { Reset(base); }
  void Reset(const Labels& base);
  void Reset() { pairs_.clear(); }

  // An empty value deletes.
  LabelsBuilder& Set(std::string_view name, std::string_view value);
  LabelsBuilder& Delete(std::string_view name) { return Set(name, {}); }
  // Valid until the next change.
  std::string_view Get(std::string_view name) const;
  Labels Build() const;

  // In order of names; without empty values.
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;  // sorted by name
};

// Name rules. The UTF-8 scheme is the default since Prometheus 3; the legacy one is
// [a-zA-Z_:][a-zA-Z0-9_:]* for metrics and the same without ':' for labels.
enum class NameScheme : uint8_t { kUtf8, kLegacy };
bool IsValidMetricName(std::string_view name, NameScheme scheme = NameScheme::kUtf8);
bool IsValidLabelName(std::string_view name, NameScheme scheme = NameScheme::kUtf8);
bool IsLegacyMetricName(std::string_view name);
bool IsLegacyLabelName(std::string_view name);

}  // namespace watchfire::model

template <>
struct std::hash<watchfire::model::Labels> {
  size_t operator()(const watchfire::model::Labels& labels) const {
    return static_cast<size_t>(labels.Hash());
  }
};
