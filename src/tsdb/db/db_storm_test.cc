// A storm of kill -9: a child process appends, deletes, cuts blocks, merges them and truncates the
// log as fast as it can and tells through a pipe what was acknowledged; the parent kills it at a
// random moment, opens the directory and looks whether all of that is there and no half of
// anything else. WATCHFIRE_KILLS sets the number of kills.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>

#include "base/log.h"
#include "model/sample.h"
#include "tsdb/db/db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;

constexpr int kSeries = 12;
constexpr int64_t kStepMs = 60'000;

struct Message {
  enum Kind : int { kReady, kAppended, kDeleting, kDeleted } kind = kReady;
  int series = 0;
  TimeMs mint = 0;
  TimeMs maxt = 0;
};

struct Deletion {
  int series = 0;
  TimeMs mint = 0;
  TimeMs maxt = 0;
  bool done = false;
};

Labels LabelsOf(int series) {
  return Labels::Of({{"__name__", "storm"}, {"series", std::to_string(series)}});
}

double ValueAt(int series, TimeMs t) {
  if (series % 3 == 0) return series;
  return static_cast<double>((t / kStepMs) * series) + (series % 3 == 2 ? 0.1 : 0);
}

DbOptions OptionsFor(const std::string& path) {
  DbOptions options;
  options.path = path;
  options.background = false;
  options.no_lockfile = true;           // the killed child's would be in the way
  options.wal_segment_bytes = 1 << 17;  // many segments and checkpoints
  options.max_block_ms = int64_t{18} * 3600 * 1000;
  return options;
}

// The child: never returns.
void Work(const std::string& path, TimeMs next, unsigned seed, int pipe) {
  auto tell = [&](const Message& message) {
    if (::write(pipe, &message, sizeof message) != sizeof message) ::_exit(3);
  };
  Result<std::unique_ptr<Db>> opened = Db::Open(OptionsFor(path));
  if (!opened) ::_exit(4);
  Db& db = **opened;
  tell({.kind = Message::kReady});
  std::mt19937 random(seed);
  std::thread maintenance([&] {
    while (true) {
      if (!db.Maintain()) ::_exit(5);
      if (random() % 8 == 0 && !db.CleanTombstones()) ::_exit(6);
    }
  });
  std::vector<storage::SeriesRef> refs;
  auto appender = db.NewAppender();
  for (int i = 0; i < kSeries; ++i) refs.push_back(*appender->GetRef(LabelsOf(i)));
  std::mt19937 mine(seed + 1);
  for (TimeMs t = next;; t += kStepMs) {
    std::vector<double> values;
    for (int i = 0; i < kSeries; ++i) values.push_back(ValueAt(i, t));
    appender = db.NewAppender();
    std::vector<storage::RowError> errors;
    appender->AppendRow(t, refs, values, &errors);
    if (!errors.empty() || !appender->Commit()) ::_exit(7);
    tell({.kind = Message::kAppended, .maxt = t});
    if (mine() % 64 != 0) continue;
    auto series = static_cast<int>(mine() % kSeries);
    TimeMs from = t - static_cast<TimeMs>(mine() % 600) * kStepMs;
    TimeMs to = std::min(t, from + static_cast<TimeMs>(mine() % 20) * kStepMs);
    tell({.kind = Message::kDeleting, .series = series, .mint = from, .maxt = to});
    if (!db.Delete(from, to, {model::Matcher::Equal("series", std::to_string(series))})) {
      ::_exit(8);
    }
    tell({.kind = Message::kDeleted, .series = series, .mint = from, .maxt = to});
  }
}

class Storm {
 public:
  explicit Storm(std::string path) : path_(std::move(path)) {}

