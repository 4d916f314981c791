#include "net/smtp_client.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/file.h"
#include "base/numbers.h"
#include "base/text.h"
#include "net/digest.h"
#include "net/http_profile.h"
#include "net/url.h"

namespace watchfire::net {
namespace {

constexpr size_t kMaxReply = 64 << 10;
constexpr int kMaxAuthRounds = 8;
constexpr uint64_t kMaxSecretBytes = 1 << 20;
// How long the server's good-bye is waited for.
constexpr int64_t kQuitMs = 1000;
// Shorter ones would make nonsense of replies that happen to hold them.
constexpr size_t kMinHidden = 3;

bool BreaksLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool IsLocalhost(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// What DATA takes: CRLF, and lines that begin with a dot begin with two.
std::string DotStuffed(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 8);
  bool line_begins = true;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\r' || c == '\n') {
      out += "\r\n";
      line_begins = true;
      continue;
    }
    if (line_begins && c == '.') out.push_back('.');
    line_begins = false;
    out.push_back(c);
  }
  if (!line_begins) out += "\r\n";
  return out + ".\r\n";
}

class Dialogue {
 public:
  explicit Dialogue(const SmtpServer& server) : server_(server) {}
  SmtpOutcome Run(const SmtpMessage& message, Patience patience);

 private:
  struct Reply {
    int code = 0;
    std::string text;
    std::string Shown() const { return fmt::format("{:03} {}", code, text); }
  };
  struct Login {
    std::string name;   // "PLAIN"
    std::string shown;  // as upstream names it in errors
    Secret secret;
  };

  Result<void> Deliver(const SmtpMessage& message, Patience patience);
  Result<void> Open(Patience patience);
  Result<void> Encrypt();
  Result<void> Authenticate();
  Result<void> Envelope(const SmtpMessage& message);
  Result<Reply> ReadReply();
  // A reply whose code begins with `want`, or the error of another one.
  Result<Reply> Expect(std::string_view want);
  Result<Reply> Command(std::string_view want, const std::string& line);
  Result<void> Hello();
  void TakeExtensions(std::string_view text);
  Result<std::optional<Login>> ChooseLogin(std::string_view offered);
  Result<void> LogIn(const Login& login);
  std::string Answer(const Login& login, std::string_view challenge, int round);
  void Hide(const std::string& text);
  std::string WithoutSecrets(std::string text) const;

  const SmtpServer& server_;
  std::unique_ptr<ClientStream> stream_;
  std::map<std::string, std::string> extensions_;  // names in upper case
  bool permanent_ = false;
  Reply last_;
  std::vector<std::string> hidden_;
};

void Dialogue::Hide(const std::string& text) {
  if (text.size() >= kMinHidden) hidden_.push_back(text);
}

std::string Dialogue::WithoutSecrets(std::string text) const {
  for (const std::string& hidden : hidden_) text = ReplaceAll(text, hidden, "<secret>");
  return text;
}

