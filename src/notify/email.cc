#include <unistd.h>

#include <random>

#include "base/text.h"
#include "discovery/convert.h"
#include "net/mime.h"
#include "net/smtp_client.h"
#include "net/url.h"
#include "notify/integrations.h"

namespace watchfire::notify {
namespace {

constexpr uint16_t kImplicitTlsPort = 465;
constexpr size_t kThreadHashDigits = 16;

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "localhost.localdomain";
  return name;
}

std::string RandomHex(size_t digits) {
  std::random_device random;
  std::string out;
  while (out.size() < digits) out += fmt::format("{:08x}", random());
  out.resize(digits);
  return out;
}

// Upstream counts all of them as "other"; the first digit of a reply tells more.
FailureKind FailureOfReply(int status) {
  if (status == 530 || status == 534 || status == 535) return FailureKind::kAuthError;
  if (status >= 500) return FailureKind::kClientError;
  return status >= 400 ? FailureKind::kServerError : FailureKind::kOther;
}

class Email : public Integration {
 public:
  Email(const amconfig::EmailConfig& config, size_t index, const Environment& environment,
        net::SmtpServer server, std::optional<Error> unreachable);

 private:
  // Who sends and who is sent to.
  struct Envelope {
    std::string from;
    std::vector<std::string> to;
  };
  Attempt Send(Delivery& delivery) override;
  Result<Envelope> Address(Delivery& delivery) const;
  Result<std::string> Message(Delivery& delivery) const;
  Result<std::string> Rendered(Delivery& delivery, const Field& field, std::string_view what) const;
  std::string Thread(const Delivery& delivery) const;
  int32_t LocalOffset(TimeMs now) const;
  TimeMs Now() const {
    const Clock* clock = environment().clock;
    return (clock == nullptr ? Clock::System() : clock)->Now();
  }

