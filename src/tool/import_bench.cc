// Import of 2 M samples by the order of their lines: all samples of a series behind one another
// (as dumps are), and all series of one time behind one another (as recordings are).

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/file.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

constexpr int kSamples = 2'000'000;

void AddLine(int series, int i, std::string* text) {
  fmt::format_to(std::back_inserter(*text),
                 "http_requests_total{{instance=\"host-{}:9100\",job=\"node\",method=\"get\","
                 "path=\"/api/v1/thing/{}\"}} {} {}\n",
                 series % 97, series, i * 7 + series, 1'700'000'000 + 15 * i);
}

std::string TextOf(int num_series, bool by_time) {
  std::string text = "# TYPE http_requests counter\n";
  int rounds = kSamples / num_series;
  for (int i = 0; i < kSamples; ++i) {
    if (by_time) AddLine(i % num_series, i / num_series, &text);
    if (!by_time) AddLine(i / rounds, i % rounds, &text);
  }
  return text + "# EOF\n";
}

void BM_Import(benchmark::State& state) {
  FileSystem& fs = *FileSystem::Local();
  char directory[] = "/tmp/watchfire_import_XXXXXX";
  WF_CHECK(::mkdtemp(directory) != nullptr);
  ImportOptions options;
  options.file = JoinPath(directory, "in");
  options.directory = JoinPath(directory, "data");
  options.quiet = true;
  fs.WriteFileAtomically(options.file, TextOf(static_cast<int>(state.range(0)), state.range(1)))
      .value();
  for (auto _ : state) {
    WF_CHECK(ImportOpenMetrics(options, stdout).ok());
    state.PauseTiming();
    fs.RemoveRecursively(options.directory).value();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kSamples);
  fs.RemoveRecursively(directory).value();
}
BENCHMARK(BM_Import)
    ->ArgNames({"series", "by_time"})
    ->ArgsProduct({{1000, 10'000, 100'000}, {0, 1}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::tool
