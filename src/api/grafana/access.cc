#include "api/grafana/access.h"

#include "api/grafana/gate.h"
#include "api/grafana/origin.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using grafana::Identity;
using grafana::IdentityKind;
using grafana::Role;

// Of what anybody may send: a name and a password, or which panel of a public page.
constexpr size_t kMostFromAnybody = 64 << 10;

bool MayPass(const Identity& who, Need need) {
  switch (need) {
    case Need::kNothing:
      return true;
    case Need::kKnown:
      return who.known();
    case Need::kSignedIn:
      return who.kind == IdentityKind::kUser || who.kind == IdentityKind::kServiceAccount;
    case Need::kViewer:
      return who.May(Role::kViewer);
    case Need::kEditor:
      return who.May(Role::kEditor);
    case Need::kAdmin:
      return who.May(Role::kAdmin);
    case Need::kServerAdmin:
      return who.known() && who.server_admin;
  }
  return false;
}

std::string_view NeedText(Need need) {
  switch (need) {
    case Need::kNothing:
      return "nothing";
    case Need::kKnown:
    case Need::kSignedIn:
      return "a signed-in user";
    case Need::kViewer:
      return "the role Viewer";
    case Need::kEditor:
      return "the role Editor";
    case Need::kAdmin:
      return "the role Admin";
    case Need::kServerAdmin:
      return "a server administrator";
  }
  return "";
}

net::Response Unauthorized(std::string_view message, std::string_view id) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("message", message)
      .Field("messageId", id)
      .Field("statusCode", 401)
      .Field("traceID", "")
      .EndObject();
  return net::Response::Json(401, json.Take());
}

net::Response Forbidden(const net::Request& request, Need need) {
  // Only a name to find the line in the log by.
  std::string id = fmt::format(
      "ACE{:010}", KeyedHash(request.path + request.remote_address) % 10'000'000'000ULL);
  WF_LOG(kInfo, "Access denied", {"component", "grafana"}, {"path", request.path},
         {"method", request.method}, {"id", id}, {"needed", NeedText(need)});
  codec::JsonWriter json;
  json.BeginObject()
      .Field("accessErrorId", id)
      .Field("message", fmt::format("You'll need additional permissions to perform this action. "
                                    "Permissions needed: {}",
                                    NeedText(need)))
      .Field("title", "Access denied")
      .EndObject();
  return net::Response::Json(403, json.Take());
}

}  // namespace

bool IsSafe(const net::Request& request) {
  return request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
}

std::optional<net::Response> Refuse(const net::Request& request,
                                    const grafana::SignIn::Outcome& outcome,
                                    const grafana::Settings& settings, Need need) {
  if (need == Need::kNothing) return std::nullopt;
  if (!outcome.error.empty()) return Unauthorized(outcome.error, outcome.error_id);
  const Identity& who = outcome.identity;
  if (who.by_cookie && !IsSafe(request)) {
    std::string problem = OriginProblem(request, settings);
    if (!problem.empty()) {
      WF_LOG(kWarn, "Request refused", {"component", "grafana"}, {"path", request.path},
             {"reason", problem});
      return Message(403, problem);
    }
  }
  if (!MayPass(who, need)) {
    // Whoever is not signed in may be able to help it.
    if (!who.known() || who.kind == IdentityKind::kAnonymous) {
      return Unauthorized("Unauthorized", "auth.unauthorized");
    }
    return Forbidden(request, need);
  }
  std::string_view org = request.headers.Get("X-Grafana-Org-Id");
  if (!org.empty() && org != "1" && org != "0") {
    return Message(403, "no access to that organization: this server has one, and its id is 1");
  }
  return std::nullopt;
}

void AddCookies(const grafana::SignIn::Outcome& outcome, net::Response* response) {
  if (response->headers.Has("Set-Cookie")) return;
  for (const std::string& cookie : outcome.set_cookies) response->headers.Add("Set-Cookie", cookie);
}

Result<codec::Json> Call::Body() const {
  if (TrimSpace(request.body).empty()) return codec::Json::OfObject({});
  Result<codec::Json> parsed = codec::Json::Parse(request.body);
  if (!parsed.ok()) return Error::Invalid("bad request data: {}", parsed.error().message());
  return parsed;
}

GrafanaRoutes::GrafanaRoutes(net::Router* router, grafana::SignIn* signin,
                             const grafana::Settings* settings)
    : router_(router), signin_(signin), settings_(settings) {}

void GrafanaRoutes::Add(const std::string& method, const std::string& pattern, Need need,
                        CallHandler handler) {
  auto answer = [signin = signin_, settings = settings_, need,
                 handler = std::move(handler)](const net::Request& request) {
    if (need == Need::kNothing && request.body.size() > kMostFromAnybody) {
      return Message(413, "the body is too large");
    }
    grafana::SignIn::Outcome outcome = signin->Identify(request);
    std::optional<net::Response> refused = Refuse(request, outcome, *settings, need);
    if (!refused) {
      Result<net::Values> query = net::Values::Parse(request.raw_query);
      if (!query.ok()) return Message(400, query.error().message());
      refused = handler(Call{request, outcome.identity, *std::move(query)});
    }
    AddCookies(outcome, &*refused);
    if (!refused->headers.Has("Cache-Control")) refused->headers.Add("Cache-Control", "no-store");
    return *std::move(refused);
  };
  router_->Handle(method, pattern, answer, pattern);
  size_t last = pattern.rfind('/');
  bool ends_open = last + 1 == pattern.size() || pattern[last + 1] == '*';
  if (!ends_open) router_->Handle(method, pattern + "/", answer, pattern);
}

net::Response Message(int status, std::string_view message) {
  codec::JsonWriter json;
  json.BeginObject().Field("message", message).EndObject();
  return net::Response::Json(status, json.Take());
}

net::Response JsonAnswer(int status, const codec::Json& value) {
  codec::JsonWriter json;
  value.WriteTo(&json);
  return net::Response::Json(status, json.Take());
}

net::Response ErrorAnswer(const Error& error) {
  int status = 500;
  switch (error.code()) {
    case ErrorCode::kInvalid:
      status = 400;
      break;
    case ErrorCode::kNotFound:
      status = 404;
      break;
    case ErrorCode::kExists:
      status = 409;
      break;
    case ErrorCode::kDenied:
      status = 403;
      break;
    case ErrorCode::kLimit:
      status = 422;
      break;
    case ErrorCode::kTimeout:
      status = 504;
      break;
    case ErrorCode::kCancelled:
      status = 499;
      break;
    case ErrorCode::kUnavailable:
      status = 503;
      break;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      WF_LOG(kError, "Request failed", {"component", "grafana"}, {"err", error});
      break;
  }
  return Message(status, error.message());
}

std::string GoTime(TimeMs time) {
  if (time == 0) return "0001-01-01T00:00:00Z";
  std::string text = FormatRfc3339(time);
  // Go leaves zeros at the end of a fraction away.
  text.pop_back();
  size_t point = text.rfind('.');
  if (point != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return text + "Z";
}

}  // namespace watchfire::api
