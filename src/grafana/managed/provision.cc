// Files of provisioning/alerting: read whole, checked whole, then taken.

#include <algorithm>

#include "base/log.h"
#include "grafana/managed/impl.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxItems = 10'000;

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

// Items of another organisation are of nobody here.
bool OfThisOrg(const Json& item) {
  const Json* org = item.Find("orgId");
  return org == nullptr || org->AsInt().value_or(1) <= 1;
}

Result<std::vector<const Json*>> Items(const Json& document, std::string_view key) {
  std::vector<const Json*> items;
  const Json* list = document.Find(key);
  if (list == nullptr || list->is_null()) return items;
  if (list->AsArray() == nullptr) return Error::Invalid("{} must be a list", key);
  if (list->AsArray()->size() > kMaxItems) return Error::Limit("{}: too many items", key);
  for (const Json& item : *list->AsArray()) {
    if (OfThisOrg(item)) items.push_back(&item);
  }
  return items;
}

struct FileGroup {
  std::string folder;
  RuleGroup group;
};

Result<FileGroup> ParseGroup(const Json& json) {
  FileGroup out;
  out.group.name = TextOf(json, "name");
  if (out.group.name.empty()) return Error::Invalid("name is required");
  out.folder = TextOf(json, "folder");
  if (out.folder.empty()) return Error::Invalid("group \"{}\": folder is required", out.group.name);
  const Json* interval = json.Find("interval");
  if (interval == nullptr) {
    return Error::Invalid("group \"{}\": interval is required", out.group.name);
  }
  Result<int64_t> ms = ParseRuleDuration(*interval, "interval");
  if (!ms.ok()) return ms.error().With("group \"{}\"", out.group.name);
  out.group.interval_ms = *ms;
  const Json* rules = json.Find("rules");
  if (rules == nullptr || rules->AsArray() == nullptr) {
    return Error::Invalid("group \"{}\": rules is required", out.group.name);
  }
  for (const Json& item : *rules->AsArray()) {
    Result<ManagedRule> rule = ParseRule(item, ErrorPolicy::kAlerting);
    if (!rule.ok()) return rule.error().With("group \"{}\"", out.group.name);
    if (rule->uid.empty()) {
      return Error::Invalid("group \"{}\": rule \"{}\": uid is required", out.group.name,
                            rule->title);
    }
    Result<void> valid = Validate(*rule);
    if (!valid.ok()) return valid.error().With("group \"{}\"", out.group.name);
    out.group.rules.push_back(*std::move(rule));
  }
  return out;
}

// The contacts' part of one document.
class ContactsPart {
 public:
  static Result<ContactsPart> Read(const Json& document, const std::string& file, From from) {
    ContactsPart part;
    part.file_ = file;
    part.from_ = from;
    part.points_ = TRY(Items(document, "contactPoints"));
    part.timings_ = TRY(Items(document, "muteTimes"));
    part.templates_ = TRY(Items(document, "templates"));
    part.policies_ = TRY(Items(document, "policies"));
    part.gone_points_ = TRY(Items(document, "deleteContactPoints"));
    part.gone_timings_ = TRY(Items(document, "deleteMuteTimes"));
    part.gone_templates_ = TRY(Items(document, "deleteTemplates"));
    part.resets_ = document.Find("resetPolicies") != nullptr;
    return part;
  }

  bool empty() const {
    return points_.empty() && timings_.empty() && templates_.empty() && policies_.empty() &&
           gone_points_.empty() && gone_timings_.empty() && gone_templates_.empty() && !resets_;
  }

  Result<void> Apply(ContactState& state) const {
    for (const Json* item : timings_) {
      Result<void> put = PutTiming(state, *item, from_);
      if (!put.ok()) return put.error().With("muteTimes: \"{}\"", TextOf(*item, "name"));
    }
    for (const Json* item : templates_) {
      Result<void> put =
          PutTemplate(state, TextOf(*item, "name"), TextOf(*item, "template"), from_);
      if (!put.ok()) return put.error().With("templates: \"{}\"", TextOf(*item, "name"));
    }
    TRY(ApplyPoints(state));
    TRY(ApplyPolicies(state));
    for (const Json* item : gone_points_) {
      TRY(Tolerate(DeletePoint(state, TextOf(*item, "uid"), from_)));
    }
    for (const Json* item : gone_timings_) {
      TRY(Tolerate(DeleteTiming(state, TextOf(*item, "name"), from_)));
    }
    for (const Json* item : gone_templates_) {
      TRY(Tolerate(DeleteTemplate(state, TextOf(*item, "name"), from_)));
    }
    return {};
  }

