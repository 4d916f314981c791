#include "alerting/dispatch/send_pool.h"

#include <atomic>
#include <set>

#include "alerting/dispatch/backoff.h"
#include "alerting/dispatch/timers.h"
#include "base/mutex.h"

namespace watchfire::alerting {
namespace {

// Opens once; tasks wait at it.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!open_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ = false;
};

TEST(SendPool, ALaneThatHangsDoesNotHoldUpAnother) {
  int hanging = 0;
  int healthy = 0;
  Gate gate;
  Gate told;
  std::atomic<int> late = 0;
  {
    SendPool pool({.max_threads = 4, .max_threads_of_a_lane = 2, .idle_ms = 10});
    for (int i = 0; i < 50; ++i) {
      pool.Submit(&hanging, [&] {
        gate.Wait();
        ++late;
      });
    }
    pool.Submit(&healthy, [&] { told.Open(); });
    told.Wait();  // for ever, were all threads the other lane's
    EXPECT_EQ(late, 0);
    EXPECT_LE(pool.threads(), 4u);
    gate.Open();
  }
  EXPECT_EQ(late, 50);
}

TEST(SendPool, KeepsTheOrderOfALaneWithOneThread) {
  int lane = 0;
  std::vector<int> order;
  {
    SendPool pool({.max_threads = 8, .max_threads_of_a_lane = 1, .idle_ms = 10});
    for (int i = 0; i < 100; ++i) pool.Submit(&lane, [&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(SendPool, EndsThreadsThatHaveNothingToDo) {
  int lane = 0;
  Gate done;
  SendPool pool({.max_threads = 8, .max_threads_of_a_lane = 8, .idle_ms = 1});
  pool.Submit(&lane, [&] { done.Open(); });
  done.Wait();
  while (pool.threads() > 0) std::this_thread::yield();
  Gate again;
  pool.Submit(&lane, [&] { again.Open(); });
  again.Wait();
}

TEST(SendPool, RunsManyTasksOfManyLanes) {
  std::vector<int> lanes(20);
  std::atomic<int> ran = 0;
  {
    SendPool pool({.max_threads = 16, .max_threads_of_a_lane = 3, .idle_ms = 1});
    for (int i = 0; i < 5'000; ++i)
      pool.Submit(&lanes[static_cast<size_t>(i) % 20], [&] { ++ran; });
  }
  EXPECT_EQ(ran, 5'000);
}

TEST(Backoff, GrowsByHalfUpToAMinute) {
  Backoff backoff;
  EXPECT_EQ(backoff.NextMs(0.5), 500);
  EXPECT_EQ(backoff.NextMs(0.5), 750);
  EXPECT_EQ(backoff.NextMs(0.0), 562);
  EXPECT_EQ(backoff.NextMs(0.999), 2'529);
  for (int i = 0; i < 20; ++i) backoff.NextMs(0.5);
  EXPECT_EQ(backoff.NextMs(0.5), 60'000);
}

TEST(Timers, RunInOrderOfTimeAndThenOfAsking) {
  Timers timers;
  std::string order;
  timers.At(20, [&] { order += 'c'; });
  timers.At(10, [&] { order += 'a'; });
  timers.At(10, [&] {
    order += 'b';
    timers.At(5, [&] { order += 'x'; });
  });
  timers.At(21, [&] { order += 'd'; });
  timers.RunDue(20);
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(timers.NextDueNs(), 5);
  timers.RunDue(20);
  EXPECT_EQ(order, "abcx");
  EXPECT_EQ(timers.size(), 1u);
}

TEST(Timers, WakeWhoWaitsOnlyForAnEarlierTime) {
  Timers timers;
  int woken = 0;
  timers.SetWake([&] { ++woken; });
  timers.At(20, [] {});
  timers.At(30, [] {});
  EXPECT_EQ(woken, 1);
  timers.At(10, [] {});
  EXPECT_EQ(woken, 2);
}

}  // namespace
}  // namespace watchfire::alerting
