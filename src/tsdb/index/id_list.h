#pragma once
// IdList: an ascending list of 32-bit ids, compressed. Stored as runs: varint(gap · 2 +
// is_longer_than_one), then the length if longer. Neighbours in a scrape page have neighbouring
// ids, so most lists are a few runs. Ids above all others are appended; those that are used again
// go into a small list beside it, which is merged when it has grown. Not thread-safe.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace watchfire::index {

class IdList {
 public:
  struct Run {
    uint32_t first = 0;
    uint32_t length = 0;
    uint32_t end() const { return first + length; }
  };

  // `id` must not be in the list.
  void Add(uint32_t id);
  // `ids` ascending; what is not in the list is passed over.
  void Remove(std::span<const uint32_t> ids);
  uint32_t size() const { return size_; }
  size_t heap_bytes() const;

  // visit(first, length) for every run, ascending.
  template <typename Visit>
  void ForEachRun(Visit visit) const {
    if (late_ == nullptr) {
      ForEachMainRun(visit);
      return;
    }
    auto late = late_->begin();
    ForEachMainRun([&](uint32_t first, uint32_t length) {
      for (; late != late_->end() && late->first < first; ++late) visit(late->first, late->length);
      visit(first, length);
    });
    for (; late != late_->end(); ++late) visit(late->first, late->length);
  }
  void AppendTo(std::vector<uint32_t>* out) const;

 private:
  template <typename Visit>
  void ForEachMainRun(Visit visit) const {
    uint32_t next = 0;
    for (size_t at = 0; at < bytes_.size();) {
      uint64_t code = Take(&at);
      uint32_t first = next + static_cast<uint32_t>(code >> 1);
      uint32_t length = (code & 1) != 0 ? static_cast<uint32_t>(Take(&at)) : 1;
      visit(first, length);
      next = first + length;
    }
    if (run_length_ > 0) visit(run_first_, run_length_);
  }
  uint64_t Take(size_t* at) const {
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      auto byte = static_cast<uint8_t>(bytes_[(*at)++]);
      v |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return v;
    }
  }
  void Put(uint64_t v);
  void Append(Run run);
  void InsertLate(uint32_t id);
  std::vector<Run> Runs() const;
  void Assign(std::span<const Run> runs);

  std::string bytes_;       // complete runs
  uint32_t end_ = 0;        // behind the last complete run
  uint32_t run_first_ = 0;  // the run that may still grow
  uint32_t run_length_ = 0;
  uint32_t size_ = 0;
  std::unique_ptr<std::vector<Run>> late_;  // ascending; runs between those of the main list
};

}  // namespace watchfire::index
