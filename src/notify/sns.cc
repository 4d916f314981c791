// Amazon SNS: Publish of its query API, signed.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "net/aws_signature.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kApiVersion = "2010-03-31";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded; charset=utf-8";
constexpr size_t kMaxMessageBytes = 256 << 10;
constexpr size_t kMaxTextMessageBytes = 1600;

// The beginning of a text, not ending within a code point.
bool Cut(std::string& text, size_t limit) {
  if (text.size() <= limit) return false;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text.resize(limit);
  return true;
}

// The text of the first element of that name in an XML answer.
std::string Element(const std::string& xml, const std::string& name) {
  size_t begin = xml.find("<" + name + ">");
  if (begin == std::string::npos) return "";
  begin += name.size() + 2;
  size_t end = xml.find("</" + name + ">", begin);
  if (end == std::string::npos) return "";
  std::string text = xml.substr(begin, end - begin);
  for (const auto& [entity, plain] : std::initializer_list<std::pair<const char*, const char*>>{
           {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}}) {
    text = ReplaceAll(text, entity, plain);
  }
  return text;
}

class Sns final : public HttpIntegration {
 public:
  Sns(const amconfig::SnsConfig& config, size_t index, const Environment& environment,
      std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("sns", index, config, environment, std::move(client)),
        config_(config),
        api_url_(fields().Text("api_url", config.api_url)),
        topic_arn_(fields().Text("topic_arn", config.topic_arn)),
        phone_number_(fields().Text("phone_number", config.phone_number)),
        target_arn_(fields().Text("target_arn", config.target_arn)),
        subject_(fields().Text("subject", config.subject)),
        message_(fields().Text("message", config.message)) {
    for (const auto& [name, value] : config.attributes) {
      attributes_.emplace_back(&fields().Text("attributes key " + name, name),
                               &fields().Text("attributes." + name, value));
    }
  }

 protected:
  Attempt Send(Delivery& delivery) override;

 private:
  Result<std::string> Parameters(Delivery& delivery) const;
  Result<std::string> Rendered(Delivery& delivery, const Field& field) const;
  Result<net::AwsCredentials> Credentials() const;
  FileSystem* files() const {
    return environment().files ? environment().files : FileSystem::Local();
  }

  const amconfig::SnsConfig config_;
  const Field& api_url_;
  const Field& topic_arn_;
  const Field& phone_number_;
  const Field& target_arn_;
  const Field& subject_;
  const Field& message_;
  std::vector<std::pair<const Field*, const Field*>> attributes_;
};

Result<std::string> Sns::Rendered(Delivery& delivery, const Field& field) const {
  std::string text = delivery.render(field);
  if (!delivery.render.error()) return text;
  std::string_view key = std::string_view(field.path()).substr(0, field.path().find('.'));
  return delivery.render.error()->With("execute '{}' template", key);
}

Result<std::string> Sns::Parameters(Delivery& delivery) const {
  std::map<std::string, std::string> attributes;
  for (const auto& [name, value] : attributes_) {
    attributes[delivery.render(*name)] = TRY(Rendered(delivery, *value));
  }
  net::Values values;
  values.Add("Action", "Publish");
  values.Add("Version", std::string(kApiVersion));
  if (!config_.topic_arn.empty()) {
    std::string topic = TRY(Rendered(delivery, topic_arn_));
    if (topic.ends_with(".fifo")) {  // such topics want to know what belongs together
      values.Add("MessageDeduplicationId", delivery.GroupKeyHash());
      values.Add("MessageGroupId", delivery.GroupKeyHash());
    }
    values.Add("TopicArn", std::move(topic));
  }
  if (!config_.phone_number.empty()) {
    values.Add("PhoneNumber", TRY(Rendered(delivery, phone_number_)));
  }
  if (!config_.target_arn.empty()) values.Add("TargetArn", TRY(Rendered(delivery, target_arn_)));
  std::string message = TRY(Rendered(delivery, message_));
  if (!IsValidUtf8(message)) return Error::Invalid("non utf8 encoded message string");
  if (Cut(message, config_.phone_number.empty() ? kMaxMessageBytes : kMaxTextMessageBytes)) {
    attributes["truncated"] = "true";
  }
  values.Add("Message", std::move(message));
  if (!config_.subject.empty()) values.Add("Subject", TRY(Rendered(delivery, subject_)));
  size_t n = 0;
  for (const auto& [name, value] : attributes) {
    std::string entry = fmt::format("MessageAttributes.entry.{}.", ++n);
    values.Add(entry + "Name", name);
    values.Add(entry + "Value.DataType", "String");
    values.Add(entry + "Value.StringValue", value);
  }
  return values.Encode();
}

Result<net::AwsCredentials> Sns::Credentials() const {
  const config::SigV4Config& given = config_.sigv4;
  if (!given.access_key.empty() && !given.secret_key.empty()) {
    return net::AwsCredentials{given.access_key, given.secret_key, Secret()};
  }
  return net::FindAwsCredentials(given.profile, files());
}

Attempt Sns::Send(Delivery& delivery) {
  auto parameters = Parameters(delivery);
  if (!parameters.ok()) return FailedAttempt(parameters.error(), false);
  auto url = Rendered(delivery, api_url_);
  if (!url.ok()) return FailedAttempt(url.error(), false);
  std::string region = config_.sigv4.region;
  if (region.empty()) region = net::FindAwsRegion(config_.sigv4.profile, files());
  if (region.empty()) {
    return FailedAttempt(
        Error::Invalid("region not configured in sns.sigv4.region or in default credentials chain"),
        true);
  }
  auto credentials = Credentials();
  if (!credentials.ok()) return FailedAttempt(credentials.error(), true);
  delivery.secrets.Add(credentials->secret_key);
  delivery.secrets.Add(credentials->session_token);

  net::HttpRequest request;
  request.method = "POST";
  request.url = url->empty() ? fmt::format("https://sns.{}.amazonaws.com/", region) : *url;
  if (!request.url.ends_with('/')) request.url += '/';  // the operation's path
  request.body = std::move(*parameters);
  request.headers.Set("Content-Type", std::string(kFormType));
  TimeMs now = (environment().clock ? environment().clock : Clock::System())->Now();
  Result<void> done = net::SignAwsRequest(*credentials, region, "sns", now, request);
  if (!done.ok()) return FailedAttempt(done.error(), false);
  Exchange exchange = Post(delivery, {.url = std::move(request.url),
                                      .headers = std::move(request.headers),
                                      .body = std::move(request.body),
                                      .content_type = std::string(kFormType),
                                      .secret_url = false});
  if (exchange.answered) {
    std::string message = Element(exchange.response.body, "Message");
    Judge(exchange, {}, message.empty() ? exchange.response.body : message);
  }
  return std::move(exchange.attempt);
}

}  // namespace

Built BuildSns(const amconfig::SnsConfig& config, size_t index, const Environment& environment) {
  if (!config.sigv4.role_arn.empty()) {
    return Error::Unavailable("sigv4.role_arn is not supported yet");
  }
  return MakeHttp<Sns>(config, index, environment);
}

}  // namespace watchfire::notify
