#pragma once
// LabelStore: which labels a series has, without holding any text twice and without an object per
// series. The labels of a series are two numbers, a *shape* (metric name, le, code, …: what the
// page says) and a *target* (job, instance, namespace, …: whom it was asked), each a set of
// (name, value) ids stored once: a thousand targets with a thousand lines are two thousand sets,
// not a million. Which side a label belongs to depends on its name alone, so the split is only a
// matter of storage and a matcher concerns one side. Callers see series ids, part ids and
// dictionaries; none of them may assume more.
//
// Parts and texts are only ever added: what no series uses any more stays until the owner copies
// the rest into a new store (Import). One thread at a time may change the store (under the owner's
// lock, as must the Find… calls); everything about ids that were published may be read without a
// lock. The owner sees to it that nobody reads about a series while its id goes to another.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/stable_array.h"
#include "model/labels.h"
#include "tsdb/index/id_table.h"
#include "tsdb/index/text_slab.h"

namespace watchfire::index {

using SeriesId = uint32_t;
using PartId = uint32_t;
using NameId = uint32_t;
using ValueId = uint32_t;

enum class Side : uint8_t { kShape, kTarget };
Side SideOf(std::string_view label_name);

// The distinct texts of something, numbered.
class Dictionary {
 public:
  explicit Dictionary(TextSlab* slab) : slab_(slab) {}
  std::optional<uint32_t> Find(std::string_view text) const;
  uint32_t FindOrAdd(std::string_view text);
  std::string_view Text(uint32_t id) const { return slab_->Get(refs_[id]); }
  uint32_t size() const { return size_.load(std::memory_order_acquire); }
  size_t bytes() const { return table_.bytes() + StableArray<TextSlab::Ref>::BytesFor(size()); }

 private:
  TextSlab* slab_;
  StableArray<TextSlab::Ref> refs_;
  std::atomic<uint32_t> size_{0};
  IdTable table_;
};

struct Pair {
  NameId name = 0;
  ValueId value = 0;
};

// Sets of pairs, each once; part 0 is the empty set.
class PartTable {
 public:
  explicit PartTable(TextSlab* slab);
  std::optional<PartId> Find(std::string_view encoded) const;
  PartId FindOrAdd(std::string_view encoded);
  uint32_t size() const { return size_.load(std::memory_order_acquire); }
  uint32_t series_count(PartId part) const { return counts_[part].load(std::memory_order_relaxed); }
  void CountSeries(PartId part) {
    if (counts_[part].fetch_add(1, std::memory_order_relaxed) == 0) ++used_;
  }
  void UncountSeries(PartId part) {
    if (counts_[part].fetch_sub(1, std::memory_order_relaxed) == 1) --used_;
  }
  // Parts that some series has.
  uint32_t used() const { return used_; }
  size_t bytes() const { return table_.bytes() + size() * (sizeof(TextSlab::Ref) + 4); }

  // visit(Pair) in order of label names.
  template <typename Visit>
  void ForEach(PartId part, Visit visit) const {
    std::string_view bytes = slab_->Get(refs_[part]);
    for (size_t at = 0; at < bytes.size();) {
      NameId name = Take(bytes, &at);
      ValueId value = Take(bytes, &at);
      visit(Pair{name, value});
    }
  }
  // visit(the pair number `at`), if there are so many.
  template <typename Visit>
  void ForOne(PartId part, uint32_t at, Visit visit) const {
    std::string_view bytes = slab_->Get(refs_[part]);
    size_t place = 0;
    for (uint32_t skip = 2 * at; skip > 0; ++place) {
      if (place == bytes.size()) return;
      if ((static_cast<uint8_t>(bytes[place]) & 0x80) == 0) --skip;
    }
    if (place == bytes.size()) return;
    NameId name = Take(bytes, &place);
    visit(Pair{name, Take(bytes, &place)});
  }
  static void Encode(Pair pair, std::string* out);

 private:
  static uint32_t Take(std::string_view bytes, size_t* at) {
    uint32_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      auto byte = static_cast<uint8_t>(bytes[(*at)++]);
      v |= (byte & 0x7fU) << shift;
      if (byte < 0x80) return v;
    }
  }

  TextSlab* slab_;
  StableArray<TextSlab::Ref> refs_;
  StableArray<std::atomic<uint32_t>> counts_;
  std::atomic<uint32_t> size_{0};
  uint32_t used_ = 0;
  IdTable table_;
};

class LabelStore {
 public:
  struct Parts {
    PartId shape = 0;
    PartId target = 0;
  };

  LabelStore();
  ~LabelStore();

  std::optional<SeriesId> Find(const model::Labels& labels) const;
  std::optional<SeriesId> Find(Parts parts) const;
  // Label texts must be at most TextSlab::kMaxText long.
  Parts AddParts(const model::Labels& labels);
  void Put(SeriesId id, Parts parts);
  // Nobody finds it any more; what is known about it stays until the id is put again.
  void Remove(SeriesId id);
  // As if it had been put and removed.
  void PutRemoved(SeriesId id, Parts parts);

  // Takes a part over from another store.
  struct Translation {
    std::vector<NameId> names;
    std::vector<std::vector<ValueId>> values;  // by the other's name
  };
  PartId Import(const LabelStore& from, Side side, PartId part, Translation* known);
  // More than half of the parts belong to no series.
  bool IsMostlyGarbage() const;

  // ---- published ids, without a lock
  uint32_t size() const { return size_.load(std::memory_order_acquire); }
  Parts PartsOf(SeriesId id) const { return {shapes_of_[id], targets_of_[id]}; }
  const StableArray<PartId>& parts_of(Side side) const {
    return side == Side::kShape ? shapes_of_ : targets_of_;
  }
  const PartTable& parts(Side side) const { return side == Side::kShape ? shapes_ : targets_; }
  model::Labels LabelsOf(SeriesId id) const;
  // visit(LabelView) for those of a part, in order of names.
  template <typename Visit>
  void ForEachLabel(Side side, PartId part, Visit visit) const {
    parts(side).ForEach(part, [&](Pair pair) {
      visit(model::LabelView{names_.Text(pair.name), ValueText(pair)});
    });
  }

  std::optional<NameId> FindName(std::string_view name) const { return names_.Find(name); }
  uint32_t num_names() const { return names_.size(); }
  std::string_view NameText(NameId name) const { return names_.Text(name); }
  const Dictionary& values(NameId name) const { return *dictionaries_[name]; }

  struct Usage {
    size_t text = 0;
    size_t dictionaries = 0;
    size_t parts = 0;
    size_t series = 0;
    size_t total() const { return text + dictionaries + parts + series; }
  };
  Usage MemoryUsage() const;

 private:
  struct Encoded {
    std::string shape;
    std::string target;
  };
  std::string_view ValueText(Pair pair) const { return dictionaries_[pair.name]->Text(pair.value); }
  model::Labels ManyLabelsOf(Parts parts) const;
  std::optional<Encoded> EncodeKnown(const model::Labels& labels) const;
  Encoded EncodeAdding(const model::Labels& labels);
  Pair FindOrAddPair(const model::LabelView& label);

  TextSlab slab_;
  Dictionary names_{&slab_};
  StableArray<Dictionary*> dictionaries_;  // by NameId; owned
  PartTable shapes_{&slab_};
  PartTable targets_{&slab_};
  StableArray<PartId> shapes_of_;
  StableArray<PartId> targets_of_;
  std::atomic<uint32_t> size_{0};
  IdTable table_;
  std::vector<Pair> recent_;  // of the newest series, by place in its label set
};

}  // namespace watchfire::index
