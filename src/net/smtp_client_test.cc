#include "net/smtp_client.h"

#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "net/digest.h"
#include "net/testing_certs.h"
#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

// A mail server that says what a script tells: for each command, by its beginning, the reply; "" is
// silence, "!" hangs up. Speaks TLS at once or after STARTTLS.
class MailServer {
 public:
  struct Options {
    std::string greeting = "220 mail.test ESMTP";
    std::string ehlo = "250-mail.test\r\n250-8BITMIME\r\n250 PIPELINING";
    std::map<std::string, std::string> replies{};
    std::optional<Certificate> certificate{};
    bool implicit_tls = false;
    std::string tls_ehlo{};  // after STARTTLS
  };
  explicit MailServer(Options options)
      : options_(std::move(options)), server_([this](int fd) { Serve(fd); }) {}

  SmtpServer Client() const {
    SmtpServer client;
    client.host = "127.0.0.1";
    client.port = server_.port();
    client.require_tls = false;
    return client;
  }
  // The commands, and the message as one.
  std::vector<std::string> said() {
    MutexLock lock(mutex_);
    return said_;
  }

 private:
  struct Peer {
    int fd = -1;
    SSL* ssl = nullptr;
    std::string input;
    bool Line(std::string& line) {
      size_t end = 0;
      while ((end = input.find("\r\n")) == std::string::npos) {
        char buffer[4096];
        ssize_t n = ssl != nullptr ? SSL_read(ssl, buffer, sizeof(buffer))
                                   : recv(fd, buffer, sizeof(buffer), 0);
        if (n <= 0) return false;
        input.append(buffer, static_cast<size_t>(n));
      }
      line = input.substr(0, end);
      input.erase(0, end + 2);
      return true;
    }
    void Say(const std::string& reply) {
      std::string text = reply + "\r\n";
      if (ssl != nullptr) {
        SSL_write(ssl, text.data(), static_cast<int>(text.size()));
      } else {
        (void)!send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      }
    }
  };

  bool Encrypt(Peer& peer, SSL_CTX* context) {
    BIO* bio = BIO_new_mem_buf(options_.certificate->cert.data(), -1);
    X509* cert = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(options_.certificate->key.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_certificate(context, cert);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(cert);
    EVP_PKEY_free(key);
    peer.ssl = SSL_new(context);
    SSL_set_fd(peer.ssl, peer.fd);
    return SSL_accept(peer.ssl) == 1;
  }

  void Serve(int fd) {
    signal(SIGPIPE, SIG_IGN);
    Peer peer{fd, nullptr, {}};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                              &SSL_CTX_free);
    if (!options_.implicit_tls || Encrypt(peer, context.get())) Talk(peer, context.get());
    SSL_free(peer.ssl);
  }

  std::string Reply(const Peer& peer, const std::string& line) const {
    for (const auto& [begin, reply] : options_.replies) {
      if (line.starts_with(begin)) return reply;
    }
    if (line.starts_with("EHLO")) {
      return peer.ssl != nullptr && !options_.tls_ehlo.empty() ? options_.tls_ehlo : options_.ehlo;
    }
    if (line == "STARTTLS") return "220 go on";
    if (line == "DATA") return "354 send it";
    if (line == "QUIT") return "221 bye";
    return "250 ok";
  }

  void Talk(Peer& peer, SSL_CTX* context) {
    if (options_.greeting.empty()) return RawServer::WaitForEnd(peer.fd);
    peer.Say(options_.greeting);
    std::string line;
    while (peer.Line(line)) {
      Note(line);
      std::string reply = Reply(peer, line);
      if (reply == "!") return;
      if (reply.empty()) return RawServer::WaitForEnd(peer.fd);
      peer.Say(reply);
      if (line == "STARTTLS" && !Encrypt(peer, context)) return;
      if (!reply.starts_with("354")) continue;
      std::string text;
      while (peer.Line(line) && line != ".") text += line + "\n";
      Note(text);
      auto end = options_.replies.find("<end>");
      peer.Say(end == options_.replies.end() ? "250 2.0.0 Ok: queued as 9A2" : end->second);
    }
  }

  void Note(const std::string& text) {
    MutexLock lock(mutex_);
    said_.push_back(text);
  }

  const Options options_;
  Mutex mutex_;
  std::vector<std::string> said_ GUARDED_BY(mutex_);
  RawServer server_;
};

const SmtpMessage kMessage{"a@b.c", {"d@e.f", "g@h.i"}, "Subject: x\n\nhello\r\n.dot\n"};

