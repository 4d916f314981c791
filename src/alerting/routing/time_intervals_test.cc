#include "alerting/routing/time_intervals.h"

#include <fstream>

#include "alerting/amconfig/loader.h"

namespace watchfire::routing {
namespace {

std::string Indented(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    out += "      " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

Result<amconfig::Config> Load(const std::string& specs) {
  return amconfig::LoadConfig(
      "route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals:\n  - name: n\n"
      "    time_intervals:\n" +
          Indented(specs),
      "am.yml", {.zones = SystemZones(FileSystem::Local())});
}

// tests/alertmanager/intervals.txt; the tests run in the repository's root.
TEST(TimeIntervals, AreOnWhenTheCorpusSays) {
  std::ifstream file("tests/alertmanager/intervals.txt");
  ASSERT_TRUE(file.is_open()) << "run from the repository's root";
  bool has_zones = SystemZones(FileSystem::Local())("Europe/Berlin").ok();
  std::string line;
  std::string name;
  std::string specs;
  size_t checked = 0;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    if (line.substr(0, 4) == "--- ") {
      name = line.substr(4);
      specs.clear();
      continue;
    }
    std::optional<TimeMs> t = line.size() > 2 ? ParseRfc3339(line.substr(2)) : std::nullopt;
    if (!t) {
      specs += line + "\n";
      continue;
    }
    if (!has_zones && specs.find("location") != std::string::npos) continue;
    Result<amconfig::Config> config = Load(specs);
    ASSERT_TRUE(config.ok()) << name << ": " << config.error().message();
    bool on = !TimeIntervals(*config).ActiveAt({"n", "unknown"}, *t).empty();
    EXPECT_EQ(on, line[0] == '+') << name << " at " << line;
    ++checked;
  }
  EXPECT_GT(checked, 30u);
}

TEST(TimeIntervals, OldAndNewSectionsAreOneSetOfNames) {
  Result<amconfig::Config> config = amconfig::LoadConfig(
      "route: {receiver: a}\nreceivers: [{name: a}]\n"
      "mute_time_intervals: [{name: old, time_intervals: [{years: ['2026']}]}]\n"
      "time_intervals: [{name: new, time_intervals: [{years: ['2026']}]}]\n",
      "am.yml");
  ASSERT_TRUE(config.ok()) << config.error().message();
  TimeMs t = *ParseRfc3339("2026-05-05T00:00:00Z");
  EXPECT_EQ(TimeIntervals(*config).ActiveAt({"new", "old"}, t),
            (std::vector<std::string>{"new", "old"}));
}

}  // namespace
}  // namespace watchfire::routing
