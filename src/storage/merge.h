#pragma once
// Several storages as one: a database's blocks and its head, or later a remote storage beside it.
// Series with equal labels become one whose samples are those of all parts in order of time; where
// two parts have a sample of the same time, the one of the part named later shows (the head after
// the blocks). A part that has nothing in the range of a Select is left alone; when one is left,
// its set is passed through, so the common query over the head costs nothing here.
//
// Timestamp arrays stay shared: series whose parts share theirs get the same joined array. The
// querier owns its parts. An error of any part ends the walk with that error. One thread per set.

#include <memory>
#include <vector>

#include "storage/querier.h"

namespace watchfire::storage {

std::unique_ptr<Querier> MergeQueriers(std::vector<std::unique_ptr<Querier>> parts);

}  // namespace watchfire::storage
