#include "tsdb/index/label_order.h"

#include <algorithm>
#include <cstring>

namespace watchfire::index {
namespace {

// Below this, building the label sets is quicker than ranking what they are made of.
constexpr size_t kFew = 32;

// The first eight bytes behind `skip`, so that most comparisons of texts are one of numbers.
uint64_t Prefix(std::string_view text, size_t skip) {
  uint64_t prefix = 0;
  text.remove_prefix(std::min(skip, text.size()));
  std::memcpy(&prefix, text.data(), std::min<size_t>(text.size(), 8));
  return __builtin_bswap64(prefix);
}

struct Text {
  uint64_t prefix;
  uint32_t id;
};

// Orders numbered texts; `text_of(id)` gives one.
template <typename TextOf>
void SortTexts(std::vector<Text>* texts, TextOf text_of) {
  if (texts->empty()) return;
  std::string_view first = text_of(texts->front().id);
  size_t common = first.size();
  for (const Text& text : *texts) {
    std::string_view other = text_of(text.id);
    common = std::min(common, other.size());
    while (first.substr(0, common) != other.substr(0, common)) --common;
  }
  for (Text& text : *texts) text.prefix = Prefix(text_of(text.id), common);
  std::sort(texts->begin(), texts->end(), [&](const Text& a, const Text& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : text_of(a.id) < text_of(b.id);
  });
}

class Sorter {
 public:
  Sorter(const LabelStore& store, const std::vector<SeriesId>& ids) : store_(store) {
    names_.resize(store.num_names());
    for (Side side : {Side::kShape, Side::kTarget}) {
      std::vector<bool> seen(store.parts(side).size());
      for (SeriesId id : ids) {
        LabelStore::Parts parts = store.PartsOf(id);
        PartId part = side == Side::kShape ? parts.shape : parts.target;
        if (seen[part]) continue;
        seen[part] = true;
        store.parts(side).ForEach(part, [&](Pair pair) {
          std::vector<uint32_t>& ranks = names_[pair.name].ranks;
          if (ranks.empty()) ranks.resize(store.values(pair.name).size());
          ranks[pair.value] = kUsed;
        });
      }
    }
    Rank();
  }

  void Sort(std::vector<SeriesId>* ids) {
    std::vector<uint64_t> keys(ids->begin(), ids->end());
    SortFrom(keys.data(), keys.size(), 0, 0);
    for (size_t i = 0; i < keys.size(); ++i) (*ids)[i] = static_cast<SeriesId>(keys[i]);
  }

 private:
  static constexpr uint32_t kUsed = 1;

  struct Name {
    Side side = Side::kShape;
    std::vector<uint32_t> ranks;  // letters by value id; empty: not in use
  };

  // Letters count up from 1, name by name: 0 is the end of a label set, which sorts first.
  void Rank() {
    std::vector<Text> order;
    for (NameId name = 0; name < names_.size(); ++name) {
      if (!names_[name].ranks.empty()) order.push_back({0, name});
    }
    SortTexts(&order, [&](uint32_t name) { return store_.NameText(name); });
    uint32_t next = 1;
    std::vector<Text> values;
    for (const Text& name : order) {
      Name& known = names_[name.id];
      known.side = SideOf(store_.NameText(name.id));
      first_letters_.push_back(next);
      sides_.push_back(known.side);
      values.clear();
      for (ValueId value = 0; value < known.ranks.size(); ++value) {
        if (known.ranks[value] == kUsed) values.push_back({0, value});
      }
      const Dictionary& texts = store_.values(name.id);
      SortTexts(&values, [&](uint32_t value) { return texts.Text(value); });
      for (const Text& value : values) known.ranks[value.id] = next++;
    }
  }

  uint32_t LetterAt(Side side, PartId part, uint32_t at) const {
    uint32_t letter = 0;
    store_.parts(side).ForOne(part, at,
                              [&](Pair pair) { letter = names_[pair.name].ranks[pair.value]; });
    return letter;
  }

  // The next letter of the merged label set, `shape_at` and `target_at` pairs being behind.
  uint32_t Letter(SeriesId id, uint32_t shape_at, uint32_t target_at) const {
    LabelStore::Parts parts = store_.PartsOf(id);
    uint32_t shape = LetterAt(Side::kShape, parts.shape, shape_at);
    uint32_t target = LetterAt(Side::kTarget, parts.target, target_at);
    if (shape == 0 || target == 0) return shape + target;
    return std::min(shape, target);
  }

  Side SideOfLetter(uint32_t letter) const {
    auto behind = std::upper_bound(first_letters_.begin(), first_letters_.end(), letter);
    return sides_[static_cast<size_t>(behind - first_letters_.begin()) - 1];
  }

  // Series that are equal so far, low halves of `keys`; all of them took as many pairs from either
  // side, since a label's side depends on its name.
  void SortFrom(uint64_t* keys, size_t n, uint32_t shape_at, uint32_t target_at) {
    while (n > 1) {
      bool sorted = true;
      uint64_t before = 0;
      for (size_t i = 0; i < n; ++i) {
        auto id = static_cast<SeriesId>(keys[i]);
        keys[i] = (uint64_t{Letter(id, shape_at, target_at)} << 32) | id;
        sorted &= before <= keys[i];
        before = keys[i];
      }
      if (!sorted) std::sort(keys, keys + n);
      if ((keys[0] >> 32) != (keys[n - 1] >> 32)) break;
      if ((keys[0] >> 32) == 0) return;
      ++(SideOfLetter(static_cast<uint32_t>(keys[0] >> 32)) == Side::kShape ? shape_at : target_at);
    }
    for (size_t from = 0; from < n;) {
      auto letter = static_cast<uint32_t>(keys[from] >> 32);
      size_t to = from + 1;
      while (to < n && static_cast<uint32_t>(keys[to] >> 32) == letter) ++to;
      if (to - from > 1 && letter != 0) {
        bool of_shape = SideOfLetter(letter) == Side::kShape;
        SortFrom(keys + from, to - from, shape_at + (of_shape ? 1 : 0),
                 target_at + (of_shape ? 0 : 1));
      }
      from = to;
    }
  }

  const LabelStore& store_;
  std::vector<Name> names_;
  std::vector<uint32_t> first_letters_;  // of the names in use, in their order
  std::vector<Side> sides_;
};

}  // namespace

void SortByLabels(const LabelStore& store, std::vector<SeriesId>* ids) {
  if (ids->size() > kFew) {
    Sorter(store, *ids).Sort(ids);
    return;
  }
  std::vector<std::pair<model::Labels, SeriesId>> order;
  for (SeriesId id : *ids) order.emplace_back(store.LabelsOf(id), id);
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) (*ids)[i] = order[i].second;
}

}  // namespace watchfire::index
