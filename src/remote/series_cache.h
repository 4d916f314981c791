#pragma once
// SeriesCache: hash of a series' label bytes → the storage's number of that series. It is what
// makes receiving cheap: the labels of a series that was seen before are neither parsed nor checked
// nor looked up again. One for the whole server; all connections share it.
//
// An entry is two words: the number with the length of the label bytes, and their hash xor'ed with
// that. Threads read and write entries without a lock; one that meets a half-written entry finds
// that the words do not fit each other and takes it for a miss. The hash is keyed, so nobody can
// choose label sets that meet in it; by chance they do once in 10^12 for a million series.
//
// Never says what is true now: a number may be stale (the storage tells, and the caller puts the
// new one), and any entry may be forgotten. Entries that were not asked for within five to ten
// minutes give way when the table fills; it grows to hold the others, up to `max_entries`, and then
// forgets the oldest of the neighbours. Thread-safe; a Lease belongs to one thread and one request.

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/appender.h"

namespace watchfire::remote {

struct SeriesKey {
  uint64_t hash = 0;   // keyed
  uint8_t length = 0;  // of what was hashed, cut to 8 bits
};

class SeriesCache {
 private:
  struct Table;

 public:
  static constexpr size_t kDefaultMaxEntries = 2 << 20;  // 32 MiB

  explicit SeriesCache(size_t max_entries = kDefaultMaxEntries);
  ~SeriesCache();

  // A table of the cache for the time of a request.
  class Lease {
   public:
    Lease(SeriesCache& cache, TimeMs now);

    // Brings the entry's memory near; the hash of a series is known long before it is needed.
    void Prefetch(SeriesKey key) const;
    // 0: not known.
    storage::SeriesRef Find(SeriesKey key);
    void Put(SeriesKey key, storage::SeriesRef ref);

   private:
    SeriesCache& cache_;
    std::shared_ptr<Table> table_;
    uint8_t epoch_;
  };

  size_t entries() const;
  size_t bytes() const;

 private:
  std::shared_ptr<Table> Current() const EXCLUDES(mutex_);
  // The table to go on with when `full` is.
  std::shared_ptr<Table> Renew(const std::shared_ptr<Table>& full, uint8_t epoch) EXCLUDES(mutex_);

  const size_t max_entries_;
  mutable Mutex mutex_;
  std::shared_ptr<Table> table_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::remote
