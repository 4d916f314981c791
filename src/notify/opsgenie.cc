// Opsgenie: an alert under the group's alias is created, updated and closed.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxMessageRunes = 130;

// The parts between commas that are not empty.
std::vector<std::string> Parts(std::string_view text) {
  std::vector<std::string> parts;
  for (std::string_view part : Split(TrimSpace(text), ',')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

struct Responder {
  std::string id, name, username, type;
};

class Opsgenie final : public HttpIntegration {
 public:
  Opsgenie(const amconfig::OpsgenieConfig& config, size_t index, const Environment& environment,
           std::unique_ptr<net::HttpClient> client);

 protected:
  Attempt Send(Delivery& delivery) override;

 private:
  std::vector<HttpCall> Calls(Delivery& delivery) const;
  std::string CreateBody(Delivery& delivery, const std::string& alias, const std::string& message,
                         const std::string& description) const;
  std::vector<Responder> Responders(Delivery& delivery) const;
  Result<std::string> ApiKey(Delivery& delivery) const;

  const amconfig::OpsgenieConfig config_;
  const Field& api_key_;
  const Field& message_;
  const Field& description_;
  const Field& source_;
  const Field& entity_;
  const Field& actions_;
  const Field& tags_;
  const Field& note_;
  const Field& priority_;
  std::vector<std::pair<std::string, const Field*>> details_;
  std::vector<std::array<const Field*, 4>> responders_;  // id, name, username, type
};

Opsgenie::Opsgenie(const amconfig::OpsgenieConfig& config, size_t index,
                   const Environment& environment, std::unique_ptr<net::HttpClient> client)
    : HttpIntegration("opsgenie", index, config, environment, std::move(client)),
      config_(config),
      api_key_(fields().Text("api_key", config.api_key.reveal())),
      message_(fields().Text("message", config.message)),
      description_(fields().Text("description", config.description)),
      source_(fields().Text("source", config.source)),
      entity_(fields().Text("entity", config.entity)),
      actions_(fields().Text("actions", config.actions)),
      tags_(fields().Text("tags", config.tags)),
      note_(fields().Text("note", config.note)),
      priority_(fields().Text("priority", config.priority)) {
  for (const auto& [name, value] : config.details) {
    details_.emplace_back(name, &fields().Text("details." + name, value));
  }
  for (size_t i = 0; i < config.responders.size(); ++i) {
    const amconfig::OpsgenieResponder& r = config.responders[i];
    std::string path = fmt::format("responders[{}].", i);
    responders_.push_back({&fields().Text(path + "id", r.id), &fields().Text(path + "name", r.name),
                           &fields().Text(path + "username", r.username),
                           &fields().Text(path + "type", r.type)});
  }
}

std::vector<Responder> Opsgenie::Responders(Delivery& delivery) const {
  std::vector<Responder> out;
  for (const auto& [id, name, username, type] : responders_) {
    Rendering& render = delivery.render;
    Responder one{render(*id), render(*name), render(*username), render(*type)};
    // Templates may yield nobody.
    if (one.id.empty() && one.name.empty() && one.username.empty() && one.type.empty()) continue;
    if (one.type != "teams") {
      out.push_back(std::move(one));
      continue;
    }
    for (std::string& team : Parts(one.name)) out.push_back({"", std::move(team), "", "team"});
  }
  return out;
}

void WriteList(codec::JsonWriter& json, std::string_view key,
               const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.Key(key).BeginArray();
  for (const std::string& item : list) json.String(item);
  json.EndArray();
}

std::string Opsgenie::CreateBody(Delivery& delivery, const std::string& alias,
                                 const std::string& message, const std::string& description) const {
  Rendering& render = delivery.render;
  std::map<std::string, std::string> details(delivery.data.common_labels.begin(),
                                             delivery.data.common_labels.end());
  for (const auto& [name, field] : details_) details[name] = render(*field);
  codec::JsonWriter json;
  json.BeginObject().Field("alias", alias).Field("message", message);
  OptionalField(json, "description", description);
  json.Key("details").BeginObject();
  for (const auto& [name, value] : details) json.Field(name, value);
  json.EndObject();
  json.Field("source", render(source_));
  std::vector<Responder> responders = Responders(delivery);
  if (!responders.empty()) {
    json.Key("responders").BeginArray();
    for (const Responder& one : responders) {
      json.BeginObject();
      OptionalField(json, "id", one.id);
      OptionalField(json, "name", one.name);
      OptionalField(json, "username", one.username);
      json.Field("type", one.type).EndObject();
    }
    json.EndArray();
  }
  WriteList(json, "tags", Parts(render(tags_)));
  OptionalField(json, "note", render(note_));
  OptionalField(json, "priority", render(priority_));
  OptionalField(json, "entity", render(entity_));
  WriteList(json, "actions", Parts(render(actions_)));
  json.EndObject();
  return EncodeJson(json);
}

std::string OneField(std::string_view key, const std::string& text, bool always) {
  codec::JsonWriter json;
  json.BeginObject();
  if (always) {
    json.Field(key, text);
  } else {
    OptionalField(json, key, text);
  }
  json.EndObject();
  return EncodeJson(json);
}

std::vector<HttpCall> Opsgenie::Calls(Delivery& delivery) const {
  Rendering& render = delivery.render;
  std::string alias = delivery.GroupKeyHash();
  std::string alerts = config_.api_url.text + "v2/alerts";
  auto of_alias = [&](std::string_view what) {
    return fmt::format("{}/{}/{}?identifierType=alias", alerts, alias, what);
  };
  std::vector<HttpCall> calls;
  if (!delivery.firing()) {
    calls.push_back({.url = of_alias("close"), .body = OneField("source", render(source_), true)});
    return calls;
  }
  std::string message = TruncateRunes(render(message_), kMaxMessageRunes);
  std::string description = render(description_);
  calls.push_back({.url = alerts, .body = CreateBody(delivery, alias, message, description)});
  if (config_.update_alerts) {
    calls.push_back(
        {.method = "PUT", .url = of_alias("message"), .body = OneField("message", message, false)});
    calls.push_back({.method = "PUT",
                     .url = of_alias("description"),
                     .body = OneField("description", description, false)});
  }
  return calls;
}

Result<std::string> Opsgenie::ApiKey(Delivery& delivery) const {
  std::string key;
  if (!config_.api_key.empty()) {
    key = delivery.render(api_key_);
  } else {
    auto text = delivery.ReadSecretFile(config_.api_key_file);
    if (!text.ok()) return text.error().With("read key_file error");
    key = TrimSpace(delivery.render.Text(*text));
  }
  delivery.secrets.Add(key);
  return key;
}

Attempt Opsgenie::Send(Delivery& delivery) {
  std::vector<HttpCall> calls = Calls(delivery);
  auto key = ApiKey(delivery);
  if (!key.ok()) return FailedAttempt(key.error(), false);
  if (delivery.render.error()) {
    return FailedAttempt(delivery.render.error()->With("templating error"), false);
  }
  Attempt attempt;
  for (HttpCall& call : calls) {
    call.headers.Set("Authorization", "GenieKey " + *key);
    call.secret_url = false;
    Exchange exchange = Post(delivery, std::move(call));
    if (exchange.answered) Judge(exchange, {429});
    // What created the alert says most; a later request only if it is the one that failed.
    if (attempt.request.empty() || !exchange.attempt.delivered) {
      attempt = std::move(exchange.attempt);
    }
    if (!attempt.delivered) break;
  }
  return attempt;
}

}  // namespace

Built BuildOpsgenie(const amconfig::OpsgenieConfig& config, size_t index,
                    const Environment& environment) {
  return MakeHttp<Opsgenie>(config, index, environment);
}

}  // namespace watchfire::notify
