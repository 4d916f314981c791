#include <algorithm>

#include "tsdb/index/index.h"

namespace watchfire::index {
namespace {

// A set of small numbers.
class Marks {
 public:
  // Whether it was new.
  bool Add(uint32_t id) {
    if (id >= marked_.size()) marked_.resize(id + 1);
    if (marked_[id]) return false;
    marked_[id] = true;
    return true;
  }

 private:
  std::vector<bool> marked_;
};

}  // namespace

// A million series have some thousands of parts, and those some ten thousand texts: each is looked
// at once.
std::vector<std::string_view> Index::SymbolsOf(std::span<const SeriesId> ids) const {
  const LabelStore& labels = *current_.load();
  std::vector<std::string_view> symbols;
  Marks shapes;
  Marks targets;
  Marks names;
  std::vector<Marks> values;  // by name
  auto add = [&](Pair pair) {
    if (pair.name >= values.size()) values.resize(pair.name + 1);
    if (names.Add(pair.name)) symbols.push_back(labels.NameText(pair.name));
    if (values[pair.name].Add(pair.value)) {
      symbols.push_back(labels.values(pair.name).Text(pair.value));
    }
  };
  for (SeriesId id : ids) {
    LabelStore::Parts parts = labels.PartsOf(id);
    if (shapes.Add(parts.shape)) labels.parts(Side::kShape).ForEach(parts.shape, add);
    if (targets.Add(parts.target)) labels.parts(Side::kTarget).ForEach(parts.target, add);
  }
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
  symbols.shrink_to_fit();
  return symbols;
}

}  // namespace watchfire::index
