// Federation: GET /federate?match[]=…, the newest sample of each matching series as a metrics page
// for another server to scrape.
#include <map>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "base/numbers.h"
#include "base/text.h"
#include "client/text_writer.h"
#include "storage/querier.h"

namespace watchfire::api {
namespace {

std::string EscapeValue(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// The text format of this page knows the old alphabet only: other characters become '_'.
std::string EscapeName(std::string_view name, bool metric) {
  std::string out;
  for (char c : name) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool digit = c >= '0' && c <= '9' && !out.empty();
    out += letter || digit || (metric && c == ':') ? c : '_';
  }
  return out;
}

void WriteSample(std::string& page, const model::Labels& labels, const model::Sample& sample) {
  page += EscapeName(labels.metric_name(), true);
  page += '{';
  bool first = true;
  for (const model::LabelView& label : labels) {
    if (label.name == model::kMetricName) continue;
    if (!first) page += ',';
    first = false;
    page += EscapeName(label.name, false) + "=\"" + EscapeValue(label.value) + "\"";
  }
  // A series without an instance says so: the scraping server must not put its own there.
  if (!labels.Has("instance")) page += first ? "instance=\"\"" : ",instance=\"\"";
  page += "} " + FormatFloatGo(sample.v) + ' ';
  AppendInt(page, sample.t);
  page += '\n';
}

}  // namespace

net::Response PrometheusApi::Federate(const net::Request& request) {
  if (!*deps_.ready) return NotReady();
  Result<net::Values> form = request.Form();
  if (!form.ok()) return net::Response::Text(400, form.error().message() + "\n");
  auto sets = ParseMatchParams(*form);
  if (!sets.ok()) return net::Response::Text(400, sets.error().message() + "\n");
  TimeMs now = deps_.clock->Now();
  TimeMs oldest = now - deps_.engine->options().lookback_delta_ms + 1;
  auto querier = deps_.database()->NewQuerier(oldest, now);
  if (!querier.ok()) return net::Response::Text(500, querier.error().message() + "\n");
  storage::SelectHints hints;
  hints.start = oldest;
  hints.end = now;
  std::map<model::Labels, model::Sample> found;
  for (const model::Matchers& matchers : *sets) {
    auto set = (*querier)->Select(true, hints, matchers);
    while (set->Next()) {
      model::Sample sample;
      if (!set->At().Latest(oldest, now, &sample) || model::IsStaleNan(sample.v)) continue;
      model::LabelsBuilder labels(set->At().labels());
      for (const model::LabelView& label : deps_.external_labels()) {
        if (labels.Get(label.name).empty()) labels.Set(label.name, label.value);
      }
      found.emplace(labels.Build(), sample);
    }
    if (!set->status().ok()) {
      return net::Response::Text(500, set->status().error().message() + "\n");
    }
  }
  // Label sets sort by `__name__` first only if no label sorts before it, so group by name.
  std::map<std::string, std::string> families;
  for (const auto& [labels, sample] : found) {
    if (labels.Has(model::kMetricName)) {
      WriteSample(families[EscapeName(labels.metric_name(), true)], labels, sample);
    }
  }
  net::Response response = net::Response::Text(200, "");
  response.headers.Set("Content-Type", std::string(client::kTextContentType));
  for (const auto& [name, lines] : families) {
    response.body += "# TYPE " + name + " untyped\n" + lines;
  }
  return response;
}

}  // namespace watchfire::api
