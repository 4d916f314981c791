#include "promql/engine/gate.h"

#include <algorithm>

namespace watchfire::promql {
namespace {

// Cancelling is a flag, not an event, so a waiting query looks at it this often.
constexpr int64_t kLookMs = 20;

}  // namespace

void QueryGate::Enter(QueryContext& context) {
  MutexLock lock(mutex_);
  uint64_t ticket = next_ticket_++;
  waiting_.push_back(ticket);
  while (free_ == 0 || waiting_.front() != ticket) {
    try {
      context.CheckNow("query queue");
    } catch (const QueryError&) {
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
      changed_.NotifyAll();
      throw;
    }
    changed_.WaitFor(mutex_, kLookMs);
  }
  waiting_.pop_front();
  --free_;
  if (free_ > 0) changed_.NotifyAll();
}

void QueryGate::Leave() {
  MutexLock lock(mutex_);
  ++free_;
  changed_.NotifyAll();
}

}  // namespace watchfire::promql
