#pragma once
// The bodies that clients post, as values: read with the leniency of upstream's decoder (names of
// members in any case, null for "not there", unknown members passed over) and checked with the
// texts and codes of its framework. Pure functions.

#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "alerting/silences/silences.h"
#include "codec/json.h"
#include "net/http.h"

namespace watchfire::api {

// A value, or the answer that says what is wrong with the body.
template <typename T>
struct Posted {
  T value;
  std::optional<net::Response> refused;
};

// The array of POST /alerts. Times may be absent; labels without empty values; nothing is sealed.
Posted<std::vector<alerting::Alert>> ReadAlerts(const codec::Json& body);
// One alert of such an array; `place` begins messages: "0.", "alert.".
Posted<alerting::Alert> ReadAlert(const codec::Json& json, const std::string& name,
                                  const std::string& place);

struct PostedSilence {
  alerting::Silence silence;
  // A matcher that cannot be made; told only after the times were found to be right.
  std::optional<Error> bad_matcher;
};
Posted<PostedSilence> ReadSilence(const codec::Json& body);

}  // namespace watchfire::api
