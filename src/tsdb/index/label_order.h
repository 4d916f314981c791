#pragma once
// Label order (model::Labels::Compare) of series by their numbers, without building label sets.
// Every (name, value) pair in use gets a rank, so that a label set is a string of 32-bit letters
// and a sort of series is a sort of such strings from the front: one letter of each series at a
// time, only where the letters before are equal. Pure function of a store whose ids are published.

#include <vector>

#include "tsdb/index/label_store.h"

namespace watchfire::index {

// Takes eight bytes a series, and some for every distinct pair in use.
void SortByLabels(const LabelStore& store, std::vector<SeriesId>* ids);

}  // namespace watchfire::index
