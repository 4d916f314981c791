#pragma once
// What the sources of PeopleApi share: reading bodies, and people as JSON.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/grafana/access.h"
#include "base/clock.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "grafana/accounts/accounts.h"

namespace watchfire::api {

// A text of a body; "" if it is missing or something else.
std::string TextOf(const codec::Json& body, std::string_view key);
std::optional<bool> BoolOf(const codec::Json& body, std::string_view key);
// A whole number, also one written as text, as some clients do.
std::optional<int64_t> IntOf(const codec::Json& body, std::string_view key);
// A `:name` of the path as a number; 0 if it is none.
int64_t IdOf(const Call& call, std::string_view name);

std::string AvatarUrl(std::string_view email);
// "5 minutes", as Grafana says it.
std::string AgeText(TimeMs then, TimeMs now);
// The fields that all lists of users have, into an open object.
void WriteUserFields(const grafana::User& user, TimeMs now, codec::JsonWriter& json);
void WriteAuthLabels(const grafana::User& user, codec::JsonWriter& json);

// `perpage` and `page` of a query, and the part of `size` things that they mean.
struct Page {
  int64_t page = 1, per_page = 1000;
  size_t begin = 0, end = 0;
};
Page PageOf(const Call& call, size_t size);

// Answers that are mostly one list.
net::Response JsonText(codec::JsonWriter& json, int status = 200);

}  // namespace watchfire::api
