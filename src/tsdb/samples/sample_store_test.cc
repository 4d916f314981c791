#include "tsdb/samples/sample_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <thread>

#include "model/sample.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000 / kEraMs * kEraMs;

struct Kept {
  TimeMs t;
  double v;
  uint64_t sequence;  // of its transaction
};

// What a store must hold after each of its transactions, by the plainest means.
class Oracle {
 public:
  void Apply(const Rows& rows) {
    ++sequence_;
    for (const auto& [t, row] : rows) {
      for (size_t i = 0; i < row.ids.size(); ++i) {
        std::vector<Kept>& series = series_[row.ids[i]];
        if (series.empty() || series.back().t < std::max(t, cut_)) {
          series.push_back({t, row.values[i], sequence_});
        }
      }
    }
  }
  // Later snapshots do not see what is older; nor do series remember it.
  void DropBefore(TimeMs cut) { cut_ = cut; }
  TimeMs cut() const { return cut_; }
  std::string Expected(SeriesId id, uint64_t sequence, TimeMs mint, TimeMs maxt) const {
    std::string out;
    auto found = series_.find(id);
    if (found == series_.end()) return out;
    for (const Kept& kept : found->second) {
      if (kept.sequence > sequence || kept.t < mint || kept.t > maxt) continue;
      out += fmt::format(" {}={:x}", kept.t, std::bit_cast<uint64_t>(kept.v));
    }
    return out;
  }

 private:
  std::map<SeriesId, std::vector<Kept>> series_;
  uint64_t sequence_ = 0;
  TimeMs cut_ = kMinTime;
};

std::string Got(SampleReader& reader, SeriesId id, TimeMs mint, TimeMs maxt) {
  std::string out;
  storage::Columns columns = reader.Read(id, mint, maxt);
  for (size_t i = 0; i < columns.t.size(); ++i) {
    out += fmt::format(" {}={:x}", columns.t[i], std::bit_cast<uint64_t>(columns.v[i]));
  }
  std::string latest;
  if (!columns.t.empty()) {
    latest = fmt::format(" {}={:x}", columns.t.back(), std::bit_cast<uint64_t>(columns.v.back()));
  }
  model::Sample sample;
  bool any = reader.Latest(id, mint, maxt, &sample);
  EXPECT_EQ(any, !columns.t.empty());
  if (any) {
    EXPECT_EQ(fmt::format(" {}={:x}", sample.t, std::bit_cast<uint64_t>(sample.v)), latest);
  }
  if (any) {
    EXPECT_TRUE(reader.HasSamples(id, mint, maxt));
  }
  return out;
}

// Senders that cut the rows of their series into requests wherever these are full, some requests
// overtaking others; besides, whatever else may come.
class Senders {
 public:
  explicit Senders(uint64_t seed) : random_(seed) {
    SeriesId next = 0;
    for (int sender = 0; sender < 3; ++sender) {
      Sender one;
      one.request = 3 + random_() % 60;
      one.skew = random_() % 3;
      for (uint64_t i = 0, n = 5 + random_() % 200; i < n; ++i) {
        next += random_() % 20 == 0 ? 1 + random_() % 5 : 1;
        one.series.push_back(next);
      }
      if (random_() % 4 == 0) std::shuffle(one.series.begin(), one.series.end(), random_);
      senders_.push_back(std::move(one));
    }
    num_series_ = next + 10;
  }
  SeriesId num_series() const { return num_series_; }

  Rows Next() {
    Sender& sender = senders_[random_() % senders_.size()];
    while (sender.waiting.size() <= sender.skew) sender.waiting.push_back(Cut(sender));
    size_t which = random_() % (sender.skew + 1);
    Rows rows = std::move(sender.waiting[which]);
    sender.waiting.erase(sender.waiting.begin() + static_cast<ptrdiff_t>(which));
    if (random_() % 30 == 0) AddNoise(&rows);
    return rows;
  }

 private:
  struct Sender {
    std::vector<SeriesId> series;
    size_t request = 0;
    uint64_t skew = 0;
    size_t at = 0;
    TimeMs t = 0;
    std::vector<Rows> waiting;
  };