  const amconfig::EmailConfig config_;
  const net::SmtpServer server_;
  const std::optional<Error> unreachable_;  // a smarthost that is none
  const std::string host_name_;
  const Field* from_;
  const Field* to_;
  const Field* html_;
  const Field* text_;
  std::vector<std::pair<std::string, const Field*>> headers_;
};

Email::Email(const amconfig::EmailConfig& config, size_t index, const Environment& environment,
             net::SmtpServer server, std::optional<Error> unreachable)
    : Integration("email", index, config.send_resolved, environment),
      config_(config),
      server_(std::move(server)),
      unreachable_(std::move(unreachable)),
      host_name_(HostName()),
      from_(&fields().Text("from", config.from)),
      to_(&fields().Text("to", config.to)),
      html_(&fields().Html("html", config.html)),
      text_(&fields().Text("text", config.text)) {
  std::map<std::string, std::string> headers = config.headers;
  headers.emplace("Subject", R"({{ template "email.default.subject" . }})");
  headers.emplace("To", config.to);
  headers.emplace("From", config.from);
  for (const auto& [name, value] : headers) {
    headers_.emplace_back(name, &fields().Text("headers." + name, value));
  }
}

Result<std::string> Email::Rendered(Delivery& delivery, const Field& field,
                                    std::string_view what) const {
  std::string text = delivery.render(field);
  if (delivery.render.error()) return delivery.render.error()->With("execute {} template", what);
  return text;
}

Result<Email::Envelope> Email::Address(Delivery& delivery) const {
  std::string from = TRY(Rendered(delivery, *from_, "'from'"));
  std::string to = TRY(Rendered(delivery, *to_, "'to'"));
  auto senders = net::ParseAddressList(from);
  if (!senders.ok()) return senders.error().With("parse 'from' addresses");
  if (senders->size() != 1) {
    return Error::Invalid("must be exactly one 'from' address (got: {})", senders->size());
  }
  auto receivers = net::ParseAddressList(to);
  if (!receivers.ok()) return receivers.error().With("parse 'to' addresses");
  Envelope envelope{senders->front().address, {}};
  for (net::MailAddress& address : *receivers) envelope.to.push_back(std::move(address.address));
  return envelope;
}

int32_t Email::LocalOffset(TimeMs now) const {
  if (!environment().zones) return 0;
  auto zone = environment().zones("Local");
  return zone.ok() ? zone->At(now / 1000).seconds : 0;
}

// All mails of a group (of a day) answer a message that never was: so readers show them together.
std::string Email::Thread(const Delivery& delivery) const {
  std::string day;
  if (config_.threading->thread_by_date != "none") {
    TimeMs now = Now();
    CivilTime date = CivilFromSeconds(now / 1000 + LocalOffset(now));
    day = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  }
  return fmt::format("<alert-{}-{}@alertmanager>",
                     delivery.GroupKeyHash().substr(0, kThreadHashDigits), day);
}

Result<std::string> Email::Message(Delivery& delivery) const {
  std::string out;
  bool has_id = false;
  bool has_date = false;
  for (const auto& [name, field] : headers_) {
    std::string value = TRY(Rendered(delivery, *field, GoQuote(name) + " header"));
    if (!net::IsHeaderName(name)) return Error::Invalid("invalid header name {}", GoQuote(name));
    // These tell how the rest is to be read, which nobody but us knows.
    if (EqualsIgnoreCase(name, "Content-Type") || EqualsIgnoreCase(name, "Mime-Version") ||
        EqualsIgnoreCase(name, "Content-Transfer-Encoding")) {
      continue;
    }
    has_id = has_id || EqualsIgnoreCase(name, "Message-Id");
    has_date = has_date || EqualsIgnoreCase(name, "Date");
    out += net::HeaderField(name, value);
  }
  TimeMs now = Now();
  if (!has_id) {
    out +=
        net::HeaderField("Message-Id", fmt::format("<{}.{}@{}>", now, RandomHex(24), host_name_));
  }
  if (config_.threading && config_.threading->enabled) {
    std::string root = Thread(delivery);
    out += net::HeaderField("References", root) + net::HeaderField("In-Reply-To", root);
  }
  if (!has_date) out += net::HeaderField("Date", net::MailDate(now, LocalOffset(now)));
  std::string boundary = RandomHex(60);
  out += fmt::format(
      "Content-Type: multipart/alternative;  boundary={}\r\nMIME-Version: 1.0\r\n\r\n", boundary);
  std::vector<net::MailPart> parts;
  if (!config_.text.empty()) {
    parts.push_back({"text/plain", TRY(Rendered(delivery, *text_, "text"))});
  }
  if (!config_.html.empty()) {
    parts.push_back({"text/html", TRY(Rendered(delivery, *html_, "html"))});
  }
  return out + net::MultipartBody(boundary, parts);
}

Attempt Email::Send(Delivery& delivery) {
  delivery.secrets.Add(config_.auth_password);
  delivery.secrets.Add(config_.auth_secret);
  auto envelope = Address(delivery);
  if (!envelope.ok()) return FailedAttempt(envelope.error(), false);
  auto message = Message(delivery);
  if (!message.ok()) return FailedAttempt(message.error(), false);
  if (unreachable_) return FailedAttempt(*unreachable_, false);

  net::SmtpMessage mail{envelope->from, envelope->to, std::move(*message)};
  net::SmtpOutcome outcome = net::SendMail(
      server_, mail, net::Patience::OfMs(delivery.RemainingMs(), delivery.context.cancelled));
  Attempt attempt;
  if (outcome.result.ok()) {
    attempt.delivered = true;
  } else {
    attempt = FailedAttempt(outcome.result.error(), outcome.retry);
    if (attempt.failure == FailureKind::kOther && outcome.status >= 400) {
      attempt.failure = FailureOfReply(outcome.status);
    }
  }
  attempt.status = outcome.status;
  attempt.request = fmt::format("SMTP {} from {} to {}", config_.smarthost, envelope->from,
                                Join(envelope->to, ", "));
  attempt.body = std::move(mail.text);
  attempt.response = outcome.reply;
  return attempt;
}

}  // namespace

Built BuildEmail(const amconfig::EmailConfig& config, size_t index,
                 const Environment& environment) {
  net::SmtpServer server;
  std::optional<Error> unreachable;
  auto smarthost = net::SplitHostPort(config.smarthost);
  if (smarthost.ok()) {
    server.host = smarthost->host.empty() ? "localhost" : smarthost->host;
    server.port = smarthost->port;
  } else {
    unreachable = smarthost.error().With("smarthost");
  }
  if (!config.hello.empty()) server.hello = config.hello;
  server.implicit_tls = config.force_implicit_tls.value_or(server.port == kImplicitTlsPort);
  server.require_tls = config.require_tls.value_or(true);
  server.opportunistic_tls = config.opportunistic_tls;
  if (config.tls_config) {
    config::HttpClientConfig http;
    http.tls_config = *config.tls_config;
    auto options = discovery::ToHttpOptions(http, environment.user_agent);
    if (!options.ok()) return options.error().With("parse TLS configuration");
    server.tls = std::move(options->tls);
  }
  server.username = config.auth_username;
  server.identity = config.auth_identity;
  server.password = config.auth_password;
  server.password_file = config.auth_password_file;
  server.cram_secret = config.auth_secret;
  server.cram_secret_file = config.auth_secret_file;
  return std::unique_ptr<Integration>(std::make_unique<Email>(
      config, index, environment, std::move(server), std::move(unreachable)));
}

}  // namespace watchfire::notify
