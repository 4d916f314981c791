#include "grafana/contacts/contacts.h"

#include <algorithm>

#include "base/log.h"
#include "grafana/contacts/contact_types.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr std::string_view kMigrations[] = {
    "CREATE TABLE managed_contacts (kind TEXT NOT NULL, position INTEGER NOT NULL, "
    "id TEXT NOT NULL, body TEXT NOT NULL, secure BLOB, provenance TEXT NOT NULL, "
    "PRIMARY KEY (kind, position))",
};

Json SecureJson(const ContactPoint& point) {
  Json secure = Json::OfObject({});
  for (const auto& [name, secret] : point.secure) secure.Set(name, Json::OfString(secret.reveal()));
  return secure;
}

std::string BodyOf(const ContactPoint& point) {
  Json body = Json::OfObject({});
  body.Set("name", Json::OfString(point.name));
  body.Set("type", Json::OfString(point.type));
  body.Set("settings", point.settings);
  body.Set("disableResolveMessage", Json::OfBool(point.disable_resolve));
  return body.ToString();
}

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

Result<ContactPoint> LoadPoint(const std::string& uid, const Json& body, const std::string& sealed,
                               const std::string& provenance, const std::string& key) {
  ContactPoint point;
  point.uid = uid;
  point.name = TextOf(body, "name");
  point.type = TextOf(body, "type");
  const Json* settings = body.Find("settings");
  point.settings = settings == nullptr ? Json::OfObject({}) : *settings;
  const Json* resolve = body.Find("disableResolveMessage");
  point.disable_resolve = resolve != nullptr && resolve->AsBool().value_or(false);
  point.provenance = provenance;
  if (sealed.empty()) return point;
  Result<std::string> opened = secrets::Open(key, sealed);
  if (!opened.ok()) {
    WF_LOG(kError, "The secrets of a contact point cannot be opened; it tells nobody",
           {"component", "grafana"}, {"contact_point", point.name}, {"err", opened.error()},
           {"hint", "has secret_key changed?"});
    point.unopened = sealed;
    return point;
  }
  Json secure = TRY(Json::Parse(*opened));
  for (const Json::Member& member : *secure.AsObject()) {
    if (const std::string* text = member.value.AsString()) {
      point.secure[member.name] = Secret(*text);
    }
  }
  return point;
}

}  // namespace

Result<std::unique_ptr<Contacts>> Contacts::Open(ContactsOptions options) {
  std::unique_ptr<Contacts> contacts(new Contacts(std::move(options)));
  TRY(contacts->options_.database->Migrate("managed_contacts", kMigrations));
  TRY(contacts->Load());
  return contacts;
}

Result<void> Contacts::Load() {
  store::Rows rows = TRY(options_.database->Read(
      "SELECT kind, id, body, secure, provenance FROM managed_contacts ORDER BY kind, position"));
  auto state = std::make_shared<ContactState>();
  for (const store::Row& row : rows) {
    const std::string& kind = store::TextOf(row[0]);
    const std::string& id = store::TextOf(row[1]);
    const std::string& provenance = store::TextOf(row[4]);
    Json body = TRY(Json::Parse(store::TextOf(row[2])));
    if (kind == "point") {
      state->points.push_back(TRY(LoadPoint(id, body, store::TextOf(row[3]), provenance,
                                            options_.settings->security.secret_key.reveal())));
    } else if (kind == "policy" && id.empty()) {
      state->policy = std::move(body);
      state->policy_provenance = provenance;
    } else if (kind == "policy") {
      state->policy_files.push_back({id, std::move(body)});
    } else if (kind == "timing") {
      state->timings.push_back({id, std::move(body), provenance});
    } else if (kind == "template") {
      state->templates.push_back(
          {id, body.AsString() == nullptr ? "" : *body.AsString(), provenance});
    }
  }
  if (state->points.empty()) {
    std::vector<ContactPoint> first = ContactState::Initial().points;
    state->points = std::move(first);
  }
  MutexLock lock(mutex_);
  state_ = std::move(state);
  return {};
}

