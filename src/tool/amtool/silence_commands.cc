// amtool silence …, but for the import.
#include <algorithm>

#include "alerting/alerts/alert.h"
#include "alerting/amconfig/go_duration.h"
#include "base/clock.h"
#include "net/http.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

constexpr const char* kShownPath = "/silence/{silenceID}";

int64_t TimeOf(const Json& silence, std::string_view name) {
  auto time = alerting::ParseAlertTime(TextOf(silence, name));
  return time && !time->absent() ? time->unix_ns : 0;
}

Result<Json> MatchersOf(const Invocation& asked) {
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  Json::Array matchers;
  for (const std::string& word : MatcherWords(asked, syntax, true)) {
    amconfig::Matcher matcher = TRY(amconfig::ParseMatcher(word, syntax));
    Json one = Json::OfObject({});
    one.Set("isEqual", Json::OfBool(matcher.is_equal()));
    one.Set("isRegex", Json::OfBool(matcher.is_regex()));
    one.Set("name", Json::OfString(matcher.name()));
    one.Set("value", Json::OfString(matcher.value()));
    matchers.push_back(std::move(one));
  }
  if (matchers.empty()) return Error::Invalid("no matchers specified");
  return Json::OfArray(std::move(matchers));
}

// The silence as the API wants it back.
Json Postable(const Json& silence) {
  Json posted = Json::OfObject({});
  for (const char* name :
       {"id", "annotations", "comment", "createdBy", "endsAt", "matchers", "startsAt"}) {
    if (const Json* value = silence.Find(name)) posted.Set(name, *value);
  }
  return posted;
}

// The changes that flags ask for.
Result<void> Change(const Invocation& asked, Json* silence) {
  int64_t start = TimeOf(*silence, "startsAt");
  int64_t end = TimeOf(*silence, "endsAt");
  std::string start_text = TextOf(*silence, "startsAt");
  std::string end_text = TextOf(*silence, "endsAt");
  if (asked.Given("start")) {
    start_text = asked.Text("start");
    start = TRY(ParseTimeFlag(start_text));
  }
  if (asked.Given("end")) {
    end_text = asked.Text("end");
    end = TRY(ParseTimeFlag(end_text));
  } else if (asked.Given("duration")) {
    end = start + TRY(ParseSilenceDuration(asked.Text("duration")));
    end_text = TimeText(end);
  }
  if (start > end) return Error::Invalid("silence cannot start after it ends");
  silence->Set("startsAt", Json::OfString(start_text));
  silence->Set("endsAt", Json::OfString(end_text));
  if (asked.Given("comment")) silence->Set("comment", Json::OfString(asked.Text("comment")));
  return {};
}

void Show(const Invocation& asked, Json::Array silences) {
  if (!asked.On("quiet")) {
    Print(FormatSilences(Json::OfArray(std::move(silences)), StyleOf(asked)));
    return;
  }
  for (const Json& silence : silences) Print(TextOf(silence, "id") + "\n");
}

std::string PathOf(const std::string& id) {
  return "/silence/" + net::PercentEncode(id);
}

}  // namespace

Result<int> QuerySilences(const Invocation& asked) {
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  Client::Query query;
  for (std::string& word : MatcherWords(asked, syntax, true)) {
    query.emplace_back("filter", std::move(word));
  }
  int64_t within = 0;
  if (asked.Given("within")) within = TRY(amconfig::ParseGoDuration(asked.Text("within")));
  bool expired = asked.On("expired");
  std::string creator = asked.Text("created-by");
  std::string id = asked.Text("id");
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Json answer = TRY(client->Get("/silences", query, "getSilences"));
  int64_t now = NowNs();
  Json::Array shown;
  if (answer.AsArray() != nullptr) {
    for (Json& silence : *answer.AsArray()) {
      int64_t end = TimeOf(silence, "endsAt");
      if (expired ? end > now : end < now) continue;
      if (within > 0 && (expired ? end < now - within : end > now + within)) continue;
      if (!creator.empty() && TextOf(silence, "createdBy") != creator) continue;
      if (!id.empty() && TextOf(silence, "id") != id) continue;
      shown.push_back(std::move(silence));
    }
  }
  Show(asked, std::move(shown));
  return 0;
}

Result<int> AddSilence(const Invocation& asked) {
  Json silence = Json::OfObject({});
  silence.Set("matchers", TRY(MatchersOf(asked)));
  int64_t start = NowNs();
  std::string start_text = TimeText(start);
  if (asked.Given("start")) {
    start_text = asked.Text("start");
    start = TRY(ParseTimeFlag(start_text));
  }
  std::string end_text = asked.Text("end");
  int64_t end = 0;
  if (asked.Given("end")) {
    end = TRY(ParseTimeFlag(end_text));
  } else {
    end = start + TRY(ParseSilenceDuration(asked.Text("duration")));
    end_text = TimeText(end);
  }
  if (start > end) return Error::Invalid("silence cannot start after it ends");
  if (asked.On("require-comment") && asked.Text("comment").empty()) {
    return Error::Invalid("comment required by config");
  }
  silence.Set("startsAt", Json::OfString(start_text));
  silence.Set("endsAt", Json::OfString(end_text));
  silence.Set("createdBy",
              Json::OfString(asked.Given("author") ? asked.Text("author") : UserName()));
  silence.Set("comment", Json::OfString(asked.Text("comment")));
  amconfig::MatcherSyntax syntax = TRY(SyntaxOf(asked));
  auto annotations = TRY(ParsePairs(asked.All("annotation"), syntax, "annotations"));
  if (!annotations.empty()) {
    Json object = Json::OfObject({});
    for (const auto& [name, value] : annotations) object.Set(name, Json::OfString(value));
    silence.Set("annotations", std::move(object));
  }
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Json answer = TRY(client->Post("/silences", silence, "postSilences"));
  Print(TextOf(answer, "silenceID") + "\n");
  return 0;
}

Result<int> UpdateSilences(const Invocation& asked) {
  if (asked.arguments.empty()) return Error::Invalid("no silence IDs specified");
  std::unique_ptr<Client> client = TRY(Connect(asked));
  Json::Array changed;
  for (const std::string& id : asked.arguments) {
    Json silence = TRY(client->GetOne(PathOf(id), kShownPath, "getSilence"));
    TRY(Change(asked, &silence));
    Json answer = TRY(client->Post("/silences", Postable(silence), "postSilences"));
    silence.Set("id", Json::OfString(TextOf(answer, "silenceID")));
    changed.push_back(std::move(silence));
  }
  Show(asked, std::move(changed));
  return 0;
}

Result<int> ExpireSilences(const Invocation& asked) {
  if (asked.arguments.empty()) return Error::Invalid("no silence IDs specified");
  std::unique_ptr<Client> client = TRY(Connect(asked));
  for (const std::string& id : asked.arguments) {
    TRY(client->Delete(PathOf(id), kShownPath, "deleteSilence"));
  }
  return 0;
}

}  // namespace watchfire::amtool
