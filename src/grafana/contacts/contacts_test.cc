#include "grafana/contacts/contacts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "grafana/contacts/contact_types.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

Json Parse(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text;
  return json.ok() ? *json : Json();
}

std::string ErrorOf(const Result<void>& result) {
  return result.ok() ? "" : result.error().message();
}

class ContactsTest : public ::testing::Test {
 protected:
  ContactsTest() : database_(store::Database::Open(":memory:").value()) {
    settings_.security.secret_key = Secret("SW2YcwTIb9zpOOhoPsMm");
    settings_.smtp.enabled = true;
    settings_.smtp.host = "mail.example:25";
    settings_.smtp.from_address = "alerts@example.org";
    settings_.smtp.from_name = "Grafana";
    Open();
  }
  void Open() {
    contacts_ = Contacts::Open({database_.get(), &settings_, FileSystem::Local(), {}}).value();
  }
  Result<void> Put(std::string_view text, From from = From::kPages) {
    Json json = Parse(text);
    return contacts_->Change(
        [&](ContactState& state) -> Result<void> { return PutPoint(state, json, from, nullptr); });
  }
  Result<void> Policy(std::string_view text, From from = From::kPages, std::string file = {}) {
    return contacts_->Change([&](ContactState& state) -> Result<void> {
      return PutPolicy(state, Parse(text), from, file);
    });
  }
  amconfig::Config Built() {
    auto loaded = contacts_->Build();
    EXPECT_TRUE(loaded.ok()) << loaded.error().message();
    return *loaded->config;
  }
  const amconfig::Receiver& Receiver(const amconfig::Config& config, std::string_view name) {
    auto at = std::ranges::find(config.receivers, name, &amconfig::Receiver::name);
    EXPECT_NE(at, config.receivers.end());
    return *at;
  }

  std::unique_ptr<store::Database> database_;
  Settings settings_;
  std::unique_ptr<Contacts> contacts_;
};

constexpr std::string_view kTelegram =
    R"({"uid":"t1","name":"phone","type":"telegram",
        "settings":{"bottoken":"12345:secret-token","chatid":"-100987"}})";

TEST_F(ContactsTest, AnEmptyServerHasTheDefaultPolicyAndReceiver) {
  EXPECT_TRUE(contacts_->state()->IsInitial());
  amconfig::Config config = Built();
  EXPECT_EQ(config.route->receiver, "grafana-default-email");
  EXPECT_EQ(*config.route->group_by, (std::vector<std::string>{"grafana_folder", "alertname"}));
  EXPECT_TRUE(config.original.empty());
}

TEST_F(ContactsTest, TelegramSettingsBecomeTheReceiversOwn) {
  ASSERT_EQ(ErrorOf(Put(kTelegram)), "");
  amconfig::Config config = Built();
  const amconfig::TelegramConfig& telegram = Receiver(config, "phone").telegram_configs.at(0);
  EXPECT_EQ(telegram.bot_token.reveal(), "12345:secret-token");
  EXPECT_EQ(telegram.chat_id, -100987);
  EXPECT_EQ(telegram.parse_mode, "HTML");
  EXPECT_TRUE(telegram.send_resolved);
  EXPECT_TRUE(telegram.chat_name.empty());
}

TEST_F(ContactsTest, AChannelsNameIsAChatToo) {
  ASSERT_EQ(ErrorOf(Put(R"({"name":"c","type":"telegram","disableResolveMessage":true,
      "settings":{"bottoken":"b","chatid":"@alerts"}})")),
            "");
  amconfig::Config config = Built();
  const amconfig::TelegramConfig& telegram = Receiver(config, "c").telegram_configs.at(0);
  EXPECT_EQ(telegram.chat_name, "@alerts");
  EXPECT_FALSE(telegram.send_resolved);
}

TEST_F(ContactsTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(ErrorOf(Put(R"({"name":"p","type":"telegram","settings":{"chatid":"1"}})")),
            "telegram: bottoken is required");
  EXPECT_EQ(ErrorOf(Put(R"({"name":"p","type":"telegramm","settings":{}})")),
            "type \"telegramm\" is no type of contact points");
  EXPECT_EQ(ErrorOf(Put(R"({"type":"email","settings":{"addresses":"a@b"}})")), "name is required");
  EXPECT_EQ(ErrorOf(Put(R"({"name":"s","type":"slack","settings":{"token":"x"}})")),
            "slack: recipient is required with a token");
}