Result<void> Contacts::Save(const ContactState& state) {
  return options_.database->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM managed_contacts"));
    int64_t position = 0;
    auto add = [&](const char* kind, const std::string& id, const std::string& body,
                   const std::string& secure, const std::string& provenance) {
      return c.Run("INSERT INTO managed_contacts VALUES (?, ?, ?, ?, CAST(? AS BLOB), ?)",
                   {std::string(kind), position++, id, body, secure, provenance});
    };
    for (const ContactPoint& point : state.points) {
      std::string sealed = point.unopened;
      if (!point.secure.empty()) {
        sealed = secrets::Seal(options_.settings->security.secret_key.reveal(),
                               SecureJson(point).ToString());
      }
      TRY(add("point", point.uid, BodyOf(point), sealed, point.provenance));
    }
    if (!state.policy.is_null()) {
      TRY(add("policy", "", state.policy.ToString(), "", state.policy_provenance));
    }
    for (const PolicyFile& file : state.policy_files) {
      TRY(add("policy", file.file, file.policy.ToString(), "", "file"));
    }
    for (const MuteTiming& timing : state.timings) {
      TRY(add("timing", timing.name, timing.intervals.ToString(), "", timing.provenance));
    }
    for (const MessageTemplate& message : state.templates) {
      TRY(add("template", message.name, Json::OfString(message.text).ToString(), "",
              message.provenance));
    }
    return {};
  });
}

std::shared_ptr<const ContactState> Contacts::state() const {
  MutexLock lock(mutex_);
  return state_;
}

Result<alerting::LoadedConfig> Contacts::BuildOf(const ContactState& state,
                                                 const std::vector<RuleRoute>* routes) const {
  std::vector<RuleRoute> of_rules;
  if (routes == nullptr && options_.rule_routes) of_rules = options_.rule_routes();
  return BuildConfig(state, routes == nullptr ? of_rules : *routes, options_.settings,
                     *options_.files);
}

Result<alerting::LoadedConfig> Contacts::Build(const std::vector<RuleRoute>* routes) const {
  return BuildOf(*state(), routes);
}

Result<void> Contacts::Try(const std::function<Result<void>(ContactState&)>& edit) const {
  ContactState copy = *state();
  TRY(edit(copy));
  Result<alerting::LoadedConfig> built = BuildOf(copy, nullptr);
  if (!built.ok()) return built.error();
  return {};
}

Result<void> Contacts::Change(const std::function<Result<void>(ContactState&)>& edit) {
  {
    MutexLock change(change_mutex_);
    auto next = std::make_shared<ContactState>(*state());
    TRY(edit(*next));
    Result<alerting::LoadedConfig> built = BuildOf(*next, nullptr);
    if (!built.ok()) return built.error();
    TRY(Save(*next));
    MutexLock lock(mutex_);
    state_ = std::move(next);
  }
  if (changed_) changed_();
  return {};
}

Result<void> Contacts::ForgetUnseenPolicies(const std::vector<std::string>& seen) {
  auto gone = [&seen](const PolicyFile& file) {
    return std::ranges::find(seen, file.file.substr(0, file.file.find('#'))) == seen.end();
  };
  if (std::ranges::none_of(state()->policy_files, gone)) return {};
  return Change([&](ContactState& state) -> Result<void> {
    std::erase_if(state.policy_files, gone);
    return {};
  });
}

// ---- steps

namespace {

Result<void> CheckProvenance(std::string_view what, const std::string& name,
                             const std::string& provenance, From from) {
  if (provenance == "file" && !IsFile(from)) {
    return Error::Denied("{} \"{}\" comes from a provisioning file: change it there", what, name);
  }
  return {};
}

std::string NewUid() {
  return "wf" + secrets::RandomText(12);
}

}  // namespace

std::string ProvenanceOf(From from) {
  return from == From::kFile ? "file" : from == From::kApi ? "api" : "";
}

Result<void> PutPoint(ContactState& state, const Json& json, From from, std::string* uid) {
  std::string wanted = TextOf(json, "uid");
  auto old = std::ranges::find(state.points, wanted, &ContactPoint::uid);
  bool known = !wanted.empty() && old != state.points.end();
  ContactPoint point = TRY(ParseContactPoint(json, known ? &*old : nullptr));
  point.provenance = ProvenanceOf(from);
  if (point.uid.empty()) point.uid = NewUid();
  if (uid != nullptr) *uid = point.uid;
  if (!known) {
    state.points.push_back(std::move(point));
    return {};
  }
  TRY(CheckProvenance("contact point", old->name, old->provenance, from));
  if (old->name != point.name && !std::ranges::any_of(state.points, [&](const ContactPoint& p) {
        return p.uid != wanted && p.name == old->name;
      })) {
    // The last of its name: policies follow.
    std::string before = old->name, after = point.name;
    std::function<void(Json&)> rename = [&](Json& policy) {
      if (TextOf(policy, "receiver") == before) policy.Set("receiver", Json::OfString(after));
      Json* routes = policy.Find("routes");
      if (routes == nullptr || routes->AsArray() == nullptr) return;
      for (Json& child : *routes->AsArray()) rename(child);
    };
    if (state.policy.is_null()) state.policy = DefaultPolicy();
    rename(state.policy);
  }
  *old = std::move(point);
  return {};
}

