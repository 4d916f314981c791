// `query explain`: the plan of a query as a tree with what each part took.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "tool/query_client.h"
#include "tool/query_commands.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

using codec::Json;

// The part, its figures, the notes.
using Row = std::array<std::string, 8>;

double NumberOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? 0 : value->AsDouble().value_or(0);
}

std::string TextOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

// Digits in groups of three: "1,234,567"; "-" for nothing.
std::string Grouped(double v) {
  if (v <= 0) return "-";
  std::string digits = fmt::format("{:.0f}", v);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string Duration(double seconds) {
  if (seconds <= 0) return "-";
  if (seconds < 1e-3) return fmt::format("{:.1f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::string Size(double bytes) {
  if (bytes <= 0) return "-";
  constexpr std::array<const char*, 4> kUnits = {"B", "KiB", "MiB", "GiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

// Columns on a terminal; every letter of a label counts as one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

double SumOfSelf(const Json& node) {
  double sum = NumberOf(node, "selfSeconds");
  const Json* children = node.Find("children");
  if (children == nullptr || children->AsArray() == nullptr) return sum;
  for (const Json& child : *children->AsArray()) sum += SumOfSelf(child);
  return sum;
}

void AddRows(const Json& node, const std::string& lead, const std::string& below, double total,
             std::vector<Row>* rows) {
  double self = NumberOf(node, "selfSeconds");
  std::vector<std::string> notes;
  const Json* details = node.Find("details");
  if (details != nullptr && details->AsArray() != nullptr) {
    for (const Json& detail : *details->AsArray()) {
      if (detail.AsString() != nullptr) notes.push_back(*detail.AsString());
    }
  }
  rows->push_back({lead + TextOf(node, "label"), Duration(self),
                   total > 0 ? fmt::format("{:.1f}", 100 * self / total) : "-",
                   Grouped(NumberOf(node, "series")), Grouped(NumberOf(node, "points")),
                   Grouped(NumberOf(node, "samplesRead")), Size(NumberOf(node, "memoryBytes")),
                   Join(notes, "; ")});
  const Json* children = node.Find("children");
  if (children == nullptr || children->AsArray() == nullptr) return;
  const Json::Array& all = *children->AsArray();
  for (size_t i = 0; i < all.size(); ++i) {
    bool last = i + 1 == all.size();
    AddRows(all[i], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "), total, rows);
  }
}

// The first and the last column start on the left, the figures end on the right.
std::string Layout(const std::vector<Row>& rows) {
  std::array<size_t, 8> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line = row[0];
    line.append(widths[0] - Width(row[0]), ' ');
    for (size_t i = 1; i + 1 < row.size(); ++i) {
      line.append(2 + widths[i] - Width(row[i]), ' ');
      line += row[i];
    }
    if (!row.back().empty()) line += "  " + row.back();
    out += line + "\n";
  }
  return out;
}

}  // namespace

Result<std::string> ExplanationTable(const Json& data) {
  const Json* plan = data.Find("plan");
  const Json* totals = data.Find("totals");
  if (plan == nullptr || totals == nullptr) {
    return Error::Invalid("the server does not explain queries");
  }
  std::vector<Row> rows = {
      {"part", "self time", "%", "series", "points", "samples read", "memory", "notes"}};
  AddRows(*plan, "", "", SumOfSelf(*plan), &rows);
  auto threads = static_cast<int>(NumberOf(*totals, "threads"));
  std::string out = Layout(rows);
  out += fmt::format("\n{} on {} thread{}, {} samples read, {} held at most\n",
                     Duration(NumberOf(*totals, "seconds")), threads, threads == 1 ? "" : "s",
                     Grouped(NumberOf(*totals, "samplesRead")),
                     Size(NumberOf(*totals, "peakMemoryBytes")));
  return out;
}

Result<void> ExplainQuery(const ExplainOptions& options, std::FILE* out) {
  auto client = TRY(QueryClient::Make(options.server, options.headers));
  QueryClient::Form form = {{"query", options.expr}};
  auto add = [&](const char* name, int64_t ms) {
    form.emplace_back(name, fmt::format("{:.3f}", ToSeconds(ms)));
  };
  if (options.is_range) {
    if (options.end < options.start) return Error::Invalid("start time is not before end time");
    add("start", options.start);
    add("end", options.end);
    add("step", options.step_ms > 0 ? options.step_ms : DefaultStep(options.start, options.end));
  } else {
    add("time", options.end);
  }
  Json data = TRY(client->Post("/query_explain", form));
  Print(out, options.format == QueryFormat::kJson ? data.ToString() + "\n"
                                                  : TRY(ExplanationTable(data)));
  return {};
}

}  // namespace watchfire::tool
