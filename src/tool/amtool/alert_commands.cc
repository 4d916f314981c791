// amtool alert …
#include <map>

#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

Json ObjectOf(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::OfObject({});
  for (const auto& [name, value] : pairs) object.Set(name, Json::OfString(value));
  return object;
}

}  // namespace

Result<int> QueryAlerts(const Invocation& asked) {
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  Client::Query query;
  for (std::string& word : MatcherWords(asked, syntax, false)) {
    query.emplace_back("filter", std::move(word));
  }
  constexpr const char* kStates[] = {"silenced", "inhibited", "active", "unprocessed"};
  bool none = true;
  for (const char* state : kStates) none = none && !asked.On(state);
  for (const char* state : kStates) {
    bool shown = asked.On(state) || (none && std::string_view(state) == "active");
    query.emplace_back(state, shown ? "true" : "false");
  }
  if (std::string receiver = asked.Text("receiver"); !receiver.empty()) {
    query.emplace_back("receiver", receiver);
  }
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Print(FormatAlerts(TRY(client->Get("/alerts", query, "getAlerts")), StyleOf(asked)));
  return 0;
}

Result<int> AddAlert(const Invocation& asked) {
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  auto labels = TRY(ParsePairs(MatcherWords(asked, syntax, true), syntax, "labels"));
  auto annotations = TRY(ParsePairs(asked.All("annotation"), syntax, "annotations"));
  Json alert = Json::OfObject({});
  alert.Set("labels", ObjectOf(labels));
  alert.Set("annotations", ObjectOf(annotations));
  for (const auto& [flag, member] : {std::pair("start", "startsAt"), std::pair("end", "endsAt")}) {
    std::string text = asked.Text(flag);
    if (text.empty()) continue;
    TRY(ParseTimeFlag(text));
    alert.Set(member, Json::OfString(text));  // in the zone in which it was written
  }
  if (std::string url = asked.Text("generator-url"); !url.empty()) {
    alert.Set("generatorURL", Json::OfString(url));
  }
  std::unique_ptr<Client> client = TRY(Connect(asked));
  TRY(client->Post("/alerts", Json::OfArray({std::move(alert)}), "postAlerts"));
  return 0;
}

}  // namespace watchfire::amtool
