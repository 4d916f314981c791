#include "base/waiter.h"

#include "base/thread.h"

namespace watchfire {
namespace {

TEST(Waiter, KeepsAWakeThatComesBeforeTheWait) {
  Waiter waiter;
  waiter.Wake();
  waiter.Wake();
  waiter.Wait(-1);  // for ever, were the wake lost
  waiter.Wait(0);   // and both were one
}

TEST(Waiter, IsWokenByAnotherThread) {
  Waiter waiter;
  Thread other("wake", [&waiter] { waiter.Wake(); });
  waiter.Wait(-1);
}

}  // namespace
}  // namespace watchfire
