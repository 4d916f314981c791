#pragma once
// QueryGate: at most so many queries run at once; the others wait in order of arrival. Entering
// gives up with a QueryError when the query's time passes or it is cancelled. Thread-safe.

#include <cstdint>
#include <deque>

#include "base/mutex.h"
#include "promql/plan/context.h"

namespace watchfire::promql {

class QueryGate {
 public:
  explicit QueryGate(int slots) : free_(slots > 0 ? slots : 1) {}

  // A place in the gate; given back when this goes.
  class Pass {
   public:
    Pass(QueryGate& gate, QueryContext& context) : gate_(gate) { gate_.Enter(context); }
    ~Pass() { gate_.Leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    QueryGate& gate_;
  };

  size_t waiting() {
    MutexLock lock(mutex_);
    return waiting_.size();
  }

 private:
  void Enter(QueryContext& context);
  void Leave();

  Mutex mutex_;
  CondVar changed_;
  int free_ GUARDED_BY(mutex_);
  uint64_t next_ticket_ GUARDED_BY(mutex_) = 0;
  std::deque<uint64_t> waiting_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::promql
