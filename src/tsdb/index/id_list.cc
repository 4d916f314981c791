#include "tsdb/index/id_list.h"

#include <algorithm>

namespace watchfire::index {
namespace {

constexpr size_t kMaxLate = 64;

}  // namespace

void IdList::Add(uint32_t id) {
  ++size_;
  if (run_length_ == 0 || id >= run_first_ + run_length_) {
    Append({id, 1});
    return;
  }
  InsertLate(id);
  if (late_->size() > kMaxLate) Assign(Runs());
}

// Behind everything in the main list.
void IdList::Append(Run run) {
  if (run_length_ > 0 && run.first == run_first_ + run_length_) {
    run_length_ += run.length;
    return;
  }
  if (run_length_ > 0) {
    Put(uint64_t{run_first_ - end_} * 2 + (run_length_ > 1 ? 1 : 0));
    if (run_length_ > 1) Put(run_length_);
    end_ = run_first_ + run_length_;
  }
  run_first_ = run.first;
  run_length_ = run.length;
}

void IdList::InsertLate(uint32_t id) {
  if (late_ == nullptr) late_ = std::make_unique<std::vector<Run>>();
  auto at = std::upper_bound(late_->begin(), late_->end(), id,
                             [](uint32_t a, const Run& b) { return a < b.first; });
  if (at != late_->begin() && (at - 1)->end() == id) {
    ++(at - 1)->length;
  } else {
    late_->insert(at, {id, 1});
  }
}

std::vector<IdList::Run> IdList::Runs() const {
  std::vector<Run> runs;
  ForEachRun([&](uint32_t first, uint32_t length) { runs.push_back({first, length}); });
  return runs;
}

void IdList::Assign(std::span<const Run> runs) {
  bytes_.clear();
  end_ = 0;
  run_first_ = 0;
  run_length_ = 0;
  size_ = 0;
  late_.reset();
  for (const Run& run : runs) {
    Append(run);
    size_ += run.length;
  }
  bytes_.shrink_to_fit();
}

void IdList::Remove(std::span<const uint32_t> ids) {
  std::vector<Run> left;
  auto next = ids.begin();
  ForEachRun([&](uint32_t first, uint32_t length) {
    uint32_t end = first + length;
    while (next != ids.end() && *next < first) ++next;
    for (; next != ids.end() && *next < end; ++next) {
      if (*next > first) left.push_back({first, *next - first});
      first = *next + 1;
    }
    if (first < end) left.push_back({first, end - first});
  });
  Assign(left);
}

size_t IdList::heap_bytes() const {
  size_t bytes = bytes_.capacity() > 15 ? bytes_.capacity() + 1 : 0;
  if (late_ != nullptr) bytes += sizeof(*late_) + late_->capacity() * sizeof(Run);
  return bytes;
}

void IdList::AppendTo(std::vector<uint32_t>* out) const {
  out->reserve(out->size() + size_);
  ForEachRun([&](uint32_t first, uint32_t length) {
    for (uint32_t i = 0; i < length; ++i) out->push_back(first + i);
  });
}

void IdList::Put(uint64_t v) {
  while (v >= 0x80) {
    bytes_.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  bytes_.push_back(static_cast<char>(v));
}

}  // namespace watchfire::index