SmtpOutcome Send(const SmtpServer& server) {
  return SendMail(server, kMessage, Patience::OfMs(20'000));
}
std::string SendError(const SmtpServer& server) {
  SmtpOutcome outcome = Send(server);
  return outcome.result.ok() ? "" : outcome.result.error().message();
}
// An AUTH list in the server's greeting.
MailServer::Options Offering(const std::string& mechanisms) {
  MailServer::Options options;
  options.ehlo = "250-mail.test\r\n250 AUTH " + mechanisms;
  return options;
}
SmtpServer Named(const MailServer& server) {
  SmtpServer client = server.Client();
  client.username = "tim";
  client.password = Secret("tanstaaf-tanstaaf");
  client.cram_secret = Secret("tanstaaftanstaaf");
  return client;
}

TEST(SmtpClient, DeliversAMessage) {
  MailServer server({});
  SmtpOutcome outcome = Send(server.Client());
  ASSERT_TRUE(outcome.result.ok()) << outcome.result.error().message();
  EXPECT_EQ(outcome.status, 250);
  EXPECT_EQ(outcome.reply, "250 2.0.0 Ok: queued as 9A2");
  EXPECT_EQ(server.said(),
            (std::vector<std::string>{"EHLO localhost", "MAIL FROM:<a@b.c> BODY=8BITMIME",
                                      "RCPT TO:<d@e.f>", "RCPT TO:<g@h.i>", "DATA",
                                      "Subject: x\n\nhello\n..dot\n", "QUIT"}));
}

TEST(SmtpClient, FallsBackToHelo) {
  MailServer server({.replies = {{"EHLO", "500 what"}}});
  EXPECT_EQ(SendError(server.Client()), "");
  EXPECT_EQ(server.said()[1], "HELO localhost");
  EXPECT_EQ(server.said()[2], "MAIL FROM:<a@b.c>");
}

TEST(SmtpClient, SaysWhichStepFailed) {
  struct Case {
    std::string command, reply, error;
    int status;
  };
  for (const Case& c : std::vector<Case>{
           {"MAIL", "451 later", "send MAIL command: 451 later", 451},
           {"RCPT TO:<g", "550-no\r\n550 such user", "send RCPT command: 550 no\nsuch user", 550},
           {"DATA", "503 no", "send DATA command: 503 no", 503},
           {"<end>", "552 too big", "delivery failure: 552 too big", 552},
           {"MAIL", "!", "send MAIL command: EOF", 250},
           {"MAIL", "hello", "send MAIL command: invalid response: \"hello\"", 250},
           {"MAIL", "25", "send MAIL command: invalid response: \"25\"", 250}}) {
    MailServer server({.replies = {{c.command, c.reply}}});
    SmtpOutcome outcome = Send(server.Client());
    ASSERT_FALSE(outcome.result.ok()) << c.reply;
    EXPECT_EQ(outcome.result.error().message(), c.error);
    EXPECT_TRUE(outcome.retry);
    EXPECT_EQ(outcome.status, c.status);
  }
  MailServer busy({.greeting = "554 too many"});
  EXPECT_EQ(SendError(busy.Client()), "create SMTP client: 554 too many");
}

TEST(SmtpClient, NobodyAtThePort) {
  SmtpServer client;
  client.host = "127.0.0.1";
  {
    RawServer gone([](int) {});
    client.port = gone.port();
  }
  SmtpOutcome outcome = Send(client);
  EXPECT_EQ(outcome.result.error().message(),
            fmt::format("establish connection to server: dial tcp 127.0.0.1:{}: connect: "
                        "connection refused",
                        client.port));
  EXPECT_TRUE(outcome.retry);
  EXPECT_EQ(outcome.status, 0);
  client.host = "no-such-host.invalid";
  EXPECT_EQ(SendError(client),
            "establish connection to server: dial tcp: lookup no-such-host.invalid: no such host");
}

TEST(SmtpClient, SilenceEndsWithTheDeadline) {
  for (const char* silent : {"", "EHLO", "MAIL", "DATA"}) {
    MailServer::Options options;
    if (*silent == '\0') {
      options.greeting = "";
    } else {
      options.replies[silent] = "";
    }
    MailServer server(options);
    SmtpOutcome outcome = SendMail(server.Client(), kMessage, Patience::OfMs(100));
    ASSERT_FALSE(outcome.result.ok());
    EXPECT_EQ(outcome.result.error().code(), ErrorCode::kTimeout) << silent;
    EXPECT_TRUE(outcome.result.error().message().ends_with("context deadline exceeded"));
  }
}

TEST(SmtpClient, CanBeCancelled) {
  MailServer server({.greeting = ""});
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  Thread canceller("canceller", [&] { cancelled->store(true); });
  SmtpOutcome outcome = SendMail(server.Client(), kMessage, Patience::OfMs(20'000, cancelled));
  EXPECT_EQ(outcome.result.error().code(), ErrorCode::kCancelled);
}

TEST(SmtpClient, WantsStartTlsIfItIsRequired) {
  MailServer server({});
  SmtpServer client = server.Client();
  client.require_tls = true;
  EXPECT_EQ(SendError(client),
            fmt::format("'require_tls' is true (default) but \"127.0.0.1:{}\" does not advertise "
                        "the STARTTLS extension",
                        client.port));
  for (const std::string& line : server.said()) EXPECT_FALSE(line.starts_with("MAIL"));
}

class SmtpTls : public testing::Test {
 protected:
  MailServer::Options Options() {
    MailServer::Options options;
    options.ehlo = "250-mail.test\r\n250 STARTTLS";
    options.tls_ehlo = "250-mail.test\r\n250 AUTH PLAIN";
    options.certificate = authority_.Issue("mail.test", "DNS:mail.test,IP:127.0.0.1");
    return options;
  }
  SmtpServer Client(const MailServer& server) {
    SmtpServer client = Named(server);
    client.require_tls = true;
    client.tls.ca = authority_.pem();
    return client;
  }
  CertificateAuthority authority_;
};

TEST_F(SmtpTls, LogsInWithWhatIsOfferedOnceEncrypted) {
  MailServer::Options options = Options();
  options.replies["AUTH"] = "235 welcome";
  MailServer server(options);
  EXPECT_EQ(SendError(Client(server)), "");
  std::vector<std::string> said = server.said();
  ASSERT_GE(said.size(), 4u);
  EXPECT_EQ(said[1], "STARTTLS");
  EXPECT_EQ(said[2], "EHLO localhost");
  EXPECT_EQ(said[3], "AUTH PLAIN " + EncodeBase64(std::string("\0tim\0tanstaaf-tanstaaf", 22)));
}

TEST_F(SmtpTls, ImplicitTlsSpeaksNothingInClear) {
  MailServer::Options options = Options();
  options.implicit_tls = true;
  options.replies["AUTH"] = "235 welcome";
  MailServer server(options);
  SmtpServer client = Client(server);
  client.implicit_tls = true;
  EXPECT_EQ(SendError(client), "");
  EXPECT_EQ(server.said()[1].substr(0, 10), "AUTH PLAIN");
}

TEST_F(SmtpTls, StrangersAreNotTrusted) {
  MailServer server(Options());
  SmtpServer client = Client(server);
  client.tls.ca = CertificateAuthority("another").pem();
  SmtpOutcome outcome = Send(client);
  EXPECT_EQ(outcome.result.error().message().substr(0, 63),
            "send STARTTLS command: tls: failed to verify certificate: unabl");
  EXPECT_TRUE(outcome.retry);
  client.tls.ca = authority_.pem();
  client.tls.server_name = "other.test";
  EXPECT_EQ(SendError(client),
            "send STARTTLS command: tls: failed to verify certificate: hostname mismatch");
  client.tls.insecure_skip_verify = true;
  EXPECT_EQ(SendError(client).substr(0, 17), "*smtp.plainAuth a");
}

TEST_F(SmtpTls, OptionsThatCannotWorkAreNotTriedAgain) {
  MailServer server(Options());
  SmtpServer client = Client(server);
  client.tls.ca = "";
  client.tls.ca_file = "/nonexistent/ca.pem";
  SmtpOutcome outcome = Send(client);
  EXPECT_EQ(outcome.result.error().message().substr(0, 55),
            "parse TLS configuration: unable to load CA certificate:");
  EXPECT_FALSE(outcome.retry);
}

TEST_F(SmtpTls, WordsBeforeTheHandshakeAreRefused) {
  MailServer::Options options = Options();
  options.replies["STARTTLS"] = "220 go on\r\n250 injected";
  MailServer server(options);
  EXPECT_EQ(SendError(Client(server)),
            "send STARTTLS command: tls: the server spoke before the handshake");
}

TEST(SmtpAuth, NoNameNoLogin) {
  MailServer server(Offering("PLAIN"));
  EXPECT_EQ(SendError(server.Client()), "");
}

TEST(SmtpAuth, PlainIsForThisMachineOnlyInClear) {
  MailServer::Options options = Offering("PLAIN");
  options.replies["AUTH"] = "235 welcome";
  MailServer server(options);
  SmtpServer client = Named(server);
  EXPECT_EQ(SendError(client), "");
  client.host = "mail.localhost";  // this machine too, but nobody promises that
  EXPECT_EQ(SendError(client), "*smtp.plainAuth auth: unencrypted connection");
}

TEST(SmtpAuth, LoginAnswersWhatIsAsked) {
  MailServer::Options options = Offering("XOAUTH2 LOGIN PLAIN");
  options.replies = {{"AUTH LOGIN", "334 " + EncodeBase64("Username:")},
                     {EncodeBase64("tim"), "334 " + EncodeBase64("Password:")},
                     {EncodeBase64("tanstaaf-tanstaaf"), "235 welcome"}};
  MailServer server(options);
  EXPECT_EQ(SendError(Named(server)), "");
}

TEST(SmtpAuth, CramMd5ProvesTheSecret) {
  // The example of RFC 2195.
  MailServer::Options options = Offering("CRAM-MD5 PLAIN");
  options.replies = {
      {"AUTH CRAM-MD5", "334 " + EncodeBase64("<1896.697170952@postoffice.reston.mci.net>")},
      {EncodeBase64("tim b913a602c7eda7a495b4e6e7334d3890"), "235 welcome"}};
  MailServer server(options);
  EXPECT_EQ(SendError(Named(server)), "");
}

TEST(SmtpAuth, TakesTheFirstThatIsPossible) {
  MailServer::Options options = Offering("CRAM-MD5 LOGIN");
  options.replies["AUTH"] = "535 no";
  MailServer server(options);
  SmtpServer client = Named(server);
  EXPECT_EQ(SendError(client), "*smtp.cramMD5Auth auth: 535 no");
  client.cram_secret = Secret();
  EXPECT_EQ(SendError(client), "*email.loginAuth auth: 535 no");
  client.password = Secret();
  EXPECT_EQ(SendError(client),
            "find auth mechanism: missing secret for CRAM-MD5 auth mechanism; missing password "
            "for LOGIN auth mechanism");
  MailServer odd(Offering("XOAUTH2"));
  EXPECT_EQ(SendError(Named(odd)), "find auth mechanism: unknown auth mechanism: XOAUTH2");
}

TEST(SmtpAuth, ReadsThePasswordFromItsFile) {
  TempDir dir;
  MailServer::Options options = Offering("PLAIN");
  options.replies["AUTH"] = "235 welcome";
  MailServer server(options);
  SmtpServer client = Named(server);
  client.password = Secret();
  client.password_file = dir.Write("password", "  open sesame \n");
  EXPECT_EQ(SendError(client), "");
  EXPECT_EQ(server.said()[1], "AUTH PLAIN " + EncodeBase64(std::string("\0tim\0open sesame", 16)));
  client.password_file = dir.File("none");
  EXPECT_TRUE(SendError(client).starts_with("find auth mechanism: could not read "));
}

TEST(SmtpAuth, EchoedCredentialsAreNotShown) {
  std::string plain = EncodeBase64(std::string("\0tim\0tanstaaf-tanstaaf", 22));
  MailServer::Options options = Offering("PLAIN");
  options.replies["AUTH"] = "500 what is AUTH PLAIN " + plain + " or tanstaaf-tanstaaf";
  MailServer server(options);
  SmtpOutcome outcome = Send(Named(server));
  EXPECT_EQ(outcome.result.error().message(),
            "*smtp.plainAuth auth: 500 what is AUTH PLAIN <secret> or <secret>");
  EXPECT_EQ(outcome.reply, "500 what is AUTH PLAIN <secret> or <secret>");
}

TEST(SmtpClient, LinesCannotBeBroken) {
  MailServer server({});
  SmtpServer client = server.Client();
  client.hello = "x\r\nMAIL FROM:<spy@evil.org>";
  EXPECT_EQ(SendError(client), "send EHLO command: smtp: A line must not contain CR or LF");
  client.hello = "x";
  SmtpMessage message = kMessage;
  message.from = "a@b.c>\r\nRCPT TO:<spy@evil.org";
  SmtpOutcome outcome = SendMail(client, message, Patience::OfMs(20'000));
  EXPECT_FALSE(outcome.result.ok());
  for (const std::string& line : server.said()) EXPECT_EQ(line.find("evil"), std::string::npos);
}

TEST(SmtpClient, EndlessRepliesAreCut) {
  std::string reply;
  for (int i = 0; i < 3000; ++i) reply += "250-" + std::string(40, 'x') + "\r\n";
  MailServer server({.replies = {{"MAIL", reply + "250 ok"}}});
  EXPECT_EQ(SendError(server.Client()), "send MAIL command: response too long");
  MailServer wide({.replies = {{"MAIL", "250 " + std::string(100'000, 'x')}}});
  EXPECT_EQ(SendError(wide.Client()), "send MAIL command: line too long");
}

}  // namespace
}  // namespace watchfire::net