Result<void> DeletePoint(ContactState& state, std::string_view uid, From from) {
  auto at = std::ranges::find(state.points, uid, &ContactPoint::uid);
  if (at == state.points.end()) return Error::NotFound("contact point \"{}\" not found", uid);
  TRY(CheckProvenance("contact point", at->name, at->provenance, from));
  state.points.erase(at);
  return {};
}

Result<void> PutPolicy(ContactState& state, Json policy, From from, const std::string& file) {
  if (policy.AsObject() == nullptr) return Error::Invalid("policies: expected an object");
  if (from == From::kFile) {
    auto at = std::ranges::find(state.policy_files, file, &PolicyFile::file);
    if (at != state.policy_files.end()) {
      at->policy = std::move(policy);
    } else {
      state.policy_files.push_back({file, std::move(policy)});
      std::ranges::sort(state.policy_files, {}, &PolicyFile::file);
    }
    return {};
  }
  if (!state.policy_files.empty()) {
    return Error::Denied("the policies come from the provisioning file {}: change them there",
                         state.policy_files[0].file);
  }
  std::erase_if(*policy.AsObject(),
                [](const Json::Member& member) { return member.name == "provenance"; });
  state.policy = std::move(policy);
  state.policy_provenance = ProvenanceOf(from);
  return {};
}

Result<void> ResetPolicy(ContactState& state, From from) {
  if (IsFile(from)) {
    state.policy_files.clear();
  } else if (!state.policy_files.empty()) {
    return Error::Denied("the policies come from the provisioning file {}: change them there",
                         state.policy_files[0].file);
  }
  state.policy = Json();
  state.policy_provenance.clear();
  return {};
}

Result<void> PutTiming(ContactState& state, const Json& json, From from) {
  MuteTiming timing;
  timing.name = TextOf(json, "name");
  if (timing.name.empty()) return Error::Invalid("name is required");
  const Json* intervals = json.Find("time_intervals");
  timing.intervals = intervals == nullptr ? Json::OfArray({}) : *intervals;
  if (timing.intervals.AsArray() == nullptr) {
    return Error::Invalid("mute timing \"{}\": time_intervals must be a list", timing.name);
  }
  timing.provenance = ProvenanceOf(from);
  auto at = std::ranges::find(state.timings, timing.name, &MuteTiming::name);
  if (at == state.timings.end()) {
    state.timings.push_back(std::move(timing));
    return {};
  }
  TRY(CheckProvenance("mute timing", at->name, at->provenance, from));
  *at = std::move(timing);
  return {};
}

Result<void> DeleteTiming(ContactState& state, std::string_view name, From from) {
  auto at = std::ranges::find(state.timings, name, &MuteTiming::name);
  if (at == state.timings.end()) return Error::NotFound("mute timing \"{}\" not found", name);
  TRY(CheckProvenance("mute timing", at->name, at->provenance, from));
  state.timings.erase(at);
  return {};
}

Result<void> PutTemplate(ContactState& state, std::string name, std::string text, From from) {
  if (name.empty()) return Error::Invalid("name is required");
  if (text.empty()) return Error::Invalid("template \"{}\": template is required", name);
  MessageTemplate message{std::move(name), std::move(text), ProvenanceOf(from)};
  auto at = std::ranges::find(state.templates, message.name, &MessageTemplate::name);
  if (at == state.templates.end()) {
    state.templates.push_back(std::move(message));
    return {};
  }
  TRY(CheckProvenance("template", at->name, at->provenance, from));
  *at = std::move(message);
  return {};
}

Result<void> DeleteTemplate(ContactState& state, std::string_view name, From from) {
  auto at = std::ranges::find(state.templates, name, &MessageTemplate::name);
  if (at == state.templates.end()) return Error::NotFound("template \"{}\" not found", name);
  TRY(CheckProvenance("template", at->name, at->provenance, from));
  state.templates.erase(at);
  return {};
}

}  // namespace watchfire::grafana
