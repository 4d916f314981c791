#include "api/alerting/framework.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

// Alerts and silences are three deep; what is deeper is not read.
constexpr uint32_t kBodyDepth = 32;

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kExists:
    case ErrorCode::kLimit:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kDenied:
      return 403;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kTimeout:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

// `application/json; charset=utf-8` → `application/json`.
std::string MediaType(std::string_view header) {
  if (header.empty()) return "application/octet-stream";
  return ToLower(TrimSpace(header.substr(0, header.find(';'))));
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool EscapesAreWhole(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return false;
  }
  return true;
}

// The part of an address between // and the path.
bool IsAuthority(std::string_view text) {
  size_t at = text.rfind('@');
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  std::string_view port;
  if (!text.empty() && text[0] == '[') {
    size_t close = text.find(']');
    if (close == std::string_view::npos) return false;
    port = text.substr(close + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else {
    size_t colon = text.rfind(':');
    if (colon != std::string_view::npos) port = text.substr(colon);
    if (text.substr(0, colon).find_first_of(" <>\"^`{}|\\%") != std::string_view::npos)
      return false;
  }
  if (!port.empty()) port.remove_prefix(1);
  return std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What stands before the first colon, if it is a scheme; nullopt if the text begins with a colon.
std::optional<std::string_view> SchemeOf(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (IsLetter(c)) continue;
    if (c == ':') return i == 0 ? std::nullopt : std::optional(text.substr(0, i));
    bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!later || i == 0) break;
  }
  return std::string_view{};
}

}  // namespace

net::Response FrameworkError(int code, std::string_view message) {
  codec::JsonWriter out;
  out.BeginObject().Field("code", code).Field("message", message).EndObject();
  return net::Response::Json(code >= 600 ? 422 : code, out.Take());
}

net::Response HandlerError(int status, std::string_view message) {
  codec::JsonWriter out;
  out.String(message);
  return net::Response::Json(status, out.Take() + "\n");
}

net::Response HandlerError(const Error& error) {
  return HandlerError(StatusOf(error.code()), error.message());
}

net::Response Empty(int status) {
  net::Response response;
  response.status = status;
  return response;
}

net::Response JsonAnswer(std::string json) {
  json += '\n';
  return net::Response::Json(200, std::move(json));
}

JsonBody ReadJsonBody(const net::Request& request, std::string_view name) {
  JsonBody body;
  if (request.body.empty()) {
    body.refused = FrameworkError(kRequired, fmt::format("{} in body is required", name));
    return body;
  }
  std::string type = MediaType(request.headers.Get("Content-Type"));
  if (type != "application/json") {
    body.refused = FrameworkError(
        415, fmt::format("unsupported media type {}, only [application/json] are allowed",
                         GoQuote(type)));
    return body;
  }
  Result<codec::Json> json = codec::Json::Parse(request.body, {.depth = kBodyDepth});
  if (!json.ok()) {
    body.refused = FrameworkError(400, fmt::format("parsing {} body from \"\" failed, because {}",
                                                   name, json.error().message()));
    return body;
  }
  body.json = std::move(*json);
  return body;
}

net::Values QueryOf(const net::Request& request) {
  net::Values all;
  for (std::string_view pair : Split(request.raw_query, '&')) {
    if (pair.empty()) continue;
    if (Result<net::Values> one = net::Values::Parse(pair); one.ok()) all.Append(*one);
  }
  return all;
}

bool BoolParam(const net::Values& query, std::string_view name, bool otherwise) {
  static constexpr std::array<std::string_view, 10> kTrue = {
      "true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"};
  std::string_view text = query.Get(name);
  if (text.empty()) return otherwise;
  return std::find(kTrue.begin(), kTrue.end(), ToLower(text)) != kTrue.end();
}

bool IsUuid(std::string_view text) {
  constexpr std::array<size_t, 5> kGroups = {8, 4, 4, 4, 12};
  for (size_t group = 0; group < kGroups.size(); ++group) {
    if (group > 0 && !text.empty() && text[0] == '-') text.remove_prefix(1);
    if (text.size() < kGroups[group]) return false;
    std::string_view digits = text.substr(0, kGroups[group]);
    if (!std::all_of(digits.begin(), digits.end(), IsHex)) return false;
    text.remove_prefix(kGroups[group]);
  }
  return text.empty();
}

bool IsRequestUri(std::string_view text) {
  if (text.empty()) return false;
  if (text == "*") return true;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  std::optional<std::string_view> scheme = SchemeOf(text);
  if (!scheme) return false;
  if (!scheme->empty()) text.remove_prefix(scheme->size() + 1);
  text = text.substr(0, text.find('?'));
  if (text.empty() || text[0] != '/') return !scheme->empty();
  bool has_authority = text.starts_with("//") && (!scheme->empty() || text.starts_with("///"));
  if (!scheme->empty() && has_authority) {
    text.remove_prefix(2);
    size_t slash = text.find('/');
    if (!IsAuthority(text.substr(0, slash))) return false;
    text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
  }
  return EscapesAreWhole(text);
}

Result<amconfig::Matchers> ParseFilters(const net::Values& query, std::string_view name,
                                        amconfig::MatcherSyntax syntax) {
  amconfig::Matchers matchers;
  for (std::string_view text : query.GetAll(name)) {
    matchers.push_back(TRY(amconfig::ParseMatcher(text, syntax)));
  }
  return matchers;
}

Result<std::optional<model::SearchRegex>> ParseReceiver(const net::Values& query) {
  std::string_view text = query.Get("receiver");
  if (text.empty()) return std::optional<model::SearchRegex>();
  Result<model::SearchRegex> regex = model::SearchRegex::Compile(fmt::format("^(?:{})$", text));
  if (!regex.ok()) return regex.error().With("failed to parse receiver param");
  return std::optional(std::move(*regex));
}

const codec::Json* Member(const codec::Json& object, std::string_view name) {
  const codec::Json::Object* members = object.AsObject();
  if (members == nullptr) return nullptr;
  const codec::Json* found = nullptr;
  for (const codec::Json::Member& member : *members) {
    if (member.name == name || EqualsIgnoreCase(member.name, name)) found = &member.value;
  }
  return found;
}

}  // namespace watchfire::api
