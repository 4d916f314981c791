#include "grafana/contacts/contact_point.h"

#include "grafana/contacts/contact_types.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxNameBytes = 200;
constexpr size_t kMaxUidBytes = 40;

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}

// A setting that people write with or without quotes.
std::string ScalarText(const Json& value) {
  if (const std::string* text = value.AsString()) return *text;
  if (value.is_null() || value.AsObject() != nullptr || value.AsArray() != nullptr) return "";
  return value.ToString();
}

// "a.b" within an object of objects.
Json* FindPath(Json& json, std::string_view path) {
  size_t dot = path.find('.');
  if (dot == std::string_view::npos) return json.Find(path);
  Json* inner = json.Find(path.substr(0, dot));
  return inner == nullptr ? nullptr : FindPath(*inner, path.substr(dot + 1));
}

void SetPath(Json& json, std::string_view path, Json value) {
  size_t dot = path.find('.');
  if (dot == std::string_view::npos) return json.Set(path, std::move(value));
  std::string_view head = path.substr(0, dot);
  if (json.Find(head) == nullptr || json.Find(head)->AsObject() == nullptr) {
    json.Set(head, Json::OfObject({}));
  }
  SetPath(*json.Find(head), path.substr(dot + 1), std::move(value));
}

void RemovePath(Json& json, std::string_view path) {
  size_t dot = path.find('.');
  if (dot != std::string_view::npos) {
    if (Json* inner = json.Find(path.substr(0, dot))) RemovePath(*inner, path.substr(dot + 1));
    return;
  }
  if (Json::Object* object = json.AsObject()) {
    std::erase_if(*object, [&](const Json::Member& member) { return member.name == path; });
  }
}

// Whether both talk to the same host: what a secret was given for.
bool SameAddress(const ContactPoint& a, const ContactPoint& b) {
  for (std::string_view name : {"url", "apiUrl", "api_url", "endpointUrl", "apiEndpoint"}) {
    std::string first = TextOf(a.settings, name);
    if (first != TextOf(b.settings, name) && first != kRedacted) return false;
  }
  return true;
}

// Moves a secret out of the settings.
void TakeSecret(ContactPoint& point, const Json* secure, std::string_view name,
                const ContactPoint* old) {
  std::string text;
  bool given = false;
  if (const Json* value = FindPath(point.settings, name)) {
    text = ScalarText(*value);
    given = true;
    RemovePath(point.settings, name);
  }
  if (const Json* value = secure == nullptr ? nullptr : secure->Find(name)) {
    // `true` says that there is one, as the pages write it.
    text = value->AsBool() ? std::string(kRedacted) : ScalarText(*value);
    given = true;
  }
  bool keep = text == kRedacted || !given;
  if (keep && old != nullptr && old->type == point.type) {
    auto known = old->secure.find(std::string(name));
    if (known != old->secure.end()) point.secure[std::string(name)] = known->second;
  } else if (given && !text.empty() && text != kRedacted) {
    point.secure[std::string(name)] = Secret(std::move(text));
  }
}

bool HasSetting(const ContactPoint& point, const ContactOption& option) {
  if (option.secure) return point.secure.count(std::string(option.name)) != 0;
  const Json* value = point.settings.Find(option.name);
  if (value == nullptr || value->is_null()) return false;
  const std::string* text = value->AsString();
  return text == nullptr || !text->empty();
}

Result<void> CheckRequired(const ContactPoint& point, const ContactType& type) {
  for (const ContactOption& option : type.options) {
    if (!option.required || HasSetting(point, option)) continue;
    return Error::Invalid("{}: {} is required", point.type, option.name);
  }
  if (point.type == "webhook") {
    std::string method = TextOf(point.settings, "httpMethod");
    if (!method.empty() && method != "POST" && method != "PUT") {
      return Error::Invalid("webhook: httpMethod must be POST or PUT");
    }
  }
  if (point.type != "slack") return {};
  bool token = point.secure.count("token") != 0;
  if (!token && point.secure.count("url") == 0) {
    return Error::Invalid("slack: token or url is required");
  }
  if (token && TextOf(point.settings, "recipient").empty()) {
    return Error::Invalid("slack: recipient is required with a token");
  }
  return {};
}

}  // namespace

Result<ContactPoint> ParseContactPoint(const Json& json, const ContactPoint* old) {
  if (json.AsObject() == nullptr) return Error::Invalid("a contact point must be an object");
  ContactPoint point;
  point.uid = TextOf(json, "uid");
  point.name = TextOf(json, "name");
  point.type = TextOf(json, "type");
  if (point.name.empty()) return Error::Invalid("name is required");
  if (point.name.size() > kMaxNameBytes) return Error::Invalid("name is too long");
  if (point.uid.size() > kMaxUidBytes) return Error::Invalid("uid is too long");
  const ContactType* type = FindContactType(point.type);
  if (type == nullptr) {
    return Error::Invalid("type \"{}\" is no type of contact points", point.type);
  }
  const Json* settings = json.Find("settings");
  point.settings = settings == nullptr ? Json::OfObject({}) : *settings;
  if (point.settings.AsObject() == nullptr) return Error::Invalid("settings must be an object");
  const Json* secure = json.Find("secureSettings");
  if (secure == nullptr) secure = json.Find("secureFields");
  if (old != nullptr && !SameAddress(point, *old)) old = nullptr;
  for (const ContactOption& option : type->options) {
    if (option.secure) TakeSecret(point, secure, option.name, old);
  }
  const Json* resolve = json.Find("disableResolveMessage");
  point.disable_resolve = resolve != nullptr && resolve->AsBool().value_or(false);
  point.provenance = TextOf(json, "provenance");
  TRY(CheckRequired(point, *type));
  return point;
}

Json ShownSettings(const ContactPoint& point, bool reveal) {
  Json shown = point.settings;
  for (const auto& [name, secret] : point.secure) {
    SetPath(shown, name, Json::OfString(reveal ? secret.reveal() : std::string(kRedacted)));
  }
  return shown;
}

std::string UndeliveredBecause(const ContactPoint& point, const Settings* settings) {
  const ContactType* type = FindContactType(point.type);
  if (type == nullptr || !type->delivered) {
    return fmt::format("this server keeps contact points of type {} but does not deliver to them",
                       point.type);
  }
  if (!point.unopened.empty()) {
    return "its secrets were sealed with another key: give them again, or set secret_key back";
  }
  if (point.type == "email" && (settings == nullptr || !settings->smtp.enabled)) {
    return "mail is off: set enabled and host in [smtp] of grafana.ini (GF_SMTP_ENABLED, "
           "GF_SMTP_HOST)";
  }
  return "";
}

}  // namespace watchfire::grafana