TEST_F(ContactsTest, SecretsAreNeverShownAndKeptWhenTheHiddenWordComesBack) {
  ASSERT_TRUE(Put(kTelegram).ok());
  Json shown = ShownSettings(*contacts_->state()->FindPoint("t1"));
  EXPECT_EQ(shown.ToString(), R"({"chatid":"-100987","bottoken":"[REDACTED]"})");
  ASSERT_EQ(ErrorOf(Put(R"({"uid":"t1","name":"phone","type":"telegram",
      "settings":{"bottoken":"[REDACTED]","chatid":"5"}})")),
            "");
  const ContactPoint* point = contacts_->state()->FindPoint("t1");
  EXPECT_EQ(point->secure.at("bottoken").reveal(), "12345:secret-token");
  EXPECT_EQ(point->settings.ToString(), R"({"chatid":"5"})");
}

TEST_F(ContactsTest, SecretsAreSealedInTheDatabase) {
  ASSERT_TRUE(Put(kTelegram).ok());
  store::Rows rows =
      database_->Read("SELECT body || ' ' || hex(secure) FROM managed_contacts").value();
  for (const store::Row& row : rows) {
    EXPECT_EQ(store::TextOf(row[0]).find("secret-token"), std::string::npos);
    EXPECT_EQ(store::TextOf(row[0]).find("7365637265742D746F6B656E"), std::string::npos);
  }
  Open();
  EXPECT_EQ(contacts_->state()->FindPoint("t1")->secure.at("bottoken").reveal(),
            "12345:secret-token");
}

TEST_F(ContactsTest, SecretsAreNotKeptForAnotherAddress) {
  ASSERT_TRUE(Put(R"({"uid":"o","name":"duty","type":"opsgenie",
      "settings":{"apiKey":"k-1","apiUrl":"https://api.opsgenie.com"}})")
                  .ok());
  EXPECT_NE(ErrorOf(Put(R"({"uid":"o","name":"duty","type":"opsgenie",
      "settings":{"apiKey":"[REDACTED]","apiUrl":"https://elsewhere.example"}})"))
                .find("apiKey is required"),
            std::string::npos);
  EXPECT_EQ(contacts_->state()->FindPoint("o")->secure.at("apiKey").reveal(), "k-1");
}

