// Jira: one issue a group, found again by its label, created, updated, resolved and reopened.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/url.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/payload.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

using codec::Json;

constexpr size_t kMaxSummaryRunes = 255;
constexpr size_t kMaxDescriptionRunes = 32767;
constexpr int64_t kMsPerMinute = 60'000;

Json Named(std::string_view member, std::string text) {
  return Json::OfObject({{std::string(member), Json::OfString(std::move(text))}});
}

std::string TextOf(const Json* json) {
  return json != nullptr && json->AsString() != nullptr ? *json->AsString() : "";
}

std::string Encode(const Json& json) {
  codec::JsonWriter out;
  json.WriteTo(&out);
  return EncodeJson(out);
}

// An issue as a search shows it.
struct Issue {
  std::string key;
  bool has_status = false;
  bool done = false;
};

class Jira final : public HttpIntegration {
 public:
  Jira(const amconfig::JiraConfig& config, size_t index, const Environment& environment,
       std::unique_ptr<net::HttpClient> client);

 protected:
  Attempt Send(Delivery& delivery) override;

 private:
  // The conversation about one notification; `attempt` tells of its last request.
  struct Talk {
    Delivery& delivery;
    Attempt attempt;
  };
  Result<std::optional<Issue>> Search(Talk& talk);
  Result<std::string> Query(Delivery& delivery) const;
  Result<std::string> IssueBody(Delivery& delivery, bool exists) const;
  Result<Json> Description(Delivery& delivery) const;
  Result<Json> Labels(Delivery& delivery) const;
  Result<std::string> Rendered(Delivery& delivery, const Field& field) const;
  Result<void> Transition(Talk& talk, const Issue& issue);
  // The answer's body.
  Result<std::string> Ask(Talk& talk, std::string_view method, const std::string& url,
                          std::string body);
  std::string Address(std::string_view path) const;
  std::string SearchAddress() const;

  const amconfig::JiraConfig config_;
  const Field& project_;
  const Field& issue_type_;
  const Field& summary_;
  const Field& description_;
  const Field& priority_;
  std::vector<const Field*> labels_;
};

Jira::Jira(const amconfig::JiraConfig& config, size_t index, const Environment& environment,
           std::unique_ptr<net::HttpClient> client)
    : HttpIntegration("jira", index, config, environment, std::move(client)),
      config_(config),
      project_(fields().Text("project", config.project)),
      issue_type_(fields().Text("issue_type", config.issue_type)),
      summary_(fields().Text("summary", config.summary.text)),
      description_(fields().Text("description", config.description.text)),
      priority_(fields().Text("priority", config.priority)) {
  for (size_t i = 0; i < config.labels.size(); ++i) {
    labels_.push_back(&fields().Text(fmt::format("labels[{}]", i), config.labels[i]));
  }
  AddTreeFields(config.fields, "fields", fields());
}

std::string Jira::Address(std::string_view path) const {
  std::string base = config_.api_url.text;
  while (base.ends_with('/')) base.pop_back();
  return fmt::format("{}/{}", base, path);
}

// Jira Cloud has another search, under version 3 only.
std::string Jira::SearchAddress() const {
  auto url = net::Url::Parse(config_.api_url.text);
  bool cloud = config_.api_type == "cloud" ||
               (config_.api_type == "auto" && url.ok() && url->host.ends_with("atlassian.net"));
  if (!cloud) return Address("search");
  std::string address = Address("search/jql");
  size_t version = address.find("/2");
  return version == std::string::npos ? address : address.replace(version, 2, "/3");
}

Result<std::string> Jira::Rendered(Delivery& delivery, const Field& field) const {
  std::string text = delivery.render(field);
  if (delivery.render.error()) return delivery.render.error()->With("{} template", field.path());
  return text;
}

