#include "exposition/content_type.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "exposition/text_parser.h"

namespace watchfire::exposition {
namespace {

bool IsTokenByte(char c) {
  return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string::npos;
}
bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenByte);
}

// Cuts one `; name=value` off the front; false when it is malformed.
bool TakeParameter(std::string_view& rest) {
  rest = TrimSpace(rest.substr(1));
  if (rest.empty()) return true;  // A trailing semicolon is forgiven.
  size_t equal = rest.find('=');
  if (equal == std::string_view::npos || !IsToken(TrimSpace(rest.substr(0, equal)))) return false;
  rest = TrimSpace(rest.substr(equal + 1));
  size_t end = 0;
  if (!rest.empty() && rest[0] == '"') {
    end = 1;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    if (end >= rest.size()) return false;
    ++end;
  } else {
    while (end < rest.size() && IsTokenByte(rest[end])) ++end;
    if (end == 0) return false;
  }
  rest = TrimSpace(rest.substr(end));
  return rest.empty() || rest[0] == ';';
}

// The media type in lower case, or nothing if the header cannot be parsed.
std::optional<std::string> MediaType(std::string_view header) {
  size_t semicolon = header.find(';');
  std::string type = ToLower(TrimSpace(header.substr(0, semicolon)));
  size_t slash = type.find('/');
  if (slash == std::string::npos ? !IsToken(type)
                                 : !IsToken(std::string_view(type).substr(0, slash)) ||
                                       !IsToken(std::string_view(type).substr(slash + 1))) {
    return std::nullopt;
  }
  std::string_view rest =
      semicolon == std::string_view::npos ? std::string_view() : header.substr(semicolon);
  while (!rest.empty()) {
    if (!TakeParameter(rest)) return std::nullopt;
  }
  return type;
}

std::optional<Format> FormatOf(std::string_view media_type) {
  if (media_type == "text/plain") return Format::kText;
  if (media_type == "application/openmetrics-text") return Format::kOpenMetrics;
  if (media_type == "application/vnd.google.protobuf") return Format::kProtobuf;
  return std::nullopt;
}

Format FallbackFormat(std::string_view protocol) {
  if (protocol == "PrometheusProto") return Format::kProtobuf;
  return protocol.starts_with("OpenMetrics") ? Format::kOpenMetrics : Format::kText;
}

}  // namespace

Result<ChosenFormat> ChooseFormat(std::string_view content_type,
                                  std::string_view fallback_protocol) {
  if (content_type.empty()) {
    if (fallback_protocol.empty()) {
      return Error::Invalid(
          "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol "
          "specified for target");
    }
    return ChosenFormat{FallbackFormat(fallback_protocol), ""};
  }
  std::optional<std::string> media_type = MediaType(content_type);
  if (media_type) {
    if (std::optional<Format> format = FormatOf(*media_type)) return ChosenFormat{*format, ""};
  }
  std::string quoted = GoQuote(content_type);
  if (fallback_protocol.empty()) {
    if (!media_type) {
      return Error::Invalid(
          "cannot parse Content-Type {} and no fallback_scrape_protocol for target", quoted);
    }
    return Error::Invalid(
        "received unsupported Content-Type {} and no fallback_scrape_protocol specified for target",
        quoted);
  }
  return ChosenFormat{FallbackFormat(fallback_protocol),
                      fmt::format("{} Content-Type {}, using fallback_scrape_protocol {}",
                                  media_type ? "received unsupported" : "could not parse received",
                                  quoted, GoQuote(fallback_protocol))};
}

std::string AcceptHeader(const std::vector<std::string>& protocols,
                         std::string_view escaping_scheme) {
  // The first weight that upstream gives, so that a target sees a familiar header.
  int weight = 6;
  std::string out;
  auto add = [&](std::string_view media_type) {
    out += fmt::format("{};q=0.{},", media_type, weight--);
  };
  bool any = false;
  for (const std::string& protocol : protocols) {
    if (protocol == "PrometheusText1.0.0") {
      add(fmt::format("text/plain;version=1.0.0;escaping={}", escaping_scheme));
      any = true;
    } else if (protocol == "PrometheusText0.0.4") {
      add("text/plain;version=0.0.4");
      any = true;
    }
  }
  if (!any) add("text/plain;version=0.0.4");
  return out + fmt::format("*/*;q=0.{}", weight);
}

Result<std::unique_ptr<Parser>> NewParser(Format format, std::string_view body) {
  switch (format) {
    case Format::kText:
      return std::unique_ptr<Parser>(std::make_unique<TextParser>(body));
    case Format::kOpenMetrics:
      return Error::Unavailable("the OpenMetrics format is not supported yet");
    case Format::kProtobuf:
      return Error::Unavailable("the protobuf format is not supported yet");
  }
  return Error::Internal("unknown format");
}

}  // namespace watchfire::exposition
