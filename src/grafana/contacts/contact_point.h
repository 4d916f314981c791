#pragma once
// ContactPoint: where notifications go: one integration with its settings. Points of one name
// belong together: all of them are told. Secret settings are kept apart from the others, never
// shown (`[REDACTED]`), and keep their value when somebody writes that word back. Values.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/amconfig/receivers.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "grafana/settings/settings.h"

namespace watchfire::grafana {

inline constexpr std::string_view kRedacted = "[REDACTED]";
inline constexpr std::string_view kDefaultReceiver = "grafana-default-email";

struct ContactPoint {
  std::string uid;
  std::string name;
  std::string type;
  codec::Json settings;                  // an object, without secrets
  std::map<std::string, Secret> secure;  // "bottoken", "hmacConfig.secret"
  bool disable_resolve = false;
  std::string provenance;  // "", "api", "file"
  // Secrets as they lie in the database, where the key of now does not open them: they are kept,
  // and the point tells nobody until it gets new ones or the key is back.
  std::string unopened;
};

// {uid, name, type, settings, secureSettings?, disableResolveMessage}. Secrets may stand in either
// of the two. `old`: what is there, for settings that say [REDACTED] or are left out of
// secureSettings; its secrets are not kept for another address, or whoever changes that would be
// told them. kInvalid names what is missing: `telegram: bottoken is required`.
Result<ContactPoint> ParseContactPoint(const codec::Json& json, const ContactPoint* old = nullptr);
// Settings with [REDACTED] for each secret; `reveal`: the secrets themselves, for an export that
// an administrator asked for, and for disk.
codec::Json ShownSettings(const ContactPoint& point, bool reveal = false);
// Why it will not be delivered to; "": it will.
std::string UndeliveredBecause(const ContactPoint& point, const Settings* settings);

// The way to an Alertmanager's receiver: entries below a key (`telegram_configs`), and what no key
// of a file says. Empty for points that are not delivered to.
struct MappedIntegration {
  std::string key;
  codec::Json config;
  std::function<void(amconfig::Receiver&, size_t index)> finish;  // may be empty
};
std::vector<MappedIntegration> MapIntegrations(const ContactPoint& point, const Settings* settings);

}  // namespace watchfire::grafana