Result<std::string> Jira::Ask(Talk& talk, std::string_view method, const std::string& url,
                              std::string body) {
  Exchange exchange = Post(talk.delivery, {.method = std::string(method),
                                           .url = url,
                                           .headers =
                                               [] {
                                                 net::Headers headers;
                                                 headers.Set("Accept-Language", "en");
                                                 return headers;
                                               }(),
                                           .body = std::move(body),
                                           .secret_url = false});
  if (exchange.answered) {
    Judge(exchange, {429});
  } else {
    exchange.attempt.retry = false;  // upstream's rule: it may have been created already
  }
  talk.attempt = std::move(exchange.attempt);
  if (!talk.attempt.delivered) return Error::Io("{}", talk.attempt.error);
  return std::move(exchange.response.body);
}

Result<std::string> Jira::Query(Delivery& delivery) const {
  std::string project = delivery.render(project_);
  if (delivery.render.error()) {
    return delivery.render.error()->With("invalid project template or value");
  }
  std::string jql;
  if (!config_.wont_fix_resolution.empty()) {
    jql += fmt::format("resolution != {} and ", GoQuote(config_.wont_fix_resolution));
  }
  // What was closed not long ago is opened again, if there is a way to do so.
  int64_t minutes = config_.reopen_duration_ms / kMsPerMinute;
  if (delivery.firing() && !config_.reopen_transition.empty() && minutes > 0) {
    jql += fmt::format("(resolutiondate is EMPTY OR resolutiondate >= -{}m) and ", minutes);
  } else {
    jql += "statusCategory != Done and ";
  }
  std::string label = fmt::format("ALERT{{{}}}", delivery.GroupKeyHash());
  return jql + fmt::format("project={} and labels={} order by status ASC,resolutiondate DESC",
                           GoQuote(project), GoQuote(label));
}

Result<std::optional<Issue>> Jira::Search(Talk& talk) {
  codec::JsonWriter json;
  std::string jql = TRY(Query(talk.delivery));
  json.BeginObject().Key("fields").BeginArray().String("status").EndArray();
  json.Field("jql", jql).Field("maxResults", 2).EndObject();
  auto answer = Ask(talk, "POST", SearchAddress(), EncodeJson(json));
  if (!answer.ok()) return answer.error().With("HTTP request to JIRA API");
  Json found = TRY(Json::Parse(*answer));
  const Json* issues = found.Find("issues");
  if (issues == nullptr || issues->AsArray() == nullptr || issues->AsArray()->empty()) {
    return std::optional<Issue>();
  }
  // Of several the one that was resolved last.
  const Json& first = issues->AsArray()->front();
  Issue issue;
  issue.key = TextOf(first.Find("key"));
  const Json* shown = first.Find("fields");
  const Json* status = shown != nullptr ? shown->Find("status") : nullptr;
  issue.has_status = status != nullptr && !status->is_null();
  const Json* category = issue.has_status ? status->Find("statusCategory") : nullptr;
  issue.done = category != nullptr && TextOf(category->Find("key")) == "done";
  return std::optional(std::move(issue));
}

// Version 3 takes a document (ADF), which the template has to write as JSON.
Result<Json> Jira::Description(Delivery& delivery) const {
  std::string text = TruncateRunes(TRY(Rendered(delivery, description_)), kMaxDescriptionRunes);
  std::string path = config_.api_url.text;
  while (path.ends_with('/')) path.pop_back();
  if (!path.ends_with("/3")) return Json::OfString(std::move(text));
  if (TrimSpace(text).empty()) return Json();
  auto document = Json::Parse(TrimSpace(text));
  if (!document.ok()) {
    return Error::Invalid("description template: invalid JSON for API v3: {}",
                          document.error().message());
  }
  return document;
}

Result<Json> Jira::Labels(Delivery& delivery) const {
  std::vector<std::string> labels;
  for (const Field* field : labels_) labels.push_back(TRY(Rendered(delivery, *field)));
  labels.push_back(fmt::format("ALERT{{{}}}", delivery.GroupKeyHash()));
  std::sort(labels.begin(), labels.end());
  Json::Array out;
  for (std::string& label : labels) out.push_back(Json::OfString(std::move(label)));
  return Json::OfArray(std::move(out));
}

