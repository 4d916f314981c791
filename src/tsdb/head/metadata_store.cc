#include "tsdb/head/metadata_store.h"

#include "base/hash.h"

namespace watchfire::head {
namespace {

uint64_t HashOf(const model::Metadata& metadata) {
  return Hash(metadata.help) * 31 + Hash(metadata.unit) + static_cast<uint64_t>(metadata.type);
}

}  // namespace

const model::Metadata* MetadataStore::Find(SeriesId id) const {
  if (id >= num_series_ || of_series_[id] == 0) return nullptr;
  return &distinct_[of_series_[id] - 1];
}

bool MetadataStore::Differs(SeriesId id, const model::Metadata& metadata) const {
  MutexLock lock(mutex_);
  const model::Metadata* known = Find(id);
  return known == nullptr || !(*known == metadata);
}

void MetadataStore::Set(SeriesId id, const model::Metadata& metadata) {
  MutexLock lock(mutex_);
  uint64_t hash = HashOf(metadata);
  auto [first, last] = by_hash_.equal_range(hash);
  while (first != last && !(distinct_[first->second] == metadata)) ++first;
  uint32_t place = 0;
  if (first != last) {
    place = first->second;
  } else {
    place = static_cast<uint32_t>(distinct_.size());
    distinct_.push_back(metadata);
    by_hash_.emplace(hash, place);
  }
  if (id >= num_series_) {
    of_series_.Grow(size_t{id} + 1);
    num_series_ = id + 1;
  }
  of_series_[id] = place + 1;
}

std::optional<model::Metadata> MetadataStore::Get(SeriesId id) const {
  MutexLock lock(mutex_);
  const model::Metadata* known = Find(id);
  return known == nullptr ? std::nullopt : std::optional(*known);
}

void MetadataStore::Forget(std::span<const SeriesId> ids) {
  MutexLock lock(mutex_);
  for (SeriesId id : ids) {
    if (id < num_series_) of_series_[id] = 0;
  }
}

size_t MetadataStore::num_distinct() const {
  MutexLock lock(mutex_);
  return distinct_.size();
}

}  // namespace watchfire::head
