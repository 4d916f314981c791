#include "client/text_writer.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace watchfire::client {
namespace {

const char* KindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kHistogram:
      return "histogram";
    case MetricKind::kSummary:
      return "summary";
    case MetricKind::kUntyped:
      break;
  }
  return "untyped";
}

void AppendEscaped(std::string& out, std::string_view text, bool quotes) {
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void AppendLabel(std::string& out, bool& first, std::string_view name, std::string_view value) {
  out += first ? '{' : ',';
  first = false;
  out.append(name).append("=\"");
  AppendEscaped(out, value, true);
  out += '"';
}

// `extra_name` is le, quantile or empty.
void AppendSample(std::string& out, const std::string& name, std::string_view suffix,
                  const MetricPoint& point, std::string_view extra_name, double extra,
                  double value) {
  out.append(name).append(suffix);
  bool first = true;
  for (const LabelPair& label : point.labels) AppendLabel(out, first, label.name, label.value);
  if (!extra_name.empty()) {
    std::string text;
    AppendGoFloat(text, extra);
    AppendLabel(out, first, extra_name, text);
  }
  if (!first) out += '}';
  out += ' ';
  AppendGoFloat(out, value);
  out += '\n';
}

void AppendPoint(std::string& out, const MetricFamily& family, const MetricPoint& point) {
  switch (family.kind) {
    case MetricKind::kHistogram:
      for (const auto& [bound, count] : point.parts) {
        AppendSample(out, family.name, "_bucket", point, "le", bound, count);
      }
      break;
    case MetricKind::kSummary:
      for (const auto& [quantile, value] : point.parts) {
        AppendSample(out, family.name, "", point, "quantile", quantile, value);
      }
      break;
    default:
      AppendSample(out, family.name, "", point, "", 0, point.value);
      return;
  }
  AppendSample(out, family.name, "_sum", point, "", 0, point.sum);
  AppendSample(out, family.name, "_count", point, "", 0, point.count);
}

}  // namespace

void AppendGoFloat(std::string& out, double v) {
  if (std::isnan(v)) {
    out += "NaN";
    return;
  }
  if (std::isinf(v)) {
    out += v > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[40];
  auto end = std::to_chars(text, text + sizeof(text), v, std::chars_format::scientific).ptr;
  std::string_view scientific(text, static_cast<size_t>(end - text));
  size_t e = scientific.find('e');
  int exponent = 0;
  bool negative = scientific[e + 1] == '-';
  std::from_chars(scientific.data() + e + 2, end, exponent);
  if (negative) exponent = -exponent;
  // Go's thresholds for 'g' at the shortest precision.
  if (exponent < -4 || exponent >= 6) {
    out.append(scientific);
    return;
  }
  end = std::to_chars(text, text + sizeof(text), v, std::chars_format::fixed).ptr;
  out.append(text, end);
}

std::string WriteText(const std::vector<MetricFamily>& families) {
  std::string out;
  for (const MetricFamily& family : families) {
    out.append("# HELP ").append(family.name).append(" ");
    AppendEscaped(out, family.help, false);
    out.append("\n# TYPE ").append(family.name).append(" ").append(KindName(family.kind));
    out += '\n';
    for (const MetricPoint& point : family.points) AppendPoint(out, family, point);
  }
  return out;
}

}  // namespace watchfire::client
