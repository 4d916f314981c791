#include "base/thread.h"

#include <atomic>
#include <mutex>
#include <set>

#include "base/mutex.h"

namespace watchfire {
namespace {

TEST(Thread, RunsAndIsJoined) {
  std::atomic<bool> ran{false};
  {
    Thread thread("test", [&] { ran = true; });
    EXPECT_TRUE(thread.joinable());
  }
  EXPECT_TRUE(ran);
}

TEST(Thread, MayBeReplacedByAnother) {
  std::atomic<int> runs{0};
  Thread thread("one", [&] { ++runs; });
  thread = Thread("a name longer than the kernel keeps", [&] { ++runs; });
  thread.Join();
  thread.Join();
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(thread.joinable());
}

TEST(ThreadPool, RunsEverythingThatWasSubmittedBeforeItIsDestroyed) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool("test", 3);
    EXPECT_EQ(pool.size(), 3u);
    for (int i = 0; i < 1000; ++i) pool.Submit([&] { ++runs; });
  }
  EXPECT_EQ(runs, 1000);
}

TEST(ThreadPool, MakesAWorkerForEveryTaskThatWouldWait) {
  ThreadPool pool("test", 3);
  std::atomic<int> met{0};
  // Each waits for the two others, so they end only if all three run beside each other.
  for (int i = 0; i < 3; ++i) {
    pool.Submit([&] {
      ++met;
      while (met < 3) std::this_thread::yield();
    });
  }
  while (met < 3) std::this_thread::yield();
  EXPECT_EQ(pool.size(), 3u);
}

TEST(ThreadPool, HasAtLeastOneWorker) {
  EXPECT_GE(ThreadPool("test", 0).size(), 1u);
}

TEST(ThreadPool, ParallelForVisitsEveryIndexOnce) {
  ThreadPool pool("test", 4);
  for (size_t count : {size_t{0}, size_t{1}, size_t{2}, size_t{1000}}) {
    std::vector<std::atomic<int>> visits(count);
    pool.ParallelFor(count, [&](size_t i) { ++visits[i]; });
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(visits[i], 1) << i;
  }
}

TEST(ThreadPool, ParallelForWorksInsideTasksWhileAllWorkersAreBusy) {
  ThreadPool pool("test", 2);
  std::atomic<int> total{0};
  pool.ParallelFor(8, [&](size_t) { pool.ParallelFor(8, [&](size_t) { ++total; }); });
  EXPECT_EQ(total, 64);
}

TEST(CondVar, WakesAWaiterAndTimesOut) {
  struct Shared {
    Mutex mutex;
    CondVar changed;
    bool ready GUARDED_BY(mutex) = false;
  } shared;
  {
    MutexLock lock(shared.mutex);
    EXPECT_FALSE(shared.changed.WaitFor(shared.mutex, 1));
  }
  Thread setter("setter", [&] {
    MutexLock lock(shared.mutex);
    shared.ready = true;
    shared.changed.NotifyAll();
  });
  MutexLock lock(shared.mutex);
  while (!shared.ready) shared.changed.Wait(shared.mutex);
  EXPECT_TRUE(shared.ready);
}

TEST(SharedMutex, LetsReadersInTogetherAndWritersAlone) {
  SharedMutex mutex;
  int value = 0;
  ThreadPool pool("test", 4);
  pool.ParallelFor(200, [&](size_t i) {
    if (i % 4 == 0) {
      WriterLock lock(mutex);
      ++value;
    } else {
      ReaderLock lock(mutex);
      EXPECT_GE(value, 0);
    }
  });
  EXPECT_EQ(value, 50);
}

}  // namespace
}  // namespace watchfire