TEST_F(ContactsTest, SecretsOfAnotherKeyAreKeptAndTellNobody) {
  ASSERT_TRUE(Put(kTelegram).ok());
  Secret key = settings_.security.secret_key;
  settings_.security.secret_key = Secret("another");
  Open();
  EXPECT_NE(UndeliveredBecause(*contacts_->state()->FindPoint("t1"), &settings_), "");
  ASSERT_TRUE(
      Put(R"({"uid":"w","name":"hook","type":"webhook","settings":{"url":"http://a"}})").ok());
  settings_.security.secret_key = key;
  Open();
  EXPECT_EQ(contacts_->state()->FindPoint("t1")->secure.at("bottoken").reveal(),
            "12345:secret-token");
}

TEST_F(ContactsTest, EveryTypeThatIsDeliveredToMakesAReceiverThatLoads) {
  for (const ContactType& type : ContactTypes()) {
    Json settings = Json::OfObject({});
    for (const ContactOption& option : type.options) {
      bool needed = option.required || (type.type == "slack" && option.name == "url");
      if (!needed) continue;
      std::string value = option.name == "chatid"  ? "7"
                          : option.name == "topic" ? "arn:aws:sns:eu-west-1:1:x"
                                                   : "https://peer.example/a/key/route";
      settings.Set(option.name, Json::OfString(value));
    }
    if (type.type == "sns") settings.Set("region", Json::OfString("eu-west-1"));
    Json json = Json::OfObject({});
    json.Set("uid", Json::OfString("u" + std::string(type.type)));
    json.Set("name", Json::OfString(std::string(type.type)));
    json.Set("type", Json::OfString(std::string(type.type)));
    json.Set("settings", settings);
    ASSERT_EQ(ErrorOf(contacts_->Change([&](ContactState& state) -> Result<void> {
                return PutPoint(state, json, From::kPages, nullptr);
              })),
              "")
        << type.type;
    const ContactPoint* point = contacts_->state()->FindPoint("u" + std::string(type.type));
    EXPECT_EQ(UndeliveredBecause(*point, &settings_).empty(), type.delivered) << type.type;
    EXPECT_EQ(MapIntegrations(*point, &settings_).size(), type.delivered ? 1u : 0u) << type.type;
  }
}

TEST_F(ContactsTest, EachAddressGetsItsOwnMailUnlessOneIsWanted) {
  ASSERT_TRUE(Put(R"({"name":"m","type":"email","settings":{"addresses":"a@x; b@x\nc@x"}})").ok());
  ASSERT_TRUE(Put(R"({"name":"one","type":"email",
      "settings":{"addresses":"a@x, b@x","singleEmail":true,"message":"hello"}})")
                  .ok());
  amconfig::Config config = Built();
  EXPECT_EQ(Receiver(config, "m").email_configs.size(), 3u);
  const amconfig::EmailConfig& one = Receiver(config, "one").email_configs.at(0);
  EXPECT_EQ(one.to, "a@x, b@x");
  EXPECT_EQ(one.text, "hello");
  EXPECT_TRUE(one.html.empty());
  EXPECT_EQ(one.smarthost, "mail.example:25");
  EXPECT_EQ(one.from, "\"Grafana\" <alerts@example.org>");
  EXPECT_TRUE(one.opportunistic_tls);
}

TEST_F(ContactsTest, WithoutAMailServerMailIsSaidToBeOff) {
  settings_.smtp.enabled = false;
  ASSERT_TRUE(Put(R"({"uid":"m","name":"m","type":"email","settings":{"addresses":"a@x"}})").ok());
  EXPECT_NE(UndeliveredBecause(*contacts_->state()->FindPoint("m"), &settings_).find("[smtp]"),
            std::string::npos);
  EXPECT_TRUE(Receiver(Built(), "m").email_configs.empty());
}

TEST_F(ContactsTest, AWebhookHasGrafanasBodyAndWhatNoFileCanSay) {
  ASSERT_EQ(ErrorOf(Put(R"({"uid":"w","name":"w","type":"webhook","settings":{"url":"http://a/b",
      "httpMethod":"PUT","maxAlerts":"3","username":"u","password":"p",
      "headers":{"X-Team":"ops"},"hmacConfig":{"secret":"h","header":"X-Sig"}}})")),
            "");
  amconfig::Config config = Built();
  const amconfig::WebhookConfig& webhook = Receiver(config, "w").webhook_configs.at(0);
  EXPECT_TRUE(webhook.managed);
  EXPECT_EQ(webhook.method, "PUT");
  EXPECT_EQ(webhook.max_alerts, 3u);
  EXPECT_EQ(webhook.hmac_secret.reveal(), "h");
  EXPECT_EQ(webhook.hmac_header, "X-Sig");
  EXPECT_EQ(webhook.http_config->basic_auth->username, "u");
  EXPECT_EQ(ShownSettings(*contacts_->state()->FindPoint("w")).ToString().find("\"h\""),
            std::string::npos);
}

TEST_F(ContactsTest, AWebhooksMethodIsOneOfTwo) {
  EXPECT_EQ(ErrorOf(Put(R"({"uid":"w","name":"w","type":"webhook","settings":{"url":"http://a/b",
      "httpMethod":"POST /other HTTP/1.1\r\nX: y"}})")),
            "webhook: httpMethod must be POST or PUT");
}

