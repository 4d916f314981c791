#include "tsdb/head/deletions.h"

namespace watchfire::head {

Deletions::Snapshot Deletions::Get() const {
  MutexLock lock(mutex_);
  return tombstones_;
}

// The set to change: copied if a reader holds it.
block::Tombstones& Deletions::Own() {
  if (tombstones_ == nullptr) {
    tombstones_ = std::make_shared<block::Tombstones>();
  } else if (tombstones_.use_count() > 1) {
    tombstones_ = std::make_shared<block::Tombstones>(*tombstones_);
  }
  return *tombstones_;
}

void Deletions::Add(std::span<const std::pair<SeriesId, block::Interval>> deleted) {
  if (deleted.empty()) return;
  MutexLock lock(mutex_);
  block::Tombstones& tombstones = Own();
  for (const auto& [id, interval] : deleted) block::AddInterval(interval, &tombstones[id]);
}

void Deletions::DropBefore(TimeMs t) {
  MutexLock lock(mutex_);
  if (tombstones_ == nullptr) return;
  block::Tombstones& tombstones = Own();
  for (auto& [id, intervals] : tombstones) {
    std::erase_if(intervals, [&](const block::Interval& one) { return one.maxt < t; });
  }
  std::erase_if(tombstones, [](const auto& item) { return item.second.empty(); });
  if (tombstones.empty()) tombstones_ = nullptr;
}

void Deletions::Forget(const std::function<bool(SeriesId)>& gone) {
  MutexLock lock(mutex_);
  if (tombstones_ == nullptr) return;
  block::Tombstones& tombstones = Own();
  std::erase_if(tombstones,
                [&](const auto& item) { return gone(static_cast<SeriesId>(item.first)); });
  if (tombstones.empty()) tombstones_ = nullptr;
}

}  // namespace watchfire::head
