// Appending to and reading from the head, without a disk that could be slow: the log goes to
// memory-backed files where the machine has them. Arguments are numbers of series; items are
// samples or series.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tsdb/head/head.h"

namespace watchfire::head {
namespace {

using model::Labels;
using model::Matcher;
using storage::SeriesRef;

constexpr size_t kPerTarget = 1000;

// Throws log bytes away, to measure the head alone.
class NullFile final : public AppendFile {
 public:
  Result<void> Append(std::string_view bytes) override {
    size_ += bytes.size();
    return {};
  }
  Result<void> Sync() override { return {}; }
  Result<void> Truncate(uint64_t size) override {
    size_ = size;
    return {};
  }
  Result<void> Close() override { return {}; }
  uint64_t size() const override { return size_; }

 private:
  uint64_t size_ = 0;
};

class NullFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string&, bool) override {
    return std::unique_ptr<AppendFile>(std::make_unique<NullFile>());
  }
  Result<MappedFile> Map(const std::string& path) override { return Error::NotFound("{}", path); }
  Result<void> HardLink(const std::string& from, const std::string&) override {
    return Error::NotFound("{}", from);
  }
  Result<std::string> ReadFile(const std::string& path, uint64_t) override { return None(path); }
  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) override {
    return None(path);
  }
  Result<void> WriteFileAtomically(const std::string&, std::string_view) override { return {}; }
  Result<void> CreateDirectories(const std::string&) override { return {}; }
  Result<std::vector<DirEntry>> ListDirectory(const std::string&) override {
    return std::vector<DirEntry>();
  }
  Result<void> Rename(const std::string&, const std::string&) override { return {}; }
  Result<void> Remove(const std::string&) override { return {}; }
  Result<void> RemoveRecursively(const std::string&) override { return {}; }
  Result<void> SyncDirectory(const std::string&) override { return {}; }
  bool Exists(const std::string&) override { return false; }

 private:
  static Error None(const std::string& path) { return Error::NotFound("{}", path); }
};

Labels SeriesLabels(size_t i) {
  size_t line = i % kPerTarget;
  std::string instance = "host-" + std::to_string(i / kPerTarget) + ":9100";
  std::string metric = "some_metric_name_" + std::to_string(line / 10) + "_total";
  std::string device = "dev" + std::to_string(line % 10);
  std::string value = "v" + std::to_string(line % 500);
  return Labels::Of({{"__name__", metric},
                     {"device", device},
                     {"distinct", value},
                     {"instance", instance},
                     {"job", "node"},
                     {"env", "production"},
                     {"region", "eu-west-1"}});
}

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

// `count` series in targets of a thousand lines, and one row for each target after the other.
class Load {
 public:
  explicit Load(size_t count, FileSystem* files = nullptr, const std::string& directory = "")
      : count_(count), values_(count) {
    HeadOptions options;
    options.fs = files == nullptr ? &files_ : files;
    options.wal_directory = directory;
    options.clock = Clock::System();
    options.registry = &registry_;
    head_ = std::make_unique<Head>(options);
    if (!head_->OpenLog().ok()) std::abort();
    auto appender = head_->NewAppender();
    for (size_t i = 0; i < count; ++i) refs_.push_back(*appender->GetRef(SeriesLabels(i)));
    std::mt19937_64 random(1);
    for (double& v : values_) v = static_cast<double>(random() % 100000);
  }

  // One scrape of every target; every `change_every`-th line has a new value.
  void Scrape(size_t change_every) {
    auto appender = head_->NewAppender();
    now_ += 15000;
    for (size_t from = 0; from < count_; from += kPerTarget) {
      if (change_every != 0) {
        for (size_t i = from; i < from + kPerTarget; i += change_every) {
          values_[i] += static_cast<double>((i * 7 + static_cast<size_t>(now_ / 15000) * 13) % 97);
        }
      }
      appender->AppendRow(now_ + static_cast<TimeMs>(from),
                          std::span(refs_).subspan(from, kPerTarget),
                          std::span(values_).subspan(from, kPerTarget), nullptr);
      if (!appender->Commit().ok()) std::abort();
    }
  }

  Head& head() { return *head_; }
  size_t count() const { return count_; }
  TimeMs now() const { return now_; }

 private:
  size_t count_;
  NullFileSystem files_;
  client::Registry registry_;
  std::unique_ptr<Head> head_;
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  TimeMs now_ = 1'700'000'000'000 / kEraMs * kEraMs;
};

