#pragma once
// SeriesTable: a set whose series can be reached by number, in any order and again. That is what
// merging needs beyond walking: which series of two storages are the same is told by hashes of
// their labels, which a storage adds up from numbers that it has, so that no label set is built or
// compared.
//
// What a set chose, in the order it would have given (SeriesSet::TakeTable). One thread per table;
// Fork gives another for another thread. Must not outlive the querier.

#include <cstdint>
#include <memory>

#include "storage/querier.h"

namespace watchfire::storage {

// Of a label set: the sum of its labels' hashes. Keyed, and wide enough to be taken for the set
// itself; differs from process to process.
struct LabelsHash {
  uint64_t a = 0;
  uint64_t b = 0;
  LabelsHash& operator+=(const LabelsHash& other) {
    a += other.a;
    b += other.b;
    return *this;
  }
  bool operator==(const LabelsHash&) const = default;
};
LabelsHash HashOfLabel(std::string_view name, std::string_view value);

class SeriesTable {
 public:
  virtual ~SeriesTable() = default;
  virtual size_t size() const = 0;
  virtual LabelsHash HashAt(size_t i) = 0;
  // Valid until the next Open; arrays of timestamps as long as the table.
  virtual Series& Open(size_t i) = 0;
  // Whether the open series has anything in the range of the querier.
  virtual bool Shows() = 0;
  // The group of series `i`, in numbers of this table's own, if the hints asked for groups.
  virtual uint32_t GroupAt(size_t i) = 0;
  virtual const model::Labels& GroupLabels(uint32_t group) const = 0;
  // No series has a newer sample.
  virtual TimeMs newest() const = 0;
  virtual Result<void> status() const = 0;
  virtual std::unique_ptr<SeriesTable> Fork() const = 0;
};

}  // namespace watchfire::storage
