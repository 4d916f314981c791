#pragma once
// What amtool prints: alerts, silences, the configuration and the cluster, in the three forms
// "simple", "extended" and "json". Input is what the API answered; what is missing there is printed
// as nothing. Pure functions.

#include <string>
#include <string_view>

#include "codec/json.h"

namespace watchfire::amtool {

struct Style {
  std::string output = "simple";
  std::string date_format = "2006-01-02 15:04:05 MST";  // a layout of Go
};

std::string FormatAlerts(codec::Json alerts, const Style& style);
std::string FormatSilences(codec::Json silences, const Style& style);
std::string FormatConfig(const codec::Json& status, const Style& style);
std::string FormatCluster(const codec::Json& cluster, const Style& style);

// The text of a member, "" if there is none.
std::string TextOf(const codec::Json& object, std::string_view name);

}  // namespace watchfire::amtool
