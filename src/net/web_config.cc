#include "net/web_config.h"

#include <array>

#include "base/file.h"
#include "base/numbers.h"
#include "base/text.h"
#include "codec/yaml.h"

namespace watchfire::net {
namespace {

constexpr uint64_t kMaxFileBytes = 1 << 20;

// Reads one mapping of the file: every key must be asked for, or it is unknown.
class Section {
 public:
  Section(const std::string& path, const yaml::Node& node, std::string type)
      : path_(path), node_(node), type_(std::move(type)) {}

  template <typename... Args>
  Error At(uint32_t line, fmt::format_string<Args...> format, Args&&... args) const {
    return Error::Invalid("{}:{}: {}", path_, line,
                          fmt::format(format, std::forward<Args>(args)...));
  }

  // Calls read(key, value) for every entry; it returns false for a key it does not know.
  template <typename Read>
  Result<void> ForEach(Read read) const {
    if (node_.is_null()) return {};
    if (!node_.is_mapping()) {
      return At(node_.line, "cannot unmarshal {} into {}", node_.TypeName(), type_);
    }
    for (const yaml::Entry& entry : node_.entries) {
      Result<bool> known = read(entry.key, entry.value);
      if (!known.ok()) return known.error();
      if (!*known) return At(entry.line, "field {} not found in type {}", entry.key, type_);
    }
    return {};
  }

  Result<std::string> Text(const yaml::Node& value) const {
    if (!value.is_scalar()) {
      return At(value.line, "cannot unmarshal {} into string", value.TypeName());
    }
    return value.is_null() ? std::string() : value.text;
  }
  Result<bool> Bool(const yaml::Node& value) const {
    std::optional<bool> flag = yaml::AsBool(value);
    if (!flag) return At(value.line, "cannot unmarshal {} into bool", value.TypeName());
    return *flag;
  }
  Result<std::vector<std::string>> Texts(const yaml::Node& value) const {
    std::vector<std::string> texts;
    if (value.is_null()) return texts;
    if (!value.is_sequence()) {
      return At(value.line, "cannot unmarshal {} into []string", value.TypeName());
    }
    for (const yaml::Node& item : value.items) texts.push_back(TRY(Text(item)));
    return texts;
  }
  // A file name, from the directory of the configuration if relative.
  Result<std::string> File(const yaml::Node& value) const {
    std::string name = TRY(Text(value));
    if (name.empty() || name[0] == '/') return name;
    return JoinPath(DirName(path_), name);
  }

