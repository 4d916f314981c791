#include "alerting/routing/route_tree.h"

#include <fstream>
#include <sstream>

#include "alerting/amconfig/loader.h"
#include "alerting/routing/route_text.h"
#include "base/text.h"

namespace watchfire::routing {
namespace {

// A loaded route; every receiver that it names is there.
amconfig::Route LoadRoute(const std::string& route) {
  std::string text = "route:\n";
  std::string receivers = "receivers:\n";
  std::istringstream lines(route);
  std::vector<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    text += "  " + line + "\n";
    size_t at = line.find("receiver: ");
    if (at == std::string::npos) continue;
    std::string name = line.substr(at + 10);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    receivers += "  - name: " + name + "\n";
  }
  Result<amconfig::Config> config = amconfig::LoadConfig(text + receivers, "am.yml");
  EXPECT_TRUE(config.ok()) << config.error().message() << "\n" << text;
  return config.ok() ? *config->route : amconfig::Route();
}

// `a=1 b=2`
model::Labels LabelsOf(const std::string& text) {
  model::LabelsBuilder builder;
  for (std::string_view pair : Split(text, ' ')) {
    size_t equal = pair.find('=');
    if (equal != std::string_view::npos) builder.Set(pair.substr(0, equal), pair.substr(equal + 1));
  }
  return builder.Build();
}

std::string Answer(const RouteTree& tree, const std::string& question) {
  bool key = question.rfind("key", 0) == 0;
  bool id = question.rfind("id", 0) == 0;
  model::Labels labels = LabelsOf(question);
  std::vector<std::string> out;
  for (const RouteNode* node : tree.Match(labels)) {
    out.push_back(key ? node->GroupKey(node->GroupLabels(labels)) : id ? node->id : node->receiver);
  }
  return Join(out, " ");
}

// tests/alertmanager/routes.txt; the tests run in the repository's root.
TEST(RouteTree, LeadsWhereTheCorpusSays) {
  std::ifstream file("tests/alertmanager/routes.txt");
  ASSERT_TRUE(file.is_open()) << "run from the repository's root";
  std::string line;
  std::string name;
  std::string route;
  size_t checked = 0;
  while (std::getline(file, line)) {
    size_t arrow = line.find("-> ");
    if (line.substr(0, 4) == "--- ") {
      name = line.substr(4);
      route.clear();
    } else if (arrow == std::string::npos) {
      if (!line.empty()) route += line + "\n";
    } else {
      RouteTree tree(LoadRoute(route));
      EXPECT_EQ(Answer(tree, line.substr(0, arrow)), line.substr(arrow + 3))
          << name << ": " << line;
      ++checked;
    }
  }
  EXPECT_GT(checked, 25u);
}

TEST(RouteTree, InheritsTimersAndLabels) {
  RouteTree tree(
      LoadRoute("receiver: a\n"
                "group_wait: 10s\n"
                "labels: {x: '1', y: '2'}\n"
                "routes:\n"
                "  - matchers: [a=b]\n"
                "    group_wait: 0s\n"
                "    repeat_interval: 1h\n"
                "    labels: {y: '3'}\n"
                "    routes:\n"
                "      - matchers: [c=d]\n"));
  ASSERT_EQ(tree.nodes().size(), 3u);
  const RouteNode& leaf = *tree.nodes()[2];
  EXPECT_EQ(leaf.group_wait_ms, 0);
  EXPECT_EQ(leaf.group_interval_ms, 300'000);
  EXPECT_EQ(leaf.repeat_interval_ms, 3'600'000);
  EXPECT_EQ(leaf.labels.at("x"), "1");
  EXPECT_EQ(leaf.labels.at("y"), "3");
  EXPECT_EQ(tree.root().group_wait_ms, 10'000);
  EXPECT_EQ(leaf.index, 2u);
  EXPECT_EQ(leaf.parent->parent, &tree.root());
}

constexpr const char* kTeams =
    "receiver: mails\n"
    "routes:\n"
    "  - match_re: {service: ^(foo1|foo2)$}\n"
    "    receiver: mails\n"
    "    routes:\n"
    "      - match: {severity: critical}\n"
    "        receiver: pager\n"
    "  - match: {service: database}\n"
    "    receiver: db\n"
    "    routes:\n"
    "      - match: {owner2: X}\n"
    "        receiver: x\n"
    "        continue: true\n"
    "      - match: {owner: Y}\n"
    "        receiver: y\n";

// As amtool draws the same file.
TEST(RouteText, DrawsTheTree) {
  RouteTree tree(LoadRoute(kTeams));
  EXPECT_EQ(DrawRoutes(tree),
            ".\n"
            "└── default-route  receiver: mails\n"
            "    ├── {service=~\"^(?:^(foo1|foo2)$)$\"}  receiver: mails\n"
            "    │   └── {severity=\"critical\"}  receiver: pager\n"
            "    └── {service=\"database\"}  receiver: db\n"
            "        ├── {owner2=\"X\"}  continue: true  receiver: x\n"
            "        └── {owner=\"Y\"}  receiver: y\n");
}

TEST(RouteText, DrawsTheWayOfAnAlert) {
  RouteTree tree(LoadRoute(kTeams));
  model::Labels labels = LabelsOf("service=database owner2=X owner=Y");
  EXPECT_EQ(DrawRoutes(tree, &labels),
            ".\n"
            "└── default-route\n"
            "    └── {service=\"database\"}\n"
            "        ├── {owner2=\"X\"}  receiver: x\n"
            "        └── {owner=\"Y\"}  receiver: y\n");
  EXPECT_EQ(ReceiversOf(tree, labels), (std::vector<std::string>{"x", "y"}));
  model::Labels none;
  EXPECT_EQ(DrawRoutes(tree, &none), ".\n└── default-route  receiver: mails\n");
}

TEST(Fingerprints, AreThoseOfUpstream) {
  EXPECT_EQ(FingerprintText(Fingerprint(model::Labels())), "cbf29ce484222325");
  EXPECT_NE(Fingerprint(LabelsOf("a=1")), Fingerprint(LabelsOf("a=2")));
  EXPECT_NE(Fingerprint(LabelsOf("a=bc")), Fingerprint(LabelsOf("ab=c")));
}

}  // namespace
}  // namespace watchfire::routing