TEST_F(ContactsTest, PoliciesBecomeRoutes) {
  ASSERT_TRUE(Put(kTelegram).ok());
  ASSERT_EQ(ErrorOf(Policy(R"({"receiver":"grafana-default-email","group_by":["alertname"],
      "group_wait":"10s","routes":[{"receiver":"phone","continue":true,
      "object_matchers":[["severity","=","critical"],["team name","!~","a|b"]],
      "matchers":["env=prod"],"mute_time_intervals":[]}]})")),
            "");
  amconfig::Config config = Built();
  const amconfig::Route& child = config.route->routes.at(0);
  EXPECT_EQ(config.route->group_wait_ms, 10'000);
  EXPECT_EQ(child.receiver, "phone");
  EXPECT_TRUE(child.continue_matching);
  EXPECT_EQ(child.matchers.size(), 3u);
}

TEST_F(ContactsTest, APolicyWithoutItsReceiverIsRefusedAndNothingChanges) {
  EXPECT_NE(ErrorOf(Policy(R"({"receiver":"nobody"})")).find("nobody"), std::string::npos);
  EXPECT_TRUE(contacts_->state()->IsInitial());
}

TEST_F(ContactsTest, AContactPointThatAPolicyUsesIsNotDeleted) {
  ASSERT_TRUE(Put(kTelegram).ok());
  ASSERT_TRUE(Policy(R"({"receiver":"phone"})").ok());
  Result<void> deleted = contacts_->Change(
      [](ContactState& state) -> Result<void> { return DeletePoint(state, "t1", From::kPages); });
  EXPECT_FALSE(deleted.ok());
  EXPECT_NE(contacts_->state()->FindPoint("t1"), nullptr);
}

TEST_F(ContactsTest, ARenamedContactPointTakesItsPoliciesAlong) {
  ASSERT_TRUE(Put(kTelegram).ok());
  ASSERT_TRUE(Policy(R"({"receiver":"phone"})").ok());
  ASSERT_EQ(ErrorOf(Put(R"({"uid":"t1","name":"mobile","type":"telegram",
      "settings":{"bottoken":"[REDACTED]","chatid":"5"}})")),
            "");
  EXPECT_EQ(Built().route->receiver, "mobile");
}

TEST_F(ContactsTest, PoliciesOfSeveralFilesAreMergedAndALossIsTold) {
  ASSERT_TRUE(Put(kTelegram, From::kFile).ok());
  ASSERT_TRUE(Policy(R"({"receiver":"grafana-default-email",
      "routes":[{"receiver":"phone","matchers":["a=1"]}]})",
                     From::kFile, "a.yaml")
                  .ok());
  ASSERT_TRUE(Policy(R"({"receiver":"phone","group_wait":"7s","routes":[{"matchers":["b=1"]}]})",
                     From::kFile, "b.yaml")
                  .ok());
  ASSERT_TRUE(Policy(R"({"receiver":"phone","matchers":["c=1"]})", From::kFile, "c.yaml").ok());
  amconfig::Config config = Built();
  ASSERT_EQ(config.route->routes.size(), 3u);
  EXPECT_EQ(config.route->routes[1].receiver, "phone");
  EXPECT_EQ(config.route->routes[1].group_wait_ms, 7'000);
  std::vector<std::string> warnings;
  EffectivePolicy(*contacts_->state(), &warnings);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("b.yaml: the default receiver \"phone\" does not count"),
            std::string::npos);
}

TEST_F(ContactsTest, WhatAFileGaveIsChangedByFilesAlone) {
  ASSERT_TRUE(Put(kTelegram, From::kFile).ok());
  EXPECT_EQ(ErrorOf(Put(kTelegram)),
            "contact point \"phone\" comes from a provisioning file: change it there");
  EXPECT_TRUE(Put(kTelegram, From::kEditableFile).ok());
  EXPECT_TRUE(Put(kTelegram).ok());
}

TEST_F(ContactsTest, RulesThatNameTheirReceiverGetABranchOfTheirOwn) {
  ASSERT_TRUE(Put(kTelegram).ok());
  RuleRoute plain{.receiver = "phone"};
  RuleRoute special{.receiver = "phone", .group_by = {{"job"}}, .group_wait = "3s"};
  std::vector<RuleRoute> routes = {plain, special, special};
  auto loaded = contacts_->Build(&routes);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  const amconfig::Route& branch = loaded->config->route->routes.at(0);
  EXPECT_EQ(branch.matchers.size(), 1u);
  const amconfig::Route& receiver = branch.routes.at(0);
  EXPECT_EQ(receiver.receiver, "phone");
  ASSERT_EQ(receiver.routes.size(), 1u);
  EXPECT_EQ(receiver.routes[0].group_wait_ms, 3'000);
}

TEST_F(ContactsTest, TimingsAndTemplatesAreCheckedByName) {
  auto timing = [this](std::string_view text) {
    return contacts_->Change([&](ContactState& state) -> Result<void> {
      return PutTiming(state, Parse(text), From::kPages);
    });
  };
  EXPECT_TRUE(timing(R"({"name":"night","time_intervals":[{"times":[
      {"start_time":"22:00","end_time":"24:00"}],"weekdays":["monday:friday"],
      "location":"Europe/Berlin"}]})")
                  .ok());
  EXPECT_FALSE(timing(R"({"name":"bad","time_intervals":[{"weekdays":["someday"]}]})").ok());
  auto message = [this](std::string text) {
    return contacts_->Change([&](ContactState& state) -> Result<void> {
      return PutTemplate(state, "mine", text, From::kPages);
    });
  };
  EXPECT_TRUE(message(R"({{ define "mine" }}{{ len .Alerts.Firing }}{{ end }})").ok());
  EXPECT_NE(ErrorOf(message("{{ define \"mine\" }}{{ nonsense }}")).find("template \"mine\""),
            std::string::npos);
}

}  // namespace
}  // namespace watchfire::grafana
