// PagerDuty: events of its API v2 (a routing key), or of v1 (a service key).

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/payload.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kV1Url =
    "https://events.pagerduty.com/generic/2010-04-15/create_event.json";
constexpr std::string_view kV1Path = "/generic/2010-04-15/create_event.json";
constexpr std::string_view kV2Path = "/v2/enqueue";
constexpr size_t kMaxEventBytes = 512'000;
constexpr size_t kMaxSummaryRunes = 1024;
constexpr std::string_view kTooLarge =
    "Custom details have been removed because the original event exceeds the maximum size of 512KB";

// What v1 and v2 hold of one event; "" is left out.
struct Event {
  std::string key, dedup_key, type, summary, client, client_url;
  std::string source, severity, class_name, component, group;
  std::vector<std::array<std::string, 3>> images;  // src, alt, href
  std::vector<std::array<std::string, 2>> links;   // href, text
  codec::Json details;
};

class Pagerduty final : public HttpIntegration {
 public:
  Pagerduty(const amconfig::PagerdutyConfig& config, size_t index, const Environment& environment,
            std::unique_ptr<net::HttpClient> client);

 protected:
  Attempt Send(Delivery& delivery) override;

 private:
  Result<Event> Render(Delivery& delivery) const;
  std::string Encode(const Event& event) const;
  std::string EncodeV1(const Event& event) const;
  std::string EncodeV2(const Event& event) const;
  std::string Url() const;

  const amconfig::PagerdutyConfig config_;
  const bool v1_;
  const Field& key_;
  const Field& client_;
  const Field& client_url_;
  const Field& description_;
  const Field& source_;
  const Field& severity_;
  const Field& class_;
  const Field& component_;
  const Field& group_;
  std::vector<std::array<const Field*, 3>> images_;
  std::vector<std::array<const Field*, 2>> links_;
};

Pagerduty::Pagerduty(const amconfig::PagerdutyConfig& config, size_t index,
                     const Environment& environment, std::unique_ptr<net::HttpClient> client)
    : HttpIntegration("pagerduty", index, config, environment, std::move(client)),
      config_(config),
      v1_(!config.service_key.empty() || !config.service_key_file.empty()),
      key_(fields().Text(v1_ ? "service_key" : "routing_key",
                         v1_ ? config.service_key.reveal() : config.routing_key.reveal())),
      client_(fields().Text("client", config.client)),
      client_url_(fields().Text("client_url", config.client_url)),
      description_(fields().Text("description", config.description)),
      source_(fields().Text("source", config.source)),
      severity_(fields().Text("severity", config.severity.empty() ? "error" : config.severity)),
      class_(fields().Text("class", config.class_name)),
      component_(fields().Text("component", config.component)),
      group_(fields().Text("group", config.group)) {
  AddTreeFields(config.details, "details", fields());
  for (size_t i = 0; i < config.images.size(); ++i) {
    std::string path = fmt::format("images[{}].", i);
    images_.push_back({&fields().Text(path + "src", config.images[i].src),
                       &fields().Text(path + "alt", config.images[i].alt),
                       &fields().Text(path + "href", config.images[i].href)});
  }
  for (size_t i = 0; i < config.links.size(); ++i) {
    std::string path = fmt::format("links[{}].", i);
    links_.push_back({&fields().Text(path + "href", config.links[i].href),
                      &fields().Text(path + "text", config.links[i].text)});
  }
}

Result<Event> Pagerduty::Render(Delivery& delivery) const {
  Rendering& render = delivery.render;
  Event event;
  event.type = delivery.firing() ? "trigger" : "resolve";
  event.dedup_key = delivery.GroupKeyHash();
  event.details = RenderTree(config_.details, render);
  if (render.error()) return render.error()->With("failed to template PagerDuty details");
  const std::string& file = v1_ ? config_.service_key_file : config_.routing_key_file;
  std::string_view name = v1_ ? "service" : "routing";
  if (file.empty()) {
    event.key = render(key_);
  } else {
    auto text = delivery.ReadSecretFile(file);
    if (!text.ok()) return text.error().With("failed to read {} key from file", name);
    event.key = render.Text(*text);
  }
  delivery.secrets.Add(event.key);
  event.summary = TruncateRunes(render(description_), kMaxSummaryRunes);
  if (!v1_ || delivery.firing()) {
    event.client = render(client_);
    event.client_url = render(client_url_);
  }
  if (!v1_) {
    event.source = render(source_);
    event.severity = render(severity_);
    event.class_name = render(class_);
    event.component = render(component_);
    event.group = render(group_);
    for (const auto& [src, alt, href] : images_) {
      std::array<std::string, 3> image = {render(*src), render(*alt), render(*href)};
      if (!image[0].empty()) event.images.push_back(std::move(image));
    }
    for (const auto& [href, text] : links_) {
      std::array<std::string, 2> link = {render(*href), render(*text)};
      if (!link[0].empty()) event.links.push_back(std::move(link));
    }
  }
  if (render.error()) {
    return render.error()->With("failed to template PagerDuty {} message", v1_ ? "v1" : "v2");
  }
  if (event.key.empty()) return Error::Invalid("{} key cannot be empty", name);
  return event;
}