  void Kill(unsigned round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      Work(path_, acknowledged_ + kStepMs * 2, round * 2, ends[1]);
    }
    ::close(ends[1]);
    std::mt19937 random(round);
    Message message;
    bool alive = ::read(ends[0], &message, sizeof message) == sizeof message;
    EXPECT_TRUE(alive) << "the database did not open";
    // Half of the kills within the first milliseconds, when much is going on at once.
    ::usleep(random() % 2 == 0 ? random() % 5'000 : random() % 60'000);
    ::kill(child, SIGKILL);
    while (::read(ends[0], &message, sizeof message) == sizeof message) Note(message);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  }

  void Verify() {
    Result<std::unique_ptr<Db>> opened = Db::Open(OptionsFor(path_));
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    auto querier = *(*opened)->NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(true, {}, {});
    std::vector<TimeMs> seen[kSeries];
    while (set->Next()) {
      int series = std::stoi(std::string(set->At().labels().Get("series")));
      storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
      for (size_t i = 0; i < columns.t.size(); ++i) {
        seen[series].push_back(columns.t[i]);
        ASSERT_TRUE(model::SameBits(columns.v[i], ValueAt(series, columns.t[i])));
      }
    }
    ASSERT_TRUE(set->status().ok()) << set->status().error().message();
    for (int series = 0; series < kSeries; ++series) VerifySeries(series, seen[series]);
    for (const std::vector<TimeMs>& times : seen) {
      if (!times.empty()) acknowledged_ = std::max(acknowledged_, times.back());
    }
  }

  size_t rows() const { return rows_.size(); }

 private:
  void Note(const Message& message) {
    if (message.kind == Message::kAppended) {
      rows_.push_back(message.maxt);
      acknowledged_ = message.maxt;
    } else if (message.kind == Message::kDeleting) {
      deletions_.push_back({message.series, message.mint, message.maxt});
    } else if (message.kind == Message::kDeleted) {
      deletions_.back().done = true;
    }
  }

  void VerifySeries(int series, const std::vector<TimeMs>& seen) {
    auto next = seen.begin();
    for (TimeMs t : rows_) {
      while (next != seen.end() && *next < t) ++next;
      if (next != seen.end() && *next == t) continue;
      bool may_be_gone = std::any_of(deletions_.begin(), deletions_.end(), [&](const auto& one) {
        return one.series == series && t >= one.mint && t <= one.maxt;
      });
      ASSERT_TRUE(may_be_gone) << "series " << series << " lost " << t;
    }
    for (const Deletion& one : deletions_) {
      if (one.series != series || !one.done) continue;
      auto kept = std::lower_bound(seen.begin(), seen.end(), one.mint);
      ASSERT_TRUE(kept == seen.end() || *kept > one.maxt)
          << "series " << series << " kept " << *kept;
    }
  }

  const std::string path_;
  std::vector<TimeMs> rows_;  // acknowledged
  std::vector<Deletion> deletions_;
  TimeMs acknowledged_ = 0;
};

// A directory of its own, so that what is looked through after a kill stays small.
void RunStorm(unsigned first_round, unsigned kills, std::string* log) {
  char name[] = "/tmp/wf_storm_XXXXXX";
  std::string path = ::mkdtemp(name);
  Storm storm(path);
  for (unsigned round = first_round; round < first_round + kills; ++round) {
    storm.Kill(round);
    storm.Verify();
    size_t shown = log->size() > 4000 ? log->size() - 4000 : 0;
    ASSERT_FALSE(::testing::Test::HasFailure()) << "kill " << round << "\n" << log->substr(shown);
    log->clear();
  }
  EXPECT_GT(storm.rows(), kills);
  std::filesystem::remove_all(path);
}

TEST(DbStorm, WhatWasAcknowledgedSurvivesEveryKill) {
  unsigned kills = 200;
  if (const char* wanted = ::getenv("WATCHFIRE_KILLS")) kills = static_cast<unsigned>(atoi(wanted));
  std::string log;
  CaptureLogs(&log);
  constexpr unsigned kKillsInOneDirectory = 20;
  for (unsigned round = 0; round < kills && !HasFailure(); round += kKillsInOneDirectory) {
    RunStorm(round, std::min(kKillsInOneDirectory, kills - round), &log);
  }
  CaptureLogs(nullptr);
}

}  // namespace
}  // namespace watchfire::tsdb
