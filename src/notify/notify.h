#pragma once
// Integrations: how a notification is said to each service. Build makes the notifiers of one
// receiver from its configuration; each is one file here, with the exact payload, the errors and
// the retry rule that Alertmanager has. Templates are prepared once, when the configuration is
// applied, and rendered for each notification.
//
// Notifiers are thread-safe and block while they talk. Whatever they return for people to read
// (Attempt) has keys, tokens and passwords replaced by `<secret>`.

#include <string>
#include <vector>

#include "alerting/alerts/notification.h"
#include "alerting/amconfig/config.h"
#include "base/result.h"
#include "notify/parts/environment.h"

namespace watchfire::notify {

// Errors: an http_config that contradicts itself, a file of tokens that cannot be read where
// upstream reads it at this moment. A text that is no valid template is no error here: the
// notification that needs it fails.
Result<alerting::ReceiverNotifiers> Build(const amconfig::Receiver& receiver,
                                          const Environment& environment);

// Templates of the receiver that do not parse, or fail on an example notification:
// `slack_configs[0].title: template: :1: …`.
std::vector<std::string> Lint(const amconfig::Receiver& receiver, const Environment& environment);

}  // namespace watchfire::notify