std::string Pagerduty::EncodeV1(const Event& event) const {
  codec::JsonWriter json;
  json.BeginObject().Field("service_key", event.key).Field("incident_key", event.dedup_key);
  json.Field("event_type", event.type);
  OptionalField(json, "description", event.summary);
  // Of v2, and always there in what upstream sends.
  json.Field("event_action", "").Key("payload").Null();
  OptionalField(json, "client", event.client);
  OptionalField(json, "client_url", event.client_url);
  if (event.details.AsObject() != nullptr && !event.details.AsObject()->empty()) {
    event.details.WriteTo(&json.Key("details"));
  }
  json.EndObject();
  return EncodeJson(json);
}

std::string Pagerduty::EncodeV2(const Event& event) const {
  codec::JsonWriter json;
  json.BeginObject().Field("routing_key", event.key).Field("dedup_key", event.dedup_key);
  json.Field("event_action", event.type).Key("payload").BeginObject();
  json.Field("summary", event.summary).Field("source", event.source);
  json.Field("severity", event.severity);
  OptionalField(json, "class", event.class_name);
  OptionalField(json, "component", event.component);
  OptionalField(json, "group", event.group);
  if (event.details.AsObject() != nullptr && !event.details.AsObject()->empty()) {
    event.details.WriteTo(&json.Key("custom_details"));
  }
  json.EndObject();
  OptionalField(json, "client", event.client);
  OptionalField(json, "client_url", event.client_url);
  if (!event.images.empty()) {
    json.Key("images").BeginArray();
    for (const auto& [src, alt, href] : event.images) {
      json.BeginObject().Field("src", src).Field("alt", alt).Field("href", href).EndObject();
    }
    json.EndArray();
  }
  if (!event.links.empty()) {
    json.Key("links").BeginArray();
    for (const auto& [href, text] : event.links) {
      json.BeginObject().Field("href", href).Field("text", text).EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
  return EncodeJson(json);
}

std::string Pagerduty::Encode(const Event& event) const {
  std::string body = v1_ ? EncodeV1(event) : EncodeV2(event);
  if (body.size() <= kMaxEventBytes) return body;
  Event smaller = event;
  smaller.details =
      codec::Json::OfObject({{"error", codec::Json::OfString(std::string(kTooLarge))}});
  return v1_ ? EncodeV1(smaller) : EncodeV2(smaller);
}

// Upstream knows one host for v1; a service region of one's own (`url`) has it beside its v2.
std::string Pagerduty::Url() const {
  const std::string& url = config_.url.text;
  if (!v1_) return url;
  if (!url.ends_with(kV2Path)) return std::string(kV1Url);
  return url.substr(0, url.size() - kV2Path.size()).append(kV1Path);
}

// What a refusal says in its own words.
std::string Reasons(const Exchange& exchange) {
  if (exchange.response.status != 400) return "";
  auto json = codec::Json::Parse(exchange.response.body);
  if (!json.ok() || json->AsObject() == nullptr) return "";
  std::vector<std::string> errors;
  const codec::Json* list = json->Find("errors");
  if (list != nullptr && list->AsArray() != nullptr) {
    for (const codec::Json& error : *list->AsArray()) {
      if (error.AsString() != nullptr) errors.push_back(*error.AsString());
    }
  }
  const codec::Json* message = json->Find("message");
  std::string text = message != nullptr && message->AsString() ? *message->AsString() : "";
  return text + ": " + Join(errors, ",");
}

Attempt Pagerduty::Send(Delivery& delivery) {
  auto event = Render(delivery);
  if (!event.ok()) return FailedAttempt(event.error(), false);
  Exchange exchange = Post(delivery, {.url = Url(),
                                      .body = Encode(*event),
                                      .secret_url = false,
                                      .timeout_ns = config_.timeout_ns});
  if (exchange.answered) {
    Judge(exchange, {v1_ ? 403 : 429}, Reasons(exchange));
  } else {
    exchange.attempt.error = fmt::format("failed to post message to PagerDuty{}: {}",
                                         v1_ ? " v1" : "", exchange.attempt.error);
  }
  return std::move(exchange.attempt);
}

}  // namespace

Built BuildPagerduty(const amconfig::PagerdutyConfig& config, size_t index,
                     const Environment& environment) {
  return MakeHttp<Pagerduty>(config, index, environment);
}

}  // namespace watchfire::notify