Result<Dialogue::Reply> Dialogue::ReadReply() {
  Reply reply;
  for (bool more = true; more;) {
    std::string line = TRY(stream_->ReadLine());
    std::optional<uint64_t> code = ParseUint(std::string_view(line).substr(0, 3));
    if (line.size() < 3 || !code || *code < 100 ||
        (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
      return Error::Io("invalid response: {}", GoQuote(line.substr(0, 200)));
    }
    more = line.size() > 3 && line[3] == '-';
    if (!reply.text.empty()) reply.text.push_back('\n');
    if (line.size() > 4) reply.text.append(line, 4);
    reply.code = static_cast<int>(*code);
    if (reply.text.size() > kMaxReply) return Error::Limit("response too long");
  }
  last_ = reply;
  return reply;
}

Result<Dialogue::Reply> Dialogue::Expect(std::string_view want) {
  Reply reply = TRY(ReadReply());
  if (!std::to_string(reply.code).starts_with(want)) return Error::Io("{}", reply.Shown());
  return reply;
}

Result<Dialogue::Reply> Dialogue::Command(std::string_view want, const std::string& line) {
  if (BreaksLine(line)) return Error::Invalid("smtp: A line must not contain CR or LF");
  TRY(stream_->Write(line + "\r\n"));
  return Expect(want);
}

void Dialogue::TakeExtensions(std::string_view text) {
  extensions_.clear();
  bool first = true;
  for (std::string_view line : Split(text, '\n')) {
    size_t space = std::min(line.find(' '), line.size());
    if (!first) {
      extensions_[ToUpper(line.substr(0, space))] =
          TrimSpace(line.substr(std::min(space + 1, line.size())));
    }
    first = false;
  }
}

Result<void> Dialogue::Hello() {
  extensions_.clear();
  Result<Reply> reply = Command("250", "EHLO " + server_.hello);
  if (reply.ok()) {
    TakeExtensions(reply->text);
  } else {  // a server of the last century
    TRY(Command("250", "HELO " + server_.hello));
  }
  return {};
}

Result<void> Dialogue::Encrypt() {
  Result<void> done = stream_->StartTls(server_.tls, server_.host);
  // A certificate of ours that can not be read stays so until the configuration is mended.
  permanent_ = !done.ok() && done.error().code() == ErrorCode::kInvalid;
  if (permanent_) return done.error().With("parse TLS configuration");
  return done;
}

Result<void> Dialogue::Open(Patience patience) {
  auto stream = ClientStream::Connect(server_.host, server_.port, std::move(patience));
  if (!stream.ok()) {
    return stream.error().With("establish {}connection to server",
                               server_.implicit_tls ? "TLS " : "");
  }
  stream_ = std::move(*stream);
  if (server_.implicit_tls) {
    Result<void> encrypted = Encrypt();
    if (!encrypted.ok()) {
      return permanent_ ? encrypted.error()
                        : encrypted.error().With("establish TLS connection to server");
    }
  }
  Result<Reply> greeting = Expect("220");
  if (!greeting.ok()) return greeting.error().With("create SMTP client");
  Result<void> hello = Hello();
  if (!hello.ok()) return hello.error().With("send EHLO command");
  if (server_.implicit_tls || (!server_.require_tls && !server_.opportunistic_tls)) return {};
  if (!extensions_.count("STARTTLS")) {
    if (!server_.require_tls) return {};
    bool v6 = server_.host.find(':') != std::string::npos;
    return Error::Denied(
        "'require_tls' is true (default) but \"{}{}{}:{}\" does not advertise the STARTTLS "
        "extension",
        v6 ? "[" : "", server_.host, v6 ? "]" : "", server_.port);
  }
  Result<Reply> ready = Command("220", "STARTTLS");
  if (!ready.ok()) return ready.error().With("send STARTTLS command");
  Result<void> encrypted = Encrypt();
  // What was said before is forgotten: anybody could have said it.
  if (encrypted.ok()) encrypted = Hello();
  if (encrypted.ok() || permanent_) return encrypted;
  return encrypted.error().With("send STARTTLS command");
}

// The first of the server's mechanisms that can be used; none without a name.
Result<std::optional<Dialogue::Login>> Dialogue::ChooseLogin(std::string_view offered) {
  std::vector<std::string> problems;
  for (std::string_view mechanism : Split(offered, ' ')) {
    std::string name = ToUpper(mechanism);
    bool cram = name == "CRAM-MD5";
    if (!cram && name != "PLAIN" && name != "LOGIN") continue;
    Secret secret = cram ? server_.cram_secret : server_.password;
    const std::string& file = cram ? server_.cram_secret_file : server_.password_file;
    if (secret.empty() && !file.empty()) {
      auto text = FileSystem::Local()->ReadFile(file, kMaxSecretBytes);
      if (!text.ok()) {
        problems.push_back(fmt::format("could not read {}: {}", file, text.error().message()));
        continue;
      }
      // A password's white space is cut as upstream does; of a secret only the file's last newline.
      if (cram && text->ends_with('\n')) text->pop_back();
      secret = Secret(cram ? *text : std::string(TrimSpace(*text)));
    }
    if (secret.empty()) {
      problems.push_back(
          fmt::format("missing {} for {} auth mechanism", cram ? "secret" : "password", name));
      continue;
    }
    std::string shown = cram              ? "*smtp.cramMD5Auth"
                        : name == "PLAIN" ? "*smtp.plainAuth"
                                          : "*email.loginAuth";
    return std::optional(Login{name, shown, std::move(secret)});
  }
  if (problems.empty()) problems.push_back(fmt::format("unknown auth mechanism: {}", offered));
  return Error::Invalid("{}", Join(problems, "; "));
}

std::string Dialogue::Answer(const Login& login, std::string_view challenge, int round) {
  if (login.name == "CRAM-MD5") {
    return server_.username + " " + Hex(HmacMd5(login.secret.reveal(), challenge));
  }
  std::string asked = ToLower(TrimSpace(challenge));
  if (asked.starts_with("user")) return server_.username;
  if (asked.starts_with("pass")) return login.secret.reveal();
  return round == 0 ? server_.username : login.secret.reveal();
}

Result<void> Dialogue::LogIn(const Login& login) {
  const std::string& secret = login.secret.reveal();
  std::string plain = server_.identity;
  plain.push_back('\0');
  plain += server_.username;
  plain.push_back('\0');
  plain += secret;
  Hide(EncodeBase64(plain));
  Hide(EncodeBase64(secret));
  Hide(secret);
  std::string command = "AUTH " + login.name;
  if (login.name == "PLAIN") {
    if (!stream_->tls() && !IsLocalhost(server_.host)) {
      return Error::Denied("unencrypted connection");
    }
    command += " " + EncodeBase64(plain);
  }
  TRY(stream_->Write(command + "\r\n"));
  for (int round = 0; round < kMaxAuthRounds; ++round) {
    Reply reply = TRY(ReadReply());
    if (reply.code == 235) return {};
    if (reply.code != 334) return Error::Io("{}", reply.Shown());
    if (login.name == "PLAIN") return Error::Io("unexpected server challenge");
    std::string challenge = TRY(DecodeBase64(TrimSpace(reply.text)));
    std::string answer = EncodeBase64(Answer(login, challenge, round));
    if (login.name == "CRAM-MD5") Hide(answer);
    TRY(stream_->Write(answer + "\r\n"));
  }
  return Error::Io("unexpected server challenge");
}

Result<void> Dialogue::Authenticate() {
  auto offered = extensions_.find("AUTH");
  if (offered == extensions_.end() || server_.username.empty()) return {};
  auto login = ChooseLogin(offered->second);
  if (!login.ok()) return login.error().With("find auth mechanism");
  Result<void> done = LogIn(**login);
  if (!done.ok()) return done.error().With("{} auth", (*login)->shown);
  return {};
}

Result<void> Dialogue::Envelope(const SmtpMessage& message) {
  std::string mail = fmt::format("MAIL FROM:<{}>", message.from);
  if (extensions_.count("8BITMIME")) mail += " BODY=8BITMIME";
  if (extensions_.count("SMTPUTF8")) mail += " SMTPUTF8";
  Result<Reply> reply = Command("250", mail);
  if (!reply.ok()) return reply.error().With("send MAIL command");
  for (const std::string& to : message.to) {
    reply = Command("25", fmt::format("RCPT TO:<{}>", to));
    if (!reply.ok()) return reply.error().With("send RCPT command");
  }
  reply = Command("354", "DATA");
  if (!reply.ok()) return reply.error().With("send DATA command");
  return {};
}

Result<void> Dialogue::Deliver(const SmtpMessage& message, Patience patience) {
  TRY(Open(std::move(patience)));
  TRY(Authenticate());
  TRY(Envelope(message));
  Result<void> written = stream_->Write(DotStuffed(message.text));
  if (!written.ok()) return written.error().With("write body buffer");
  Result<Reply> accepted = Expect("250");
  if (!accepted.ok()) return accepted.error().With("delivery failure");
  return {};
}

SmtpOutcome Dialogue::Run(const SmtpMessage& message, Patience patience) {
  SmtpOutcome outcome{Deliver(message, std::move(patience)), false, 0, {}};
  outcome.status = last_.code;
  outcome.reply = last_.code == 0 ? "" : WithoutSecrets(last_.Shown());
  if (!outcome.result.ok()) {
    const Error& error = outcome.result.error();
    outcome.retry = !permanent_;
    outcome.result = Error(error.code(), WithoutSecrets(error.message()));
  }
  if (stream_) {
    // Politeness; nothing depends on it.
    stream_->set_patience(Patience::OfMs(kQuitMs));
    if (stream_->Write("QUIT\r\n").ok() && outcome.result.ok()) (void)stream_->ReadLine();
  }
  return outcome;
}

}  // namespace

SmtpOutcome SendMail(const SmtpServer& server, const SmtpMessage& message, Patience patience) {
  return Dialogue(server).Run(message, std::move(patience));
}

}  // namespace watchfire::net
