#include "promql/plan/annotations.h"

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

#include "base/numbers.h"
#include "base/text.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {
namespace {

constexpr std::string_view kMonotonicityText =
    "input to histogram_quantile needed to be fixed for monotonicity (see "
    "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";

std::string TwoDigits(double v) {
  char buffer[40];
  std::snprintf(buffer, sizeof(buffer), "%.2g", v);
  return buffer;
}

std::string SecondsRfc3339(TimeMs t) {
  std::string text = FormatRfc3339(t);
  size_t point = text.find('.');
  if (point == std::string::npos) return text;
  std::string fraction = text.substr(point, text.size() - 1 - point);
  while (!fraction.empty() && (fraction.back() == '0' || fraction.back() == '.')) {
    fraction.pop_back();
  }
  return text.substr(0, point) + fraction + "Z";
}

}  // namespace

std::string ForMetricName(std::string_view name) {
  return name.empty() ? std::string() : " for metric name " + GoQuote(name);
}

void Annotations::Add(std::vector<Note>& notes, std::string text, PosRange pos) {
  auto same = [&text](const Note& note) { return note.text == text; };
  auto found = std::find_if(notes.begin(), notes.end(), same);
  if (found == notes.end()) {
    notes.push_back({std::move(text), pos, false});
  } else if (pos.start < found->pos.start) {
    found->pos = pos;
  }
}

void Annotations::Warn(std::string text, PosRange pos) {
  Add(warnings_, std::move(text), pos);
}

void Annotations::Info(std::string text, PosRange pos) {
  Add(infos_, std::move(text), pos);
}

void Annotations::WarnPlain(std::string text) {
  constexpr uint32_t kLast = UINT32_MAX;
  warnings_.push_back({std::move(text), {kLast, kLast}, true});
}

void Annotations::ForcedMonotonicity(const Monotonicity& fix) {
  auto same = [&fix](const Correction& c) { return c.extent.metric_name == fix.metric_name; };
  auto found = std::find_if(corrections_.begin(), corrections_.end(), same);
  if (found == corrections_.end()) {
    corrections_.push_back({fix, fix.t, fix.t, 1, infos_.size()});
    infos_.push_back({std::string(kMonotonicityText) + ForMetricName(fix.metric_name), fix.pos});
    found = corrections_.end() - 1;
  } else {
    found->first = std::min(found->first, fix.t);
    found->last = std::max(found->last, fix.t);
    ++found->samples;
    found->extent.min_bucket = std::min(found->extent.min_bucket, fix.min_bucket);
    found->extent.max_bucket = std::max(found->extent.max_bucket, fix.max_bucket);
    found->extent.max_diff = std::max(found->extent.max_diff, fix.max_diff);
  }
  const Correction& c = *found;
  infos_[c.note].text = fmt::format(
      "{}{}, from buckets {} to {}, with a max diff of {}, over {} samples from {} to {}",
      kMonotonicityText, ForMetricName(fix.metric_name), FormatFloatGo(c.extent.min_bucket),
      FormatFloatGo(c.extent.max_bucket), TwoDigits(c.extent.max_diff), c.samples,
      SecondsRfc3339(c.first), SecondsRfc3339(c.last));
}

std::vector<std::string> Annotations::Render(std::vector<Note> notes,
                                             std::string_view prefix) const {
  // In order of the text, not of the evaluation.
  std::stable_sort(notes.begin(), notes.end(),
                   [](const Note& a, const Note& b) { return a.pos.start < b.pos.start; });
  std::vector<std::string> lines;
  lines.reserve(notes.size());
  for (const Note& note : notes) {
    lines.push_back(note.plain ? note.text
                               : fmt::format("{}{} ({})", prefix, note.text,
                                             PositionText(query_, note.pos.start)));
  }
  return lines;
}

void Annotations::Absorb(Annotations& other) {
  // Corrections of buckets are made above all shards, never in one.
  for (Note& note : other.warnings_) Add(warnings_, std::move(note.text), note.pos);
  for (Note& note : other.infos_) Add(infos_, std::move(note.text), note.pos);
  other.warnings_.clear();
  other.infos_.clear();
}

std::vector<std::string> Annotations::TakeWarnings() {
  return Render(warnings_, "PromQL warning: ");
}
std::vector<std::string> Annotations::TakeInfos() {
  return Render(infos_, "PromQL info: ");
}

}  // namespace watchfire::promql