  Rows Cut(Sender& sender) {
    Rows rows;
    for (size_t n = 0; n < sender.request; ++n) {
      if (sender.at == 0) {
        now_ += static_cast<TimeMs>(random_() % 20000);
        if (random_() % 30 == 0) now_ += kEraMs / 3;
        sender.t = ++now_;
        if (random_() % 10 == 0) Churn(sender);
      }
      bool lost = random_() % 200 == 0;
      if (!lost) Put(&rows[sender.t], sender.series[sender.at]);
      sender.at = (sender.at + 1) % sender.series.size();
    }
    if (random_() % 40 == 0) return {};  // a request is lost
    return rows;
  }
  void Put(Row* row, SeriesId id) {
    row->ids.push_back(id);
    row->values.push_back(Value());
  }
  double Value() {
    switch (random_() % 8) {
      case 0:
        return static_cast<double>(random_() % 1000) / 10;
      case 1:
        return random_() % 20 == 0 ? model::kStaleNan : 2;
      default:
        return 1;
    }
  }
  void Churn(Sender& sender) {
    size_t at = random_() % sender.series.size();
    if (random_() % 2 == 0 && sender.series.size() > 1) {
      sender.series.erase(sender.series.begin() + static_cast<ptrdiff_t>(at));
    } else {
      SeriesId id = static_cast<SeriesId>(random_() % num_series_);
      // Perhaps one that another sender has, too, but not twice in a row.
      auto& all = sender.series;
      if (std::find(all.begin(), all.end(), id) == all.end()) {
        all.insert(all.begin() + static_cast<ptrdiff_t>(at), id);
      }
    }
  }
  void AddNoise(Rows* rows) {
    for (int i = 0; i < 5; ++i) {
      TimeMs t = now_ - static_cast<TimeMs>(random_() % 40000);
      Put(&(*rows)[t], static_cast<SeriesId>(random_() % num_series_));
    }
  }

  std::mt19937_64 random_;
  std::vector<Sender> senders_;
  SeriesId num_series_ = 0;
  TimeMs now_ = kStart;
};

// Eras are dropped meanwhile, and series without samples are forgotten.
TEST(SampleStore, HoldsWhatWasAppliedHoweverRowsAreCut) {
  size_t dropped = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SampleStore store;
    Oracle oracle;
    Senders senders(seed);
    std::mt19937_64 random(seed);
    std::vector<std::pair<std::unique_ptr<Snapshot>, TimeMs>> snapshots;  // and what is dropped
    TimeMs newest = kStart;
    for (int step = 1; step <= 400; ++step) {
      Rows rows = senders.Next();
      rows.erase(rows.begin(), rows.lower_bound(oracle.cut()));  // out of bounds
      if (!rows.empty()) newest = std::max(newest, rows.rbegin()->first);
      store.Apply(rows);
      oracle.Apply(rows);
      if (random() % 10 == 0) {
        snapshots.emplace_back(std::make_unique<Snapshot>(&store), oracle.cut());
      }
      if (random() % 15 == 0 && !snapshots.empty()) {
        snapshots.erase(snapshots.begin() + static_cast<ptrdiff_t>(random() % snapshots.size()));
      }
      if (step % 90 == 0) {
        TimeMs cut = (newest - kEraMs) / kEraMs * kEraMs;
        dropped += store.DropBefore(cut);
        oracle.DropBefore(cut);
        std::vector<SeriesId> ids(senders.num_series());
        std::iota(ids.begin(), ids.end(), 0);
        store.EraseUsed(&ids);
        std::erase_if(ids, [&](SeriesId id) { return id % 3 == 0; });
        store.Forget(ids);
      }
      if (step % 25 != 0 || snapshots.empty()) continue;
      const auto& [snapshot, cut] = snapshots[random() % snapshots.size()];
      SampleReader reader(&store, snapshot.get());
      TimeMs mint = random() % 2 == 0 ? kMinTime : newest - static_cast<TimeMs>(random() % kEraMs);
      TimeMs maxt = random() % 2 == 0 ? kMaxTime : newest - static_cast<TimeMs>(random() % 60000);
      for (SeriesId id = 0; id < senders.num_series(); ++id) {
        ASSERT_EQ(Got(reader, id, mint, maxt),
                  oracle.Expected(id, snapshot->sequence(), std::max(mint, cut), maxt))
            << "seed " << seed << " step " << step << " series " << id;
      }
    }
  }
  EXPECT_GT(dropped, 20u);
}

// The newest sample decides alone what a series may get next, wherever it lies.
TEST(SampleStore, ChecksAgreeWithWhatApplyTakes) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SampleStore store;
    Senders senders(seed);
    for (int step = 1; step <= 300; ++step) {
      Rows rows = senders.Next();
      uint64_t good = 0;
      SampleStore::Free free;
      for (const auto& [t, row] : rows) {
        bool all = true;
        for (size_t i = 0; i < row.ids.size(); ++i) {
          auto with = store.Check(row.ids[i], t, row.values[i], &free);
          auto without = store.Check(row.ids[i], t, row.values[i]);
          ASSERT_EQ(with.error, without.error);
          ASSERT_EQ(with.repeats, without.repeats);
          all &= with.error == storage::AppendError::kNone && !with.repeats;
        }
        if (store.AreBehind(row.ids, t)) {
          ASSERT_TRUE(all);
        }
        // One row at a time, as a later row may belong to the same series.
        Rows one;
        one[t] = row;
        for (size_t i = 0; i < row.ids.size(); ++i) {
          auto verdict = store.Check(row.ids[i], t, row.values[i]);
          bool twice = std::count(row.ids.begin(), row.ids.begin() + static_cast<ptrdiff_t>(i),
                                  row.ids[i]) > 0;
          good += !twice && verdict.error == storage::AppendError::kNone && !verdict.repeats;
        }
        good -= store.Apply(one).appended;
        ASSERT_EQ(good, 0u) << "seed " << seed << " step " << step;
      }
    }
  }
}

