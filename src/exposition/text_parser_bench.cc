// Real pages (460 scrapes of three exporters): WATCHFIRE_DATA names the folder with
// capture.tar.zst, ../shared/data by default; without it the benches skip.
//
// "known": the page of five seconds later against the layout of the page before, by MatchKnown with
// Next() where it stops. "new": every line by Next() and Labels().

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "exposition/text_parser.h"

namespace watchfire::exposition {
namespace {

class Capture {
 public:
  Capture() {
    const char* set = std::getenv("WATCHFIRE_DATA");
    std::string archive = std::string(set != nullptr ? set : "../shared/data") + "/capture.tar.zst";
    if (!std::filesystem::exists(archive)) return;
    directory_ = std::filesystem::temp_directory_path() / ("capture-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    std::string command =
        "zstd -dc --long=27 '" + archive + "' | tar x -C '" + directory_.string() + "'";
    if (std::system(command.c_str()) != 0) return;
    for (const char* exporter : {"prometheus", "node_exporter", "victoriametrics"}) {
      std::vector<std::filesystem::path> paths;
      for (const auto& entry : std::filesystem::directory_iterator(directory_ / exporter)) {
        paths.push_back(entry.path());
      }
      std::sort(paths.begin(), paths.end());
      std::vector<std::string> pages;
      for (size_t i = 0; i < paths.size() && i < 40; ++i) {
        std::stringstream text;
        text << std::ifstream(paths[i]).rdbuf();
        pages.push_back(text.str());
      }
      exporters.push_back(std::move(pages));
    }
  }
  ~Capture() { std::filesystem::remove_all(directory_); }

  std::vector<std::vector<std::string>> exporters;

 private:
  std::filesystem::path directory_;
};

const Capture& Pages() {
  static const Capture capture;
  return capture;
}

std::shared_ptr<const PageLayout> LayoutOf(std::string_view page) {
  PageLayoutBuilder builder;
  TextParser parser(page);
  while (*parser.Next() != EntryKind::kEnd) {
    bool sample = parser.entry().kind == EntryKind::kSample;
    builder.Add(sample ? PageLayout::LineKind::kSample : PageLayout::LineKind::kMeta,
                parser.entry().line);
  }
  return builder.Finish();
}

void BM_KnownPage(benchmark::State& state) {
  if (Pages().exporters.empty()) return state.SkipWithError("no captured pages");
  const std::vector<std::string>& pages = Pages().exporters[static_cast<size_t>(state.range(0))];
  std::shared_ptr<const PageLayout> layout = LayoutOf(pages[0]);
  PageValues values;
  int64_t samples = 0;
  int64_t bytes = 0;
  int64_t known = 0;
  size_t page = 0;
  for (auto unused : state) {
    const std::string& body = pages[page++ % pages.size()];
    TextParser parser(body);
    values.values.clear();
    size_t line = 0;
    while (true) {
      size_t before = values.values.size();
      line += parser.MatchKnown(*layout, line, values);
      known += static_cast<int64_t>(values.values.size() - before);
      if (*parser.Next() == EntryKind::kEnd) break;
      if (parser.entry().kind != EntryKind::kSample) continue;
      values.values.push_back(parser.entry().value);
      std::optional<size_t> at = layout->FindSample(parser.entry().line);
      line = at ? *at + 1 : line + 1;
    }
    benchmark::DoNotOptimize(values.values.data());
    samples += static_cast<int64_t>(values.values.size());
    bytes += static_cast<int64_t>(body.size());
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(samples);
  state.counters["known"] = static_cast<double>(known) / static_cast<double>(samples);
  state.counters["sample"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_KnownPage)->DenseRange(0, 2);

void BM_NewPage(benchmark::State& state) {
  if (Pages().exporters.empty()) return state.SkipWithError("no captured pages");
  const std::vector<std::string>& pages = Pages().exporters[static_cast<size_t>(state.range(0))];
  SeriesLabelsView labels;
  int64_t samples = 0;
  for (auto unused : state) {
    TextParser parser(pages[0]);
    while (*parser.Next() != EntryKind::kEnd) {
      if (parser.entry().kind != EntryKind::kSample) continue;
      if (!parser.Labels(labels).ok()) return state.SkipWithError("bad page");
      benchmark::DoNotOptimize(model::Labels::FromPairs(labels.labels));
      ++samples;
    }
  }
  state.SetItemsProcessed(samples);
  state.counters["sample"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_NewPage)->DenseRange(0, 2);

}  // namespace
}  // namespace watchfire::exposition
