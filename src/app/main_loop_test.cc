#include "app/main_loop.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

#include "base/thread.h"

namespace watchfire::app {
namespace {

TEST(MainLoop, AReloadThatWasUnderWayIsNotTheOneAskedFor) {
  MainLoop loop;
  std::promise<void> entered;
  std::promise<void> asked;
  int reloads = 0;
  MainLoop::Callbacks callbacks;
  callbacks.reload = [&]() -> Result<void> {
    if (++reloads > 1) {
      poll(nullptr, 0, 50);  // time enough to be answered too early
      return Error::Invalid("the second");
    }
    entered.set_value();
    asked.get_future().wait();
    poll(nullptr, 0, 50);  // the other thread is about to wait; nothing tells when it does
    return {};
  };
  Thread runs("loop", [&] { loop.Run(callbacks); });
  auto first = std::async(std::launch::async, [&] { return loop.RequestReload(); });
  entered.get_future().wait();
  auto second = std::async(std::launch::async, [&] {
    asked.set_value();
    return loop.RequestReload();
  });
  first.wait();
  Result<void> result = second.get();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "the second");
  loop.RequestQuit();
  runs.Join();
  EXPECT_EQ(reloads, 2);
}

}  // namespace
}  // namespace watchfire::app
