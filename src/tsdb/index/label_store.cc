#include "tsdb/index/label_store.h"

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace watchfire::index {
namespace {

// Names that service discovery and relabelling put on whole targets. A wrong guess costs some
// bytes and nothing else.
constexpr std::array<std::string_view, 24> kTargetNames = {"app",         "availability_zone",
                                                           "az",          "cluster",
                                                           "component",   "container",
                                                           "datacenter",  "dc",
                                                           "endpoint",    "env",
                                                           "environment", "host",
                                                           "hostname",    "instance",
                                                           "job",         "namespace",
                                                           "node",        "pod",
                                                           "prometheus",  "region",
                                                           "replica",     "service",
                                                           "stage",       "zone"};
static_assert(std::is_sorted(kTargetNames.begin(), kTargetNames.end()));

void PutVarint(uint32_t v, std::string* out) {
  while (v >= 0x80) {
    out->push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}

uint64_t HashParts(LabelStore::Parts parts) {
  uint64_t both = (uint64_t{parts.shape} << 32) | parts.target;
  both ^= both >> 33;
  both *= 0xff51afd7ed558ccdULL;
  both ^= both >> 33;
  both *= 0xc4ceb9fe1a85ec53ULL;
  return both ^ (both >> 33);
}

}  // namespace

Side SideOf(std::string_view label_name) {
  return std::binary_search(kTargetNames.begin(), kTargetNames.end(), label_name) ? Side::kTarget
                                                                                  : Side::kShape;
}

std::optional<uint32_t> Dictionary::Find(std::string_view text) const {
  return table_.Find(Hash(text), [&](uint32_t id) { return Text(id) == text; });
}

uint32_t Dictionary::FindOrAdd(std::string_view text) {
  if (std::optional<uint32_t> known = Find(text)) return *known;
  uint32_t id = size_.load(std::memory_order_relaxed);
  refs_.Grow(id + 1);
  refs_[id] = slab_->Add(text);
  table_.Insert(id, Hash(text), [&](uint32_t other) { return Hash(Text(other)); });
  size_.store(id + 1, std::memory_order_release);
  return id;
}

PartTable::PartTable(TextSlab* slab) : slab_(slab) {
  FindOrAdd({});
}

void PartTable::Encode(Pair pair, std::string* out) {
  PutVarint(pair.name, out);
  PutVarint(pair.value, out);
}

std::optional<PartId> PartTable::Find(std::string_view encoded) const {
  return table_.Find(Hash(encoded), [&](PartId id) { return slab_->Get(refs_[id]) == encoded; });
}

PartId PartTable::FindOrAdd(std::string_view encoded) {
  if (std::optional<PartId> known = Find(encoded)) return *known;
  PartId id = size_.load(std::memory_order_relaxed);
  refs_.Grow(id + 1);
  counts_.Grow(id + 1);
  refs_[id] = slab_->Add(encoded);
  table_.Insert(id, Hash(encoded), [&](PartId other) { return Hash(slab_->Get(refs_[other])); });
  size_.store(id + 1, std::memory_order_release);
  return id;
}

LabelStore::LabelStore() = default;

LabelStore::~LabelStore() {
  for (NameId name = 0; name < names_.size(); ++name) delete dictionaries_[name];
}

std::optional<LabelStore::Encoded> LabelStore::EncodeKnown(const model::Labels& labels) const {
  Encoded encoded;
  for (const model::LabelView& label : labels) {
    std::optional<NameId> name = names_.Find(label.name);
    if (!name) return std::nullopt;
    std::optional<ValueId> value = dictionaries_[*name]->Find(label.value);
    if (!value) return std::nullopt;
    Side side = SideOf(label.name);
    PartTable::Encode({*name, *value}, side == Side::kShape ? &encoded.shape : &encoded.target);
  }
  return encoded;
}

Pair LabelStore::FindOrAddPair(const model::LabelView& label) {
  if (!names_.Find(label.name)) {
    // The dictionary first: whoever sees the name may read its values.
    dictionaries_.Grow(names_.size() + 1);
    dictionaries_[names_.size()] = new Dictionary(&slab_);
  }
  NameId name = names_.FindOrAdd(label.name);
  return {name, dictionaries_[name]->FindOrAdd(label.value)};
}

LabelStore::Encoded LabelStore::EncodeAdding(const model::Labels& labels) {
  Encoded encoded;
  size_t place = 0;
  for (const model::LabelView& label : labels) {
    // New series come in the order of a page, so most labels are those of the series before.
    if (place == recent_.size()) recent_.push_back(FindOrAddPair(label));
    Pair& pair = recent_[place++];
    if (names_.Text(pair.name) != label.name ||
        dictionaries_[pair.name]->Text(pair.value) != label.value) {
      pair = FindOrAddPair(label);
    }
    Side side = SideOf(label.name);
    PartTable::Encode(pair, side == Side::kShape ? &encoded.shape : &encoded.target);
  }
  return encoded;
}

std::optional<SeriesId> LabelStore::Find(Parts parts) const {
  return table_.Find(HashParts(parts), [&](SeriesId id) {
    return shapes_of_[id] == parts.shape && targets_of_[id] == parts.target;
  });
}

std::optional<SeriesId> LabelStore::Find(const model::Labels& labels) const {
  std::optional<Encoded> encoded = EncodeKnown(labels);
  if (!encoded) return std::nullopt;
  std::optional<PartId> shape = shapes_.Find(encoded->shape);
  std::optional<PartId> target = targets_.Find(encoded->target);
  if (!shape || !target) return std::nullopt;
  return Find(Parts{*shape, *target});
}

LabelStore::Parts LabelStore::AddParts(const model::Labels& labels) {
  Encoded encoded = EncodeAdding(labels);
  return {shapes_.FindOrAdd(encoded.shape), targets_.FindOrAdd(encoded.target)};
}

void LabelStore::PutRemoved(SeriesId id, Parts parts) {
  shapes_of_.Grow(id + 1);
  targets_of_.Grow(id + 1);
  shapes_of_[id] = parts.shape;
  targets_of_[id] = parts.target;
  if (id >= size_.load(std::memory_order_relaxed)) size_.store(id + 1, std::memory_order_release);
}

void LabelStore::Put(SeriesId id, Parts parts) {
  PutRemoved(id, parts);
  shapes_.CountSeries(parts.shape);
  targets_.CountSeries(parts.target);
  table_.Insert(id, HashParts(parts), [&](SeriesId other) { return HashParts(PartsOf(other)); });
}

void LabelStore::Remove(SeriesId id) {
  Parts parts = PartsOf(id);
  table_.Remove(id, HashParts(parts), [&](SeriesId other) { return HashParts(PartsOf(other)); });
  shapes_.UncountSeries(parts.shape);
  targets_.UncountSeries(parts.target);
}

PartId LabelStore::Import(const LabelStore& from, Side side, PartId part, Translation* known) {
  constexpr uint32_t kUnknown = UINT32_MAX;
  std::string encoded;
  from.parts(side).ForEach(part, [&](Pair pair) {
    if (pair.name >= known->names.size()) {
      known->names.resize(pair.name + 1, kUnknown);
      known->values.resize(pair.name + 1);
    }
    NameId& name = known->names[pair.name];
    std::vector<ValueId>& values = known->values[pair.name];
    if (pair.value >= values.size()) {
      values.resize(std::max<size_t>(pair.value + 1, from.values(pair.name).size()), kUnknown);
    }
    ValueId& value = values[pair.value];
    if (value == kUnknown) {
      Pair mine =
          FindOrAddPair({from.NameText(pair.name), from.values(pair.name).Text(pair.value)});
      name = mine.name;
      value = mine.value;
    }
    PartTable::Encode({name, value}, &encoded);
  });
  return side == Side::kShape ? shapes_.FindOrAdd(encoded) : targets_.FindOrAdd(encoded);
}

bool LabelStore::IsMostlyGarbage() const {
  constexpr uint32_t kFew = 1000;
  uint32_t parts = shapes_.size() + targets_.size();
  return parts > kFew && (shapes_.used() + targets_.used()) * 2 < parts;
}

model::Labels LabelStore::LabelsOf(SeriesId id) const {
  Parts parts = PartsOf(id);
  constexpr size_t kUsual = 24;  // labels of a side
  std::array<std::array<model::LabelView, kUsual>, 2> sides;
  std::array<size_t, 2> counts{};
  for (size_t side = 0; side < 2; ++side) {
    const PartTable& table = side == 0 ? shapes_ : targets_;
    table.ForEach(side == 0 ? parts.shape : parts.target, [&](Pair pair) {
      size_t at = counts[side]++;
      if (at < kUsual) sides[side][at] = {names_.Text(pair.name), ValueText(pair)};
    });
  }
  if (std::max(counts[0], counts[1]) > kUsual) return ManyLabelsOf(parts);
  std::array<model::LabelView, 2 * kUsual> merged;
  auto end = std::merge(sides[0].begin(), sides[0].begin() + counts[0], sides[1].begin(),
                        sides[1].begin() + counts[1], merged.begin(),
                        [](const auto& a, const auto& b) { return a.name < b.name; });
  return model::Labels::FromSortedPairs({merged.begin(), end});
}

model::Labels LabelStore::ManyLabelsOf(Parts parts) const {
  std::vector<model::LabelView> pairs;
  auto add = [&](Pair pair) { pairs.push_back({names_.Text(pair.name), ValueText(pair)}); };
  shapes_.ForEach(parts.shape, add);
  targets_.ForEach(parts.target, add);
  return model::Labels::FromPairs(std::move(pairs));
}

LabelStore::Usage LabelStore::MemoryUsage() const {
  Usage usage;
  usage.text = slab_.bytes();
  usage.dictionaries = names_.bytes();
  for (NameId name = 0; name < names_.size(); ++name) {
    usage.dictionaries += dictionaries_[name]->bytes() + sizeof(Dictionary);
  }
  usage.parts = shapes_.bytes() + targets_.bytes();
  usage.series = table_.bytes() + size_t{size()} * 2 * sizeof(PartId);
  return usage;
}

}  // namespace watchfire::index