 private:
  const std::string& path_;
  const yaml::Node& node_;
  std::string type_;
};

Result<ClientAuth> ParseClientAuth(std::string_view text) {
  static constexpr std::pair<std::string_view, ClientAuth> kNames[] = {
      {"", ClientAuth::kNoClientCert},
      {"NoClientCert", ClientAuth::kNoClientCert},
      {"RequestClientCert", ClientAuth::kRequestClientCert},
      {"RequireAnyClientCert", ClientAuth::kRequireAnyClientCert},
      {"RequireClientCert", ClientAuth::kRequireAnyClientCert},
      {"VerifyClientCertIfGiven", ClientAuth::kVerifyClientCertIfGiven},
      {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerifyClientCert},
  };
  for (const auto& [name, auth] : kNames) {
    if (name == text) return auth;
  }
  return Error::Invalid("Invalid ClientAuth: {}", text);
}

Result<void> CheckTls(const TlsServerConfig& tls) {
  if (tls.cert.empty() && tls.cert_file.empty()) {
    return Error::Invalid("missing one of cert or cert_file");
  }
  if (tls.key.empty() && tls.key_file.empty()) {
    return Error::Invalid("missing one of key or key_file");
  }
  if (!tls.cert.empty() && !tls.cert_file.empty()) {
    return Error::Invalid("only one of cert and cert_file is allowed");
  }
  if (!tls.key.empty() && !tls.key_file.empty()) {
    return Error::Invalid("only one of key and key_file is allowed");
  }
  if (!tls.client_ca.empty() && !tls.client_ca_file.empty()) {
    return Error::Invalid("only one of client_ca and client_ca_file is allowed");
  }
  bool has_ca = !tls.client_ca.empty() || !tls.client_ca_file.empty();
  if (has_ca && tls.client_auth == ClientAuth::kNoClientCert) {
    return Error::Invalid("Client CA's have been configured without a Client Auth Policy");
  }
  bool verifies = tls.client_auth == ClientAuth::kVerifyClientCertIfGiven ||
                  tls.client_auth == ClientAuth::kRequireAndVerifyClientCert;
  if (verifies && !has_ca) {
    return Error::Invalid("client certificates cannot be verified without client_ca_file");
  }
  return {};
}

Result<bool> ReadTlsKey(const Section& section, const std::string& key, const yaml::Node& value,
                        TlsServerConfig& tls) {
  // A wrong value is reported at its line.
  auto parsed = [&](auto result) -> decltype(result) {
    if (result.ok()) return result;
    return section.At(value.line, "{}", result.error().message());
  };
  if (key == "cert") {
    tls.cert = TRY(section.Text(value));
  } else if (key == "cert_file") {
    tls.cert_file = TRY(section.File(value));
  } else if (key == "key") {
    tls.key = Secret(TRY(section.Text(value)));
  } else if (key == "key_file") {
    tls.key_file = TRY(section.File(value));
  } else if (key == "client_auth_type") {
    std::string text = TRY(section.Text(value));
    tls.client_auth = TRY(parsed(ParseClientAuth(text)));
  } else if (key == "client_ca") {
    tls.client_ca = TRY(section.Text(value));
  } else if (key == "client_ca_file") {
    tls.client_ca_file = TRY(section.File(value));
  } else if (key == "client_allowed_sans") {
    tls.client_allowed_sans = TRY(section.Texts(value));
  } else if (key == "min_version") {
    std::string text = TRY(section.Text(value));
    tls.min_version = TRY(parsed(ParseTlsVersion(text)));
  } else if (key == "max_version") {
    std::string text = TRY(section.Text(value));
    tls.max_version = TRY(parsed(ParseTlsVersion(text)));
  } else if (key == "cipher_suites") {
    tls.cipher_suites = TRY(section.Texts(value));
  } else if (key == "curve_preferences") {
    tls.curve_preferences = TRY(section.Texts(value));
  } else if (key == "prefer_server_cipher_suites") {
    tls.prefer_server_cipher_suites = TRY(section.Bool(value));
  } else {
    return false;
  }
  return true;
}

Result<void> ReadTls(const std::string& path, const yaml::Node& node, WebConfig& config) {
  if (node.is_null() || (node.is_mapping() && node.entries.empty())) return {};
  Section section(path, node, "web.TLSConfig");
  TlsServerConfig tls;
  TRY(section.ForEach([&](const std::string& key, const yaml::Node& value) {
    return ReadTlsKey(section, key, value, tls);
  }));
  Result<void> checked = CheckTls(tls);
  if (!checked.ok()) return section.At(node.line, "{}", checked.error().message());
  config.tls = std::move(tls);
  return {};
}

Result<void> CheckHeader(const std::string& name, const std::string& value) {
  static constexpr std::array<std::string_view, 5> kAllowed = {
      "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
      "X-Frame-Options", "X-XSS-Protection"};
  if (std::find(kAllowed.begin(), kAllowed.end(), name) == kAllowed.end()) {
    return Error::Invalid("HTTP header {} can not be configured", GoQuote(name));
  }
  if (value.find_first_of("\r\n") != std::string::npos) {
    return Error::Invalid("HTTP header {} holds a line break", GoQuote(name));
  }
  if (name == "X-Frame-Options" && !value.empty() && value != "deny" && value != "sameorigin") {
    return Error::Invalid(
        R"(invalid value for X-Frame-Options. Expected one of: ["deny" "sameorigin"], but got: {})",
        GoQuote(value));
  }
  if (name == "X-Content-Type-Options" && !value.empty() && value != "nosniff") {
    return Error::Invalid(
        R"(invalid value for X-Content-Type-Options. Expected one of: ["nosniff"], but got: {})",
        GoQuote(value));
  }
  return {};
}

Result<bool> ReadHeaders(const Section& section, const yaml::Node& node, WebConfig& config) {
  if (node.is_null()) return true;
  if (!node.is_mapping()) {
    return section.At(node.line, "cannot unmarshal {} into map[string]string", node.TypeName());
  }
  for (const yaml::Entry& entry : node.entries) {
    std::string value = TRY(section.Text(entry.value));
    Result<void> checked = CheckHeader(entry.key, value);
    if (!checked.ok()) return section.At(entry.line, "{}", checked.error().message());
    if (!value.empty()) config.headers.emplace_back(entry.key, std::move(value));
  }
  return true;
}

// Go's time.ParseDuration: "300ms", "1.5h", "2h45m"; a bare number is nanoseconds.
std::optional<int64_t> ParseGoDuration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ns", 1},   {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3},
      {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},        {"h", 3600e9}};
  if (std::optional<int64_t> whole = ParseInt(text)) return whole;
  double total = 0;
  while (!text.empty()) {
    size_t digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    std::optional<double> number = ParseFloat(text.substr(0, digits));
    if (!number) return std::nullopt;
    text.remove_prefix(digits);
    std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
    double scale = 0;
    for (const auto& [name, value] : kUnits) {
      if (unit == name) scale = value;
    }
    if (scale == 0) return std::nullopt;
    total += *number * scale;
    text.remove_prefix(unit.size());
  }
  if (total > 9.2e18) return std::nullopt;
  return static_cast<int64_t>(total);
}

