#include "tsdb/block/symbol_groups.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash_map.h"

namespace watchfire::block {

struct SymbolGroups::Numbers {
  StringMap<uint32_t> by_key;
};

SymbolGroups::SymbolGroups(const IndexReader* index, const std::vector<std::string>& names, bool by)
    : index_(index), by_(by), numbers_(std::make_unique<Numbers>()) {
  auto list = [&](std::string_view name) {
    if (std::optional<uint32_t> symbol = index->symbols().Find(name)) listed_.push_back(*symbol);
  };
  for (const std::string& name : names) list(name);
  if (!by) list(model::kMetricName);
}

SymbolGroups::~SymbolGroups() = default;

uint32_t SymbolGroups::Find(const SeriesEntry& entry) {
  key_.clear();
  for (const auto& [name, value] : entry.labels) {
    bool listed = std::find(listed_.begin(), listed_.end(), name) != listed_.end();
    if (listed != by_) continue;
    const std::array<uint32_t, 2> symbols = {name, value};
    key_.append(reinterpret_cast<const char*>(symbols.data()), sizeof symbols);
  }
  if (!keys_.empty() && key_ == keys_[newest_]) return newest_;
  auto fresh = static_cast<uint32_t>(keys_.size());
  auto [number, is_new] = numbers_->by_key.try_emplace(key_, fresh);
  newest_ = number->second;
  if (is_new) {
    keys_.push_back(key_);
    labels_.emplace_back();
  }
  return newest_;
}

const model::Labels& SymbolGroups::LabelsOf(uint32_t group) const {
  std::unique_ptr<model::Labels>& labels = labels_[group];
  if (labels != nullptr) return *labels;
  std::vector<model::LabelView> pairs;
  const std::string& key = keys_[group];
  std::array<uint32_t, 2> symbols;
  for (size_t at = 0; at < key.size(); at += sizeof symbols) {
    std::memcpy(symbols.data(), key.data() + at, sizeof symbols);
    Result<std::string_view> name = index_->symbols().Text(symbols[0]);
    Result<std::string_view> value = index_->symbols().Text(symbols[1]);
    if (name.ok() && value.ok()) pairs.push_back({*name, *value});
  }
  labels = std::make_unique<model::Labels>(model::Labels::FromPairs(std::move(pairs)));
  return *labels;
}

}  // namespace watchfire::block
