#pragma once
// SymbolGroups: into which group of an aggregation each series of a block falls, told by the
// numbers of its symbols. Groups are numbered from 0 in order of appearance; only the labels of a
// group, when they are asked for, are texts. One thread; the index must outlive it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/labels.h"
#include "tsdb/block/index_reader.h"

namespace watchfire::block {

class SymbolGroups {
 public:
  // `by`: only the labels `names` are kept, else all but these and the metric name.
  SymbolGroups(const IndexReader* index, const std::vector<std::string>& names, bool by);
  ~SymbolGroups();

  uint32_t Find(const SeriesEntry& entry);
  // Built when they are first asked for; without a label whose symbol cannot be read.
  const model::Labels& LabelsOf(uint32_t group) const;

 private:
  struct Numbers;

  const IndexReader* index_;
  const bool by_;
  std::vector<uint32_t> listed_;  // symbols of the names
  std::unique_ptr<Numbers> numbers_;
  std::string key_;  // symbols of the names and values that are kept of the series at hand
  uint32_t newest_ = 0;
  std::vector<std::string> keys_;  // by group
  mutable std::vector<std::unique_ptr<model::Labels>> labels_;
};

}  // namespace watchfire::block
