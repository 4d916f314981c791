#include "remote/series_cache.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/thread.h"

namespace watchfire::remote {
namespace {

constexpr TimeMs kMinute = 60'000;

SeriesKey KeyOf(uint64_t i) {
  return {KeyedHash({reinterpret_cast<const char*>(&i), sizeof i}), 8};
}

size_t Known(SeriesCache& cache, uint64_t from, uint64_t to, TimeMs now) {
  SeriesCache::Lease lease(cache, now);
  size_t found = 0;
  for (uint64_t i = from; i < to; ++i) {
    storage::SeriesRef ref = lease.Find(KeyOf(i));
    EXPECT_TRUE(ref == 0 || ref == i + 1) << i;
    found += ref != 0;
  }
  return found;
}

void Fill(SeriesCache& cache, uint64_t from, uint64_t to, TimeMs now) {
  SeriesCache::Lease lease(cache, now);
  for (uint64_t i = from; i < to; ++i) lease.Put(KeyOf(i), i + 1);
}

TEST(SeriesCache, GrowsAndForgetsNothingInUse) {
  SeriesCache cache;
  Fill(cache, 0, 100'000, 0);
  EXPECT_GE(Known(cache, 0, 100'000, 0), 99'900u);
  EXPECT_EQ(Known(cache, 100'000, 101'000, 0), 0u);
  EXPECT_LT(cache.bytes(), 100'000u * 16 * 3);
}

TEST(SeriesCache, TellsKeysOfOtherLengthApart) {
  SeriesCache cache;
  SeriesCache::Lease lease(cache, 0);
  SeriesKey key = KeyOf(1);
  lease.Put(key, 2);
  key.length = 9;
  EXPECT_EQ(lease.Find(key), 0u);
}

TEST(SeriesCache, TakesANewNumberForAKnownKey) {
  SeriesCache cache;
  SeriesCache::Lease lease(cache, 0);
  lease.Put(KeyOf(1), 2);
  lease.Put(KeyOf(1), 7);
  EXPECT_EQ(lease.Find(KeyOf(1)), 7u);
  EXPECT_EQ(cache.entries(), 1u);
}

TEST(SeriesCache, DoesNotKeepNumbersThatDoNotFit) {
  SeriesCache cache;
  SeriesCache::Lease lease(cache, 0);
  lease.Put(KeyOf(1), uint64_t{1} << 48);
  lease.Put(KeyOf(2), 0);
  EXPECT_EQ(cache.entries(), 0u);
  // Ids that were given away many times have large numbers.
  uint64_t largest = (uint64_t{1} << 48) - 1;
  lease.Put(KeyOf(3), largest);
  EXPECT_EQ(lease.Find(KeyOf(3)), largest);
}

TEST(SeriesCache, LetsGoOfWhatWasNotAskedForLately) {
  SeriesCache cache;
  Fill(cache, 0, 50'000, 0);
  size_t bytes = cache.bytes();
  // The first thousand stay in use; another fifty thousand come in their own good time.
  for (TimeMs now = 0; now < 60 * kMinute; now += 5 * kMinute) {
    EXPECT_GE(Known(cache, 0, 1000, now), 990u);
    Fill(cache, 50'000 + static_cast<uint64_t>(now), 55'000 + static_cast<uint64_t>(now), now);
  }
  EXPECT_GE(Known(cache, 0, 1000, 60 * kMinute), 990u);
  EXPECT_LE(cache.bytes(), bytes);
}

TEST(SeriesCache, StaysWithinItsLimit) {
  SeriesCache cache(10'000);
  Fill(cache, 0, 100'000, 0);
  EXPECT_LE(cache.bytes(), 10'000u * 16 + 64);
  EXPECT_GT(Known(cache, 99'000, 100'000, 0), 500u);
}

TEST(SeriesCache, IsSharedByThreadsWithoutMixingEntriesUp) {
  SeriesCache cache(20'000);
  std::vector<Thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back("cache", [&cache, n] {
      for (uint64_t round = 0; round < 20; ++round) {
        SeriesCache::Lease lease(cache, static_cast<TimeMs>(round) * kMinute);
        for (uint64_t i = 0; i < 10'000; ++i) {
          uint64_t id = (i * 7 + static_cast<uint64_t>(n) * 1000) % 30'000;
          storage::SeriesRef ref = lease.Find(KeyOf(id));
          ASSERT_TRUE(ref == 0 || ref == id + 1);
          if (ref == 0) lease.Put(KeyOf(id), id + 1);
        }
      }
    });
  }
}

}  // namespace
}  // namespace watchfire::remote