Result<std::string> Jira::IssueBody(Delivery& delivery, bool exists) const {
  std::map<std::string, Json> members;
  std::string summary = TRY(Rendered(delivery, summary_));
  if (!exists || config_.summary.enable_update.value_or(true)) {
    members["summary"] = Json::OfString(TruncateRunes(summary, kMaxSummaryRunes));
  }
  members["project"] = Named("key", TRY(Rendered(delivery, project_)));
  members["issuetype"] = Named("name", TRY(Rendered(delivery, issue_type_)));
  Json more = RenderTree(config_.fields, delivery.render);
  if (delivery.render.error()) return delivery.render.error()->With("fields template");
  Json description = TRY(Description(delivery));
  if ((!exists || config_.description.enable_update.value_or(true)) && !description.is_null()) {
    members["description"] = std::move(description);
  }
  members["labels"] = TRY(Labels(delivery));
  std::string priority = TRY(Rendered(delivery, priority_));
  if (!priority.empty()) members["priority"] = Named("name", std::move(priority));
  if (Json::Object* own = more.AsObject()) {
    for (Json::Member& member : *own) members[member.name] = std::move(member.value);
  }
  Json::Object sorted;
  for (auto& [name, value] : members) sorted.push_back({name, std::move(value)});
  return Encode(Json::OfObject({{"fields", Json::OfObject(std::move(sorted))}}));
}

Result<void> Jira::Transition(Talk& talk, const Issue& issue) {
  bool firing = talk.delivery.firing();
  if (issue.key.empty() || !issue.has_status || firing != issue.done) return {};
  const std::string& name = firing ? config_.reopen_transition : config_.resolve_transition;
  if (name.empty()) return {};  // nobody said how
  std::string address = Address(fmt::format("issue/{}/transitions", issue.key));
  std::string answer = TRY(Ask(talk, "GET", address, ""));
  Json known = TRY(Json::Parse(answer));
  const Json* list = known.Find("transitions");
  static const Json::Array kNone;
  for (const Json& one : list != nullptr && list->AsArray() ? *list->AsArray() : kNone) {
    if (TextOf(one.Find("name")) != name) continue;
    Json body = Json::OfObject({{"transition", Named("id", TextOf(one.Find("id")))}});
    TRY(Ask(talk, "POST", address, Encode(body)));
    return {};
  }
  return Error::NotFound("can't find transition {} for issue {}", name, issue.key);
}

Attempt Jira::Send(Delivery& delivery) {
  Talk talk{delivery, {}};
  // A failure that was not the request's is permanent.
  auto failed = [&](const Error& error) {
    if (talk.attempt.delivered || talk.attempt.request.empty()) talk.attempt.retry = false;
    talk.attempt.delivered = false;
    talk.attempt.error = error.message();
    return std::move(talk.attempt);
  };
  auto issue = Search(talk);
  if (!issue.ok()) return failed(issue.error().With("failed to look up existing issues"));
  bool exists = issue->has_value();
  if (!exists && !delivery.firing()) return talk.attempt;  // nothing to resolve
  auto body = IssueBody(delivery, exists);
  if (!body.ok()) return failed(body.error());
  std::string path = exists ? "issue/" + (**issue).key : "issue";
  std::string_view method = exists ? "PUT" : "POST";
  auto told = Ask(talk, method, Address(path), std::move(*body));
  if (!told.ok()) {
    return failed(told.error().With("failed to {} request to {}", method, GoQuote(path)));
  }
  Attempt main = talk.attempt;
  if (!exists) return main;
  Result<void> moved = Transition(talk, **issue);
  if (!moved.ok()) return failed(moved.error());
  return main;
}

}  // namespace

Built BuildJira(const amconfig::JiraConfig& config, size_t index, const Environment& environment) {
  return MakeHttp<Jira>(config, index, environment);
}

}  // namespace watchfire::notify