 private:
  // What is to be deleted may be gone already.
  static Result<void> Tolerate(Result<void> result) {
    if (!result.ok() && result.error().code() == ErrorCode::kNotFound) return {};
    return result;
  }

  Result<void> ApplyPoints(ContactState& state) const {
    for (const Json* item : points_) {
      std::string name = TextOf(*item, "name");
      if (name.empty()) return Error::Invalid("contactPoints: name is required");
      const Json* receivers = item->Find("receivers");
      if (receivers == nullptr || receivers->AsArray() == nullptr) {
        return Error::Invalid("contactPoints: \"{}\": receivers is required", name);
      }
      for (size_t i = 0; i < receivers->AsArray()->size(); ++i) {
        Json receiver = (*receivers->AsArray())[i];
        if (receiver.AsObject() == nullptr) {
          return Error::Invalid("contactPoints: \"{}\": receivers[{}] must be an object", name, i);
        }
        if (TextOf(receiver, "uid").empty()) {
          return Error::Invalid("contactPoints: \"{}\": receivers[{}]: uid is required", name, i);
        }
        receiver.Set("name", Json::OfString(name));
        Result<void> put = PutPoint(state, receiver, from_, nullptr);
        if (!put.ok()) return put.error().With("contactPoints: \"{}\": receivers[{}]", name, i);
      }
    }
    return {};
  }

  Result<void> ApplyPolicies(ContactState& state) const {
    if (resets_) TRY(ResetPolicy(state, from_));
    // What the file said the last time.
    std::erase_if(state.policy_files, [this](const PolicyFile& policy) {
      return policy.file == file_ || policy.file.starts_with(file_ + "#");
    });
    for (size_t i = 0; i < policies_.size(); ++i) {
      std::string name = i == 0 ? file_ : fmt::format("{}#{}", file_, i);
      Result<void> put = PutPolicy(state, *policies_[i], from_, name);
      if (!put.ok()) return put.error().With("policies[{}]", i);
    }
    return {};
  }

  std::string file_;
  From from_ = From::kFile;
  std::vector<const Json*> points_, timings_, templates_, policies_;
  std::vector<const Json*> gone_points_, gone_timings_, gone_templates_;
  bool resets_ = false;
};

}  // namespace

Result<void> ManagedAlerting::Impl::Provision(const Json& document, const std::string& file) {
  if (document.is_null()) return {};
  if (document.AsObject() == nullptr) return Error::Invalid("expected an object");
  MutexLock lock(provision_mutex);
  const Json* editable = document.Find("editable");
  bool open = editable != nullptr && editable->AsBool().value_or(false);
  RuleEditor editor{open ? From::kEditableFile : From::kFile, ""};
  std::vector<FileGroup> groups;
  for (const Json* item : TRY(Items(document, "groups"))) {
    groups.push_back(TRY(ParseGroup(*item)));
    TRY(ValidateInterval(groups.back().group.interval_ms, MinIntervalMs()));
  }
  std::vector<const Json*> gone = TRY(Items(document, "deleteRules"));
  ContactsPart part = TRY(ContactsPart::Read(document, file, editor.from));
  auto edit = [&part](ContactState& state) { return part.Apply(state); };
  ContactState wanted = *contacts->state();
  TRY(part.Apply(wanted));
  for (const FileGroup& group : groups) {
    for (const ManagedRule& rule : group.group.rules) {
      if (!rule.route || wanted.HasReceiver(rule.route->receiver)) continue;
      return Error::Invalid("rule \"{}\": notification_settings: there is no contact point \"{}\"",
                            rule.title, rule.route->receiver);
    }
  }
  if (!part.empty()) TRY(contacts->Change(edit));
  provisioned_files.push_back(file);
  std::vector<RuleGroup> put;
  for (FileGroup& group : groups) {
    Folder folder = TRY(deps.dashboards->EnsureFolder(group.folder, "", true));
    group.group.folder_uid = folder.uid;
    put.push_back(std::move(group.group));
  }
  if (!put.empty()) TRY(PutGroups(std::move(put), editor));
  for (const Json* item : gone) {
    Result<void> deleted = DeleteRule(TextOf(*item, "uid"), editor);
    if (!deleted.ok() && deleted.error().code() != ErrorCode::kNotFound) return deleted;
  }
  std::vector<std::string> warnings;
  EffectivePolicy(*contacts->state(), &warnings);
  for (const std::string& warning : warnings) {
    WF_LOG(kWarn, "alerting provisioning", {"file", file}, {"warning", warning});
  }
  return {};
}

}  // namespace watchfire::grafana
