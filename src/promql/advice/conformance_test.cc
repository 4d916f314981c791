// Real dashboards and rule files: no error in any of them, and no warning that is not deserved.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "codec/json.h"
#include "config/rule_file.h"
#include "promql/advice/advice.h"

namespace watchfire::advice {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path Conformance() {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  fs::path path = set != nullptr ? set : "../shared/conformance";
  return fs::exists(path) ? path : fs::path();
}

// What a dashboard puts in the place of its variables; only the ones that Grafana itself defines.
std::string FillIn(std::string query) {
  for (auto [name, value] : {std::pair{"__rate_interval", "5m"},
                             {"__interval_ms", "60000"},
                             {"__interval", "1m"},
                             {"__range_s", "3600"},
                             {"__range_ms", "3600000"},
                             {"__range", "1h"},
                             {"interval", "5m"},
                             {"resolution", "5m"}}) {
    for (std::string_view form : {"${{{}}}", "${}", "[[{}]]"}) {
      query = ReplaceAll(query, fmt::format(fmt::runtime(form), name), value);
    }
  }
  return query;
}

// Whether something is left that only the dashboard's user can choose, outside of strings.
bool HoldsVariable(std::string_view query) {
  bool in_string = false;
  for (size_t i = 0; i < query.size(); ++i) {
    if (query[i] == '"') in_string = !in_string;
    if (!in_string && (query[i] == '$' || query.substr(i, 2) == "[[")) return true;
  }
  return false;
}

struct Found {
  int queries = 0;
  int with_variables = 0;
  int errors = 0;
  std::map<std::string, int> warnings;
  std::map<std::string, int> infos;
};

void Look(const std::string& where, const std::string& query, const Options& options,
          Found* found) {
  ++found->queries;
  for (const Advice& advice : Advise(query, options)) {
    if (advice.severity == Severity::kInfo) ++found->infos[advice.code];
    if (advice.severity == Severity::kWarning) ++found->warnings[advice.code];
    const char* shown = std::getenv("WF_SHOW");  // codes, to look at what they are said of
    bool print = shown != nullptr && std::string_view(shown).find(advice.code) != std::string::npos;
    if (print) fmt::print("{} {}: {}\n    {}\n", where, advice.code, advice.message, query);
    if (advice.fix) {
      EXPECT_TRUE(promql::Parse(advice.fix->query, options.parse).ok()) << advice.fix->query;
    }
    if (advice.severity != Severity::kError) continue;
    ++found->errors;
    ADD_FAILURE() << where << ": " << query << "\n  " << advice.message;
  }
}

// Every `expr` of a panel whose data source is not of another kind.
void Collect(const codec::Json& node, bool prometheus, std::vector<std::string>* queries) {
  if (const auto* items = node.AsArray()) {
    for (const codec::Json& item : *items) Collect(item, prometheus, queries);
  }
  const auto* members = node.AsObject();
  if (members == nullptr) return;
  if (const codec::Json* source = node.Find("datasource")) {
    const codec::Json* type = source->Find("type");
    std::string name = type != nullptr && type->AsString() != nullptr ? *type->AsString() : "";
    if (source->AsString() != nullptr) name = ToLower(*source->AsString());
    if (!name.empty()) prometheus = name.find("loki") == std::string::npos;
  }
  for (const codec::Json::Member& member : *members) {
    const std::string* text = member.value.AsString();
    if (member.name == "expr" && text != nullptr && prometheus) queries->push_back(*text);
    Collect(member.value, prometheus, queries);
  }
}

void Report(const Found& found) {
  fmt::print("{} queries, {} of them skipped for variables outside of strings\n", found.queries,
             found.with_variables);
  for (const auto& [code, count] : found.warnings) fmt::print("  warning {} {}\n", count, code);
  for (const auto& [code, count] : found.infos) fmt::print("  info {} {}\n", count, code);
}

TEST(Conformance, DashboardsGetNoError) {
  fs::path root = Conformance();
  if (root.empty()) GTEST_SKIP() << "no conformance data";
  Found found;
  for (const auto& entry : fs::recursive_directory_iterator(root / "dashboards")) {
    if (entry.path().extension() != ".json") continue;
    auto json = codec::Json::Parse(ReadAll(entry.path()));
    ASSERT_TRUE(json.ok()) << entry.path();
    std::vector<std::string> queries;
    Collect(*json, true, &queries);
    for (const std::string& raw : queries) {
      std::string query = FillIn(raw);
      // Panels without a query, and one template that was never filled in.
      if (TrimSpace(query).empty() || query.find("%(matchers)s") != std::string::npos) continue;
      if (HoldsVariable(query)) {
        ++found.with_variables;
        ++found.queries;
        continue;
      }
      Look(entry.path().filename().string(), query, {}, &found);
    }
  }
  Report(found);
  EXPECT_GT(found.queries, 1000);
}

TEST(Conformance, RuleFilesGetNoError) {
  fs::path root = Conformance();
  if (root.empty()) GTEST_SKIP() << "no conformance data";
  Found found;
  for (const auto& entry : fs::recursive_directory_iterator(root / "prometheus")) {
    std::string extension = entry.path().extension().string();
    if (extension != ".yml" && extension != ".yaml" && extension != ".rules") continue;
    auto file = config::LoadRuleFile(ReadAll(entry.path()), entry.path().string(), {});
    if (!file.ok()) continue;  // no rule file, or one that shall be refused
    for (const config::RuleGroup& group : file->groups) {
      for (const config::Rule& rule : group.rules) {
        Options options;
        options.purpose = rule.is_alert() ? Purpose::kAlert : Purpose::kRecording;
        if (!promql::Parse(rule.expr).ok()) continue;  // bad on purpose
        Look(entry.path().filename().string(), rule.expr, options, &found);
      }
    }
  }
  Report(found);
  EXPECT_GT(found.queries, 20);
}

}  // namespace
}  // namespace watchfire::advice
