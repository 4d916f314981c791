#include "testing/run_check.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "storage/label_groups.h"

namespace watchfire::testing {
namespace {

using storage::LatestRun;
using storage::SeriesRun;
using storage::SeriesSet;

std::string Sample(TimeMs t, double v) {
  return fmt::format(" {}={:x}", t, std::bit_cast<uint64_t>(v));
}

std::string SamplesOf(const SeriesRun& run, size_t k) {
  std::string out;
  for (size_t i = 0; i < run.t.size(); ++i) out += Sample(run.t[i], run.v[k * run.t.size() + i]);
  WF_CHECK(run.histograms == nullptr || run.count == 1);
  if (run.histograms == nullptr) return out;
  for (const storage::HistogramSample& one : *run.histograms) {
    out += fmt::format(" H{}={}/{}", one.t, one.histogram.count, one.histogram.sum);
  }
  return out;
}

std::string SamplesOf(const LatestRun& run, size_t k) {
  WF_CHECK(run.histogram == nullptr || run.count == 1);
  if (run.histogram == nullptr) return Sample(run.t[k], run.v[k]);
  return fmt::format(" H{}={}", run.histogram->t, run.histogram->histogram.count);
}

void AddRuns(SeriesSet& set, const RunQuestion& question, std::vector<std::string>* lines,
             size_t* runs) {
  SeriesRun run;
  LatestRun latest;
  while (question.latest ? set.NextLatest(question.mint, question.maxt, &latest)
                         : set.NextRun(question.mint, question.maxt, &run)) {
    if (runs != nullptr) ++*runs;
    size_t count = question.latest ? latest.count : run.count;
    WF_CHECK(count > 0);
    std::span<const uint32_t> groups = question.latest ? latest.groups : run.groups;
    WF_CHECK(groups.size() == (question.hints.groups ? count : 0));
    for (size_t k = 0; k < count; ++k) {
      std::string group;
      if (!groups.empty()) {
        group = fmt::format(" {} {}", groups[k], set.GroupLabels(groups[k]).ToString());
      }
      lines->push_back(set.RunLabels(k).ToString() + group + ":" +
                       (question.latest ? SamplesOf(latest, k) : SamplesOf(run, k)));
    }
  }
  if (!set.status().ok()) lines->push_back(set.status().error().message());
}

std::string FirstDifference(const std::vector<std::string>& actual,
                            const std::vector<std::string>& expected) {
  size_t i = 0;
  while (i < actual.size() && i < expected.size() && actual[i] == expected[i]) ++i;
  if (i == actual.size() && i == expected.size()) return "";
  return fmt::format("line {}\nactual:   {}\nexpected: {}", i,
                     i < actual.size() ? actual[i] : "the end",
                     i < expected.size() ? expected[i] : "the end");
}

}  // namespace

std::vector<std::string> ShownOneByOne(storage::Querier& querier, const RunQuestion& question) {
  std::vector<std::string> lines;
  storage::LabelGroups groups(question.hints.grouping, question.hints.by);
  auto set = querier.Select(question.sorted, question.hints, question.matchers);
  SeriesRun run;
  LatestRun latest;
  // The door's own way, by Next and At.
  while (question.latest ? set->SeriesSet::NextLatest(question.mint, question.maxt, &latest)
                         : set->SeriesSet::NextRun(question.mint, question.maxt, &run)) {
    const model::Labels& labels = set->At().labels();
    std::string group;
    if (question.hints.groups) {
      uint32_t number = groups.Find(labels);
      group = fmt::format(" {} {}", number, groups.labels(number).ToString());
    }
    lines.push_back(labels.ToString() + group + ":" +
                    (question.latest ? SamplesOf(latest, 0) : SamplesOf(run, 0)));
  }
  if (!set->status().ok()) lines.push_back(set->status().error().message());
  return lines;
}

std::vector<std::string> ShownInRuns(storage::Querier& querier, const RunQuestion& question,
                                     size_t* runs) {
  std::vector<std::string> lines;
  auto set = querier.Select(question.sorted, question.hints, question.matchers);
  AddRuns(*set, question, &lines, runs);
  return lines;
}

std::vector<std::string> ShownInParts(storage::Querier& querier, const RunQuestion& question,
                                      size_t parts) {
  std::vector<std::string> lines;
  auto set = querier.Select(question.sorted, question.hints, question.matchers);
  auto sets = set->Split(parts);
  if (sets.empty()) AddRuns(*set, question, &lines, nullptr);
  for (const auto& part : sets) AddRuns(*part, question, &lines, nullptr);
  return WithoutGroupNumbers(std::move(lines));
}

std::vector<std::string> WithoutGroupNumbers(std::vector<std::string> lines) {
  for (std::string& line : lines) {
    size_t at = line.find("} ");
    if (at == std::string::npos) continue;
    size_t group = line.find('{', at);
    if (group != std::string::npos) line.erase(at + 2, group - at - 2);
  }
  return lines;
}

std::string RunsDiffer(storage::Querier& querier, RunQuestion question) {
  for (bool latest : {false, true}) {
    question.latest = latest;
    std::vector<std::string> expected = ShownOneByOne(querier, question);
    std::string difference = FirstDifference(ShownInRuns(querier, question), expected);
    if (difference.empty()) {
      difference = FirstDifference(ShownInParts(querier, question, 3),
                                   WithoutGroupNumbers(std::move(expected)));
    }
    if (difference.empty()) continue;
    return fmt::format("{} of [{}, {}]{}: {}", latest ? "newest" : "runs", question.mint,
                       question.maxt, question.sorted ? " sorted" : "", difference);
  }
  return "";
}

}  // namespace watchfire::testing
