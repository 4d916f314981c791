#pragma once
// Rules and alerts as the API writes them. Fields of ours stand behind upstream's. Pure functions.

#include <optional>
#include <string>

#include "codec/json_writer.h"
#include "rules/view.h"

namespace watchfire::api {

// RFC 3339; for what never was, the year 1 as Go prints it.
std::string TimeText(const std::optional<TimeMs>& t);
// RFC 3339 or null.
void WriteTime(codec::JsonWriter& json, const std::optional<TimeMs>& t);
// Shortest digits, always with an exponent: Go's 'e' form.
std::string ExponentText(double v);

void WriteAlert(codec::JsonWriter& json, const rules::AlertView& alert);
void WriteRule(codec::JsonWriter& json, const rules::RuleView& rule, bool exclude_alerts);
// {left, op, value} or null.
void WriteThreshold(codec::JsonWriter& json, const std::optional<rules::Threshold>& threshold);

}  // namespace watchfire::api
