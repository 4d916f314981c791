#pragma once
// What upstream's API gets from the framework it was generated with: checked media types and
// parameters, and two forms of errors. Handlers answer with a bare JSON string, the framework with
// {"code","message"}, where the code is the HTTP status or tells what is wrong with a value. Pure
// functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "base/result.h"
#include "codec/json.h"
#include "model/regex.h"
#include "net/http.h"

namespace watchfire::api {

// Codes of the framework that are no HTTP statuses; they are answered with 422.
inline constexpr int kInvalidType = 601;
inline constexpr int kRequired = 602;
inline constexpr int kTooFewItems = 612;

// {"code":…,"message":…}.
net::Response FrameworkError(int code, std::string_view message);
// A bare JSON string.
net::Response HandlerError(int status, std::string_view message);
net::Response HandlerError(const Error& error);
net::Response Empty(int status);
net::Response JsonAnswer(std::string json);

// The body as JSON; or the answer that says why it is none. `name` is the body's name in
// messages.
struct JsonBody {
  codec::Json json;
  std::optional<net::Response> refused;
};
JsonBody ReadJsonBody(const net::Request& request, std::string_view name);

// The parameters of the address; what cannot be decoded is left out.
net::Values QueryOf(const net::Request& request);
// Everything that is not one of the words for true is false.
bool BoolParam(const net::Values& query, std::string_view name, bool otherwise);
bool IsUuid(std::string_view text);
// As Go's url.ParseRequestURI would take it.
bool IsRequestUri(std::string_view text);

// All `filter` parameters. Errors are upstream's.
Result<amconfig::Matchers> ParseFilters(const net::Values& query, std::string_view name,
                                        amconfig::MatcherSyntax syntax);
// The anchored `receiver` parameter; unset if it is not there.
Result<std::optional<model::SearchRegex>> ParseReceiver(const net::Values& query);

// The last member of this name, whatever its case, as Go's decoder takes it; nullptr for none.
const codec::Json* Member(const codec::Json& object, std::string_view name);

}  // namespace watchfire::api