// Slices of 2,000 of 5,000 series over two connections, the second ahead of the first now and then:
// the series stay together, in one column or a few, without ending a segment.
TEST(SampleStore, SlicedRowsKeepTheirTimelines) {
  for (size_t skew : {0, 1}) {
    SampleStore store;
    std::vector<Rows> requests(1);
    size_t in_request = 0;
    constexpr int kRows = 100;
    for (int row = 0; row < kRows; ++row) {
      for (SeriesId id = 0; id < 5000; ++id) {
        if (in_request++ == 2000) {
          requests.emplace_back();
          in_request = 1;
        }
        Row& to = requests.back()[kStart + row * 15000];
        to.ids.push_back(id);
        to.values.push_back(row);
      }
    }
    // Neighbours change places, except at the start, where each series comes first.
    if (skew == 1) {
      for (size_t i = 4; i + 1 < requests.size(); i += 2) {
        if (i % 3 != 0) std::swap(requests[i], requests[i + 1]);
      }
    }
    uint64_t refused = 0;
    for (const Rows& request : requests) refused += store.Apply(request).refused;
    SampleStore::Stats stats = store.GetStats();
    EXPECT_LE(stats.timelines, 3u);
    if (skew == 0) {
      EXPECT_EQ(refused, 0u);
      EXPECT_EQ(stats.segments, 5000u);
    }
  }
}

// At the start of an era all segments end anyway: what was parted by chance comes together.
TEST(SampleStore, SeriesOfOneRowMeetAgainInTheNextEra) {
  SampleStore store;
  auto row = [](TimeMs t, SeriesId from, SeriesId to) {
    Rows rows;
    for (SeriesId id = from; id < to; ++id) {
      rows[t].ids.push_back(id);
      rows[t].values.push_back(1);
    }
    return rows;
  };
  store.Apply(row(kStart, 0, 70));
  store.Apply(row(kStart, 70, 150));
  store.Apply(row(kStart + 1, 0, 150));
  auto share = [&] {
    Snapshot snapshot(&store);
    SampleReader reader(&store, &snapshot);
    const TimeMs* first = reader.Read(0, kStart + kEraMs, kMaxTime).t.data();
    const TimeMs* last = reader.Read(149, kStart + kEraMs, kMaxTime).t.data();
    return first != nullptr && first == last;
  };
  EXPECT_FALSE(share());
  store.Apply(row(kStart + kEraMs, 0, 150));
  EXPECT_TRUE(share());
  // Pieces fill the common row.
  store.Apply(row(kStart + kEraMs + 1, 0, 100));
  store.Apply(row(kStart + kEraMs + 1, 100, 150));
  EXPECT_TRUE(share());
}

// A target whose series all go stale and come back goes on in its timeline.
TEST(SampleStore, AFlappingTargetTakesNoNewTimelines) {
  SampleStore store;
  for (TimeMs t = 0; t < 100; ++t) {
    Rows rows;
    for (SeriesId id = 0; id < 50; ++id) {
      rows[kStart + t].ids.push_back(id);
      rows[kStart + t].values.push_back(t % 5 == 4 ? model::kStaleNan : 1);
    }
    EXPECT_EQ(store.Apply(rows).appended, 50u);
  }
  EXPECT_EQ(store.GetStats().timelines, 1u);
}

// Readers look all the time while rows come in pieces: each sees just the transactions up to its
// own, in rows that others go on filling, too.
TEST(SampleStore, ReadersSeeWholeTransactionsOfRowsInPieces) {
  SampleStore store;
  Senders senders(7);
  Oracle oracle;
  std::vector<Rows> transactions;
  for (int i = 0; i < 2000; ++i) {
    transactions.push_back(senders.Next());
    oracle.Apply(transactions.back());
  }
  std::atomic<bool> done{false};
  auto read = [&](uint64_t seed) {
    std::mt19937_64 random(seed);
    int rounds = 0;
    while (!done || rounds < 3) {
      ++rounds;
      Snapshot snapshot(&store);
      SampleReader reader(&store, &snapshot);
      for (int i = 0; i < 40; ++i) {
        auto id = static_cast<SeriesId>(random() % senders.num_series());
        ASSERT_EQ(Got(reader, id, kMinTime, kMaxTime),
                  oracle.Expected(id, snapshot.sequence(), kMinTime, kMaxTime));
      }
    }
  };
  std::vector<std::thread> readers;
  for (uint64_t i = 0; i < 2; ++i) readers.emplace_back(read, i);
  for (const Rows& rows : transactions) {
    for (const auto& [t, row] : rows) {
      SampleStore::Free free;
      store.AreBehind(row.ids, t);
      for (SeriesId id : row.ids) store.Check(id, t, 1, &free);
    }
    store.Apply(rows);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace watchfire::head
