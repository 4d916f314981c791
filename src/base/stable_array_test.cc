#include "base/stable_array.h"

#include <gtest/gtest.h>

namespace watchfire {
namespace {

TEST(StableArray, KeepsElementsInPlaceWhileGrowing) {
  StableArray<uint32_t> array;
  array.Grow(1);
  uint32_t* first = &array[0];
  array.Grow(300000);
  EXPECT_EQ(first, &array[0]);
  for (uint32_t i = 0; i < 300000; ++i) {
    ASSERT_EQ(array[i], 0u);
    array[i] = i;
  }
  for (uint32_t i = 0; i < 300000; ++i) ASSERT_EQ(array[i], i);
}

TEST(StableArray, RunsCoverTheArrayOnce) {
  StableArray<uint32_t> array;
  array.Grow(1000);
  for (uint32_t i = 0; i < 1000; ++i) array[i] = i;
  size_t i = 3;
  while (i < 1000) {
    auto run = array.Run(i, 1000 - i);
    ASSERT_FALSE(run.empty());
    for (uint32_t v : run) ASSERT_EQ(v, i++);
  }
  EXPECT_EQ(i, 1000u);
}

}  // namespace
}  // namespace watchfire
