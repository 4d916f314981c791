#include "alerting/amconfig/describe.h"
#include "alerting/amconfig/go_duration.h"
#include "base/text.h"
#include "model/duration.h"

namespace watchfire::amconfig {
namespace {

constexpr std::string_view kHidden = "<secret>";

// An absent key and a null mean the same to upstream's pointers; an empty text does not.
bool IsNull(Fields& fields, std::string_view name) {
  yaml::Node node;
  if (fields.Has(name)) fields.Any(name, node);
  return node.is_null() && node.is_scalar();
}

Result<void> CheckHttpUrl(const std::string& text, bool secret) {
  Result<config::UrlParts> parts = config::ParseUrl(text);
  if (!parts.ok() && secret) {
    const std::string& message = parts.error().message();
    return Error::Invalid("parse <secret>{}",
                          message.substr(std::min(message.rfind(": "), message.size())));
  }
  if (!parts.ok()) return parts.error();
  if (parts->scheme != "http" && parts->scheme != "https") {
    return Error::Invalid("unsupported scheme {} for URL", GoQuote(parts->scheme));
  }
  if (parts->host.empty()) return Error::Invalid("missing host for URL");
  return {};
}

// Whether every action of a template is closed; the rest is checked where templates are known.
bool ClosesActions(std::string_view text) {
  size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    at = text.find("}}", at + 2);
    if (at == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

MatcherReader& MatcherReader::Of(Fields& fields) {
  auto* reader = dynamic_cast<MatcherReader*>(&fields);
  WF_CHECK(reader != nullptr);
  return *reader;
}

void MatcherReader::Warn(uint32_t line, const std::string& warning) {
  if (!warning.empty()) warnings_->push_back(fmt::format("line {}: {}", line, warning));
}

void HttpUrl(Fields& fields, std::string_view name, Url& value) {
  if (!fields.reading()) return fields.Address(name, value);
  if (IsNull(fields, name)) return;
  fields.Converted(name, "", [&value](const std::string& text) -> Result<void> {
    TRY(CheckHttpUrl(text, false));
    value.text = text;
    return {};
  });
}

void SecretUrl(Fields& fields, std::string_view name, Secret& value) {
  if (!fields.reading()) return fields.SecretText(name, value);
  if (IsNull(fields, name)) return;
  fields.Converted(name, "", [&value](const std::string& text) -> Result<void> {
    if (text != kHidden) TRY(CheckHttpUrl(text, true));
    value = Secret(text);
    return {};
  });
}

void SecretTemplateUrl(Fields& fields, std::string_view name, Secret& value) {
  if (!fields.reading()) return fields.SecretText(name, value);
  fields.Converted(name, "", [&value](const std::string& text) -> Result<void> {
    if (text.find("{{") != std::string::npos) {
      if (!ClosesActions(text)) return Error::Invalid("invalid template syntax: unclosed action");
    } else if (!text.empty() && text != kHidden) {
      Result<void> checked = CheckHttpUrl(text, true);
      if (!checked.ok()) return checked.error().With("invalid URL");
    }
    value = Secret(text);
    return {};
  });
}

void HostPort(Fields& fields, std::string_view name, std::string& value) {
  fields.Converted(name, value, [&value](const std::string& text) -> Result<void> {
    if (!text.empty()) {
      size_t colon = text.rfind(':');
      bool bracketed = text[0] == '[';
      if (colon == std::string::npos || (bracketed && text[colon - 1] != ']')) {
        return Error::Invalid("address {}: missing port in address", text);
      }
      if (!bracketed && text.find(':') != colon) {
        return Error::Invalid("address {}: too many colons in address", text);
      }
      if (colon + 1 == text.size()) {
        return Error::Invalid("address {}: port cannot be empty", GoQuote(text));
      }
    }
    value = text;
    return {};
  });
}

void GoDuration(Fields& fields, std::string_view name, int64_t& ns, Show show) {
  std::string shown = ns == 0 && show == Show::kIfSet ? "" : FormatGoDuration(ns);
  fields.Converted(name, shown, [&ns](const std::string& text) -> Result<void> {
    ns = text.empty() ? 0 : TRY(ParseGoDuration(text));
    return {};
  });
}

void OptionalDuration(Fields& fields, std::string_view name, std::optional<int64_t>& ms) {
  std::string shown = ms ? model::FormatDuration(*ms) : "";
  if (fields.reading() && IsNull(fields, name)) return;
  fields.Converted(name, shown, [&ms](const std::string& text) -> Result<void> {
    ms = TRY(model::ParseDurationMs(text));
    return {};
  });
}

void MatcherList(Fields& fields, std::string_view name, Matchers& value) {
  std::vector<std::string> texts;
  if (!fields.reading()) {
    for (const Matcher& matcher : value) texts.push_back(matcher.ToString());
    return fields.Texts(name, texts);
  }
  yaml::Node node;
  if (fields.Has(name)) fields.Any(name, node);
  fields.Texts(name, texts);
  MatcherReader& reader = MatcherReader::Of(fields);
  Matchers read;
  for (size_t i = 0; i < texts.size(); ++i) {
    uint32_t line = i < node.items.size() ? node.items[i].line : node.line;
    std::string warning;
    Result<Matchers> parsed = ParseMatchers(texts[i], reader.syntax(), &warning);
    if (!parsed.ok()) {
      fields.Report(line, parsed.error());
      continue;
    }
    reader.Warn(line, warning);
    for (Matcher& matcher : *parsed) read.push_back(std::move(matcher));
  }
  value = std::move(read);
}

void RegexMap(Fields& fields, std::string_view name, std::map<std::string, std::string>& value) {
  yaml::Node node;
  if (fields.reading() && fields.Has(name)) fields.Any(name, node);
  fields.TextMap(name, value);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.value.is_null()) {
      fields.Report(entry.line, Error::Invalid("invalid regexp value for {}", GoQuote(entry.key)));
    }
  }
}

Result<void> CheckRegexMap(const std::map<std::string, std::string>& map) {
  TRY(CheckLabelNames(map));
  for (const auto& [name, pattern] : map) TRY(Matcher::Make(MatchType::kRegex, name, pattern));
  return {};
}

Result<void> CheckLabelNames(const std::map<std::string, std::string>& map) {
  for (const auto& [name, value] : map) {
    if (!model::IsLegacyLabelName(name)) {
      return Error::Invalid("invalid label name {}", GoQuote(name));
    }
  }
  return {};
}

Result<void> AtMostOne(bool first, bool second, std::string_view first_name,
                       std::string_view second_name) {
  if (!first || !second) return {};
  return Error::Invalid("at most one of {} & {} must be configured", first_name, second_name);
}

}  // namespace watchfire::amconfig
