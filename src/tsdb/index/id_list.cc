#include "tsdb/index/id_list.h"

#include "base/check.h"

namespace watchfire::index {

void IdList::Append(uint32_t id) {
  ++size_;
  if (run_length_ > 0 && id == run_first_ + run_length_) {
    ++run_length_;
    return;
  }
  if (run_length_ > 0) {
    WF_DCHECK(id > run_first_ + run_length_);
    Put(uint64_t{run_first_ - end_} * 2 + (run_length_ > 1 ? 1 : 0));
    if (run_length_ > 1) Put(run_length_);
    end_ = run_first_ + run_length_;
  }
  run_first_ = id;
  run_length_ = 1;
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