Result<void> ReadRate(const std::string& path, const yaml::Node& node, WebConfig& config) {
  Section section(path, node, "web.RateLimiterConfig");
  return section.ForEach([&](const std::string& key, const yaml::Node& value) -> Result<bool> {
    if (key == "burst") {
      std::optional<int64_t> burst = yaml::AsInt(value);
      if (!burst || *burst < 0) return section.At(value.line, "burst must be a number from 0 on");
      config.rate_burst = *burst;
    } else if (key == "interval") {
      std::optional<int64_t> interval = ParseGoDuration(TRY(section.Text(value)));
      if (!interval || *interval < 0) {
        return section.At(value.line, "invalid duration {}", GoQuote(value.text));
      }
      config.rate_interval_ns = *interval;
    } else {
      return false;
    }
    return true;
  });
}

bool IsBcrypt(std::string_view hash) {
  static constexpr std::string_view kAlphabet =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (hash.size() != 60 || hash.substr(0, 2) != "$2" || hash[3] != '$' || hash[6] != '$') {
    return false;
  }
  if (std::string_view("aby").find(hash[2]) == std::string_view::npos) return false;
  std::optional<uint64_t> cost = ParseUint(hash.substr(4, 2));
  return cost && *cost >= 4 && *cost <= 31 &&
         hash.substr(7).find_first_not_of(kAlphabet) == std::string_view::npos;
}

Result<bool> ReadUsers(const Section& section, const yaml::Node& node, WebConfig& config) {
  if (node.is_null()) return true;
  if (!node.is_mapping()) {
    return section.At(node.line, "cannot unmarshal {} into map[string]string", node.TypeName());
  }
  for (const yaml::Entry& entry : node.entries) {
    std::string hash = TRY(section.Text(entry.value));
    // The value is not shown: people put the password itself here.
    if (!IsBcrypt(hash)) {
      return section.At(entry.line, "the password of user {} is not a bcrypt hash",
                        GoQuote(entry.key));
    }
    config.users[entry.key] = Secret(std::move(hash));
  }
  return true;
}

Result<void> ReadHttp(const std::string& path, const yaml::Node& node, WebConfig& config) {
  Section section(path, node, "web.HTTPConfig");
  return section.ForEach([&](const std::string& key, const yaml::Node& value) -> Result<bool> {
    if (key == "headers") return ReadHeaders(section, value, config);
    if (key != "http2") return false;
    config.http2 = TRY(section.Bool(value));
    return true;
  });
}

}  // namespace

Result<WebConfig> ParseWebConfig(std::string_view text, const std::string& path) {
  yaml::ParseOptions options;
  options.source = path;
  options.size_limit_bytes = kMaxFileBytes;
  yaml::Node root = TRY(yaml::Parse(text, options));
  WebConfig config;
  Section section(path, root, "web.Config");
  auto read = [&](const std::string& key, const yaml::Node& value) -> Result<bool> {
    if (key == "basic_auth_users") return ReadUsers(section, value, config);
    if (key == "tls_server_config") {
      TRY(ReadTls(path, value, config));
    } else if (key == "http_server_config") {
      TRY(ReadHttp(path, value, config));
    } else if (key == "rate_limit") {
      TRY(ReadRate(path, value, config));
    } else {
      return false;
    }
    return true;
  };
  TRY(section.ForEach(read));
  return config;
}

Result<WebConfig> LoadWebConfig(const std::string& path) {
  return ParseWebConfig(TRY(FileSystem::Local()->ReadFile(path, kMaxFileBytes)), path);
}

}  // namespace watchfire::net
