#pragma once
// The queries that run right now, in a small file mapped into memory: after a crash the next start
// reads there, and logs, what the last process was doing when it died. Layout (upstream's, shared
// with promtool's users): "[", then one slot of 1,000 bytes for each query that may run at once,
// zeros or `{"query":"…","timestamp_sec":…}` with "," as its last byte. Long queries are cut.
// Thread-safe.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/shared_map.h"

namespace watchfire::promql {

class ActiveQueries {
 public:
  // Logs what an earlier process left in the file and begins anew.
  static Result<std::unique_ptr<ActiveQueries>> Open(const std::string& path, size_t slots,
                                                     FileSystem& files, const Clock* clock);
  // A clean end leaves nothing.
  ~ActiveQueries();

  // Notes a query for as long as this lives. Without a free slot it goes without a note.
  class Note {
   public:
    Note(ActiveQueries* owner, std::string_view query)
        : owner_(owner), slot_(owner == nullptr ? kNone : owner->Insert(query)) {}
    ~Note() {
      if (slot_ != kNone) owner_->Remove(slot_);
    }
    Note(const Note&) = delete;
    Note& operator=(const Note&) = delete;

   private:
    ActiveQueries* owner_;
    size_t slot_;
  };

 private:
  static constexpr size_t kNone = SIZE_MAX;
  ActiveQueries(SharedMap map, size_t slots, const Clock* clock);
  size_t Insert(std::string_view query);
  void Remove(size_t slot);

  const Clock* clock_;
  Mutex mutex_;
  SharedMap map_ GUARDED_BY(mutex_);
  std::vector<size_t> free_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::promql