// The sample store alone, as Publish uses it; the log is measured apart.
void BM_append(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  auto change_every = static_cast<size_t>(state.range(1));
  SampleStore store;
  std::mt19937_64 random(1);
  std::vector<Rows> rows(count / kPerTarget);
  TimeMs now = 1'700'000'000'000 / kEraMs * kEraMs;
  for (size_t i = 0; i < count; ++i) {
    Row& row = rows[i / kPerTarget][now];
    row.ids.push_back(static_cast<SeriesId>(i));
    row.values.push_back(static_cast<double>(random() % 100000));
  }
  for (const Rows& one : rows) store.Apply(one);
  for (auto _ : state) {
    state.PauseTiming();
    now += 15000;
    for (Rows& one : rows) {
      auto node = one.extract(one.begin());
      node.key() = now;
      if (change_every != 0) {
        auto& values = node.mapped().values;
        for (size_t i = 0; i < values.size(); i += change_every) {
          values[i] += static_cast<double>((i * 7 + static_cast<size_t>(now / 15000) * 13) % 97);
        }
      }
      one.insert(std::move(node));
    }
    state.ResumeTiming();
    for (const Rows& one : rows) store.Apply(one);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
  state.counters["ns_per_sample"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(count) * 1e-9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_append)
    ->ArgNames({"series", "change_every"})
    ->ArgsProduct({{100'000, 1'000'000}, {0, 1, 3}})
    ->Iterations(40)
    ->Unit(benchmark::kMillisecond);

// The whole transaction: appender, log record, zstd, publishing.
void BM_commit(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  load.Scrape(0);
  for (auto _ : state) load.Scrape(static_cast<size_t>(state.range(1)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_commit)
    ->ArgNames({"series", "change_every"})
    ->Args({100'000, 3})
    ->Args({1'000'000, 3})
    ->Iterations(10)
    ->Unit(benchmark::kMillisecond);

// Replaying forty scrapes from a real log; also how much the log takes a sample.
void BM_replay(benchmark::State& state) {
  std::string pattern = (std::filesystem::temp_directory_path() / "wf_replay_XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  auto count = static_cast<size_t>(state.range(0));
  {
    Load load(count, FileSystem::Local(), pattern);
    for (int i = 0; i < 40; ++i) load.Scrape(3);
  }
  uint64_t log_bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(pattern)) {
    log_bytes += file.file_size();
  }
  uint64_t samples = 0;
  for (auto _ : state) {
    client::Registry registry;
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = pattern;
    options.registry = &registry;
    Head head(options);
    samples += head.Replay(nullptr)->samples;
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["log_B/sample"] = static_cast<double>(log_bytes) / static_cast<double>(count * 40);
  std::filesystem::remove_all(pattern);
}
BENCHMARK(BM_replay)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_memory(benchmark::State& state) {
  for (auto _ : state) {
    size_t before = ResidentBytes();
    Load load(static_cast<size_t>(state.range(0)));
    size_t with_series = ResidentBytes();
    for (int i = 0; i < 40; ++i) load.Scrape(3);
    auto n = static_cast<double>(load.count());
    HeadMemory memory = load.head().Memory();
    // The load keeps 16 bytes a series of its own.
    state.counters["rss_B/series"] = static_cast<double>(ResidentBytes() - before) / n - 16;
    state.counters["labels_B"] = static_cast<double>(memory.labels) / n;
    state.counters["slots_B"] = static_cast<double>(memory.slots) / n;
    state.counters["samples_B"] = static_cast<double>(memory.samples) / n;
    state.counters["columns_B"] = static_cast<double>(memory.columns) / n;
    state.counters["rss_index_B"] = static_cast<double>(with_series - before) / n - 16;
  }
}
BENCHMARK(BM_memory)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

// A whole era as chunks in label order, as the block writer takes it.
void BM_export(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  TimeMs start = load.now();
  for (int i = 0; i < 480; ++i) load.Scrape(static_cast<size_t>(state.range(1)));
  size_t samples = 0;
  size_t bytes = 0;
  size_t before = ResidentBytes();
  size_t most = before;
  for (auto _ : state) {
    auto source = load.head().Source(start, start + kEraMs);
    benchmark::DoNotOptimize(*source->Symbols());
    auto set = *source->Series();
    for (size_t n = 0; set->Next(); ++n) {
      for (const chunk::ChunkView& one : set->chunks()) {
        samples += chunk::SampleCount(one);
        bytes += one.data.size();
      }
      if (n % 65536 == 0) most = std::max(most, ResidentBytes());
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["B/sample"] = static_cast<double>(bytes) / static_cast<double>(samples);
  state.counters["extra_B/series"] =
      static_cast<double>(most - before) / static_cast<double>(load.count());
}
BENCHMARK(BM_export)
    ->ArgNames({"series", "change_every"})
    ->ArgsProduct({{100'000, 1'000'000}, {0, 3}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_select_regex(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  load.Scrape(0);
  model::Matchers matchers = {
      *Matcher::Make(model::MatchType::kRegex, "distinct", "v[0-9]*7"),
  };
  size_t found = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, matchers);
    benchmark::DoNotOptimize(set);
    ++found;
  }
}
BENCHMARK(BM_select_regex)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_latest(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  for (int i = 0; i < 40; ++i) load.Scrape(3);
  model::Matchers matchers = {Matcher::Equal("job", "node")};
  size_t samples = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(load.now() - 300000, load.now() + 3'600'000);
    auto set = querier->Select(false, {}, matchers);
    model::Sample sample;
    while (set->Next()) samples += set->At().Latest(kMinTime, kMaxTime, &sample) ? 1 : 0;
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
}
BENCHMARK(BM_latest)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void BM_read_range(benchmark::State& state) {
  Load load(100'000);
  for (int i = 0; i < 240; ++i) load.Scrape(static_cast<size_t>(state.range(0)));
  model::Matchers matchers = {Matcher::Equal("job", "node")};
  size_t samples = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, matchers);
    while (set->Next()) samples += set->At().Read(kMinTime, kMaxTime).t.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
}
BENCHMARK(BM_read_range)
    ->ArgName("change_every")
    ->Arg(0)
    ->Arg(3)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::head
