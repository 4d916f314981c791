#include "net/http.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::net {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

void Headers::Add(std::string name, std::string value) {
  all_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string name, std::string value) {
  std::erase_if(all_, [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
  Add(std::move(name), std::move(value));
}

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
}

Result<Values> Values::Parse(std::string_view encoded) {
  Values values;
  for (std::string_view pair : Split(encoded, '&')) {
    if (pair.empty()) continue;
    if (pair.find(';') != std::string_view::npos) {
      return Error::Invalid("invalid semicolon separator in query");
    }
    size_t equals = pair.find('=');
    std::string_view value;
    if (equals != std::string_view::npos) value = pair.substr(equals + 1);
    std::string name = TRY(PercentDecode(pair.substr(0, equals), true));
    values.Add(std::move(name), TRY(PercentDecode(value, true)));
  }
  return values;
}

void Values::Add(std::string name, std::string value) {
  all_.emplace_back(std::move(name), std::move(value));
}

void Values::Append(const Values& other) {
  all_.insert(all_.end(), other.all_.begin(), other.all_.end());
}

std::string_view Values::Get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (key == name) return value;
  }
  return {};
}

bool Values::Has(std::string_view name) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& v) { return v.first == name; });
}

std::vector<std::string> Values::GetAll(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : all_) {
    if (key == name) found.push_back(value);
  }
  return found;
}

std::string Values::Encode() const {
  std::vector<const std::pair<std::string, std::string>*> sorted;
  sorted.reserve(all_.size());
  for (const auto& value : all_) sorted.push_back(&value);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string out;
  for (const auto* value : sorted) {
    if (!out.empty()) out.push_back('&');
    out += PercentEncode(value->first) + "=" + PercentEncode(value->second);
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (IsUnreserved(c)) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      auto byte = static_cast<uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

Result<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (c != '%') {
      out.push_back(c);
    } else {
      int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error::Invalid("invalid URL escape {}", GoQuote(text.substr(i, 3)));
      }
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

std::string_view Request::PathParam(std::string_view name) const {
  for (const auto& [key, value] : path_params) {
    if (key == name) return value;
  }
  return {};
}

Result<Values> Request::Form() const {
  Values values;
  if (method == "POST" || method == "PUT" || method == "PATCH") {
    std::string_view type = headers.Get("Content-Type");
    type = TrimSpace(type.substr(0, type.find(';')));
    if (EqualsIgnoreCase(type, "application/x-www-form-urlencoded")) {
      values = TRY(Values::Parse(body));
    }
  }
  values.Append(TRY(Values::Parse(raw_query)));
  return values;
}

Response Response::Text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response Response::Json(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

Response Response::Redirect(int status, std::string location) {
  Response response;
  response.status = status;
  response.headers.Add("Location", std::move(location));
  return response;
}

std::string_view StatusText(int status) {
  static constexpr std::pair<int, std::string_view> kTexts[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "Non-Authoritative Information"},
      {204, "No Content"},
      {205, "Reset Content"},
      {206, "Partial Content"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Request Entity Too Large"},
      {414, "Request URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Requested Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {418, "I'm a teapot"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Entity"},
      {423, "Locked"},
      {424, "Failed Dependency"},
      {425, "Too Early"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
      {511, "Network Authentication Required"},
  };
  for (const auto& [code, text] : kTexts) {
    if (code == status) return text;
  }
  return "";
}

}  // namespace watchfire::net
