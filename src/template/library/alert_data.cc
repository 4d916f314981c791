#include "template/library/alert_data.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "template/function.h"

namespace watchfire::templates {
namespace {

constexpr std::string_view kAlertName = "alertname";
constexpr std::string_view kStringsType = "template.Strings";

const NamesAndValues& NoPairs() {
  static const NamesAndValues none;
  return none;
}

const NamesAndValues& PairsOf(const SharedPairs& pairs) {
  return pairs == nullptr ? NoPairs() : *pairs;
}

// Names or values, with a Join of their own.
class Strings : public Object {
 public:
  explicit Strings(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  Kind kind() const override { return Kind::kList; }
  std::string_view type_name() const override { return kStringsType; }
  std::string_view underlying_type() const override { return "[]string"; }
  std::string_view element_type() const override { return "string"; }
  size_t size() const override { return texts_.size(); }
  Value At(size_t i) const override { return Value::Text(texts_[i]); }
  std::span<const Method> methods() const override {
    static const std::array<Method, 1> kMethods = {{{"Join", {"string"}, false, Join}}};
    return kMethods;
  }

 private:
  static Result<Value> Join(const Value& self, Call& call) {
    std::string out = watchfire::Join(self.As<Strings>()->texts_, call[0].text());
    TRY(call.budget.Charge(out.size()));
    return Value::Text(std::move(out));
  }
  std::vector<std::string> texts_;
};

class Pair : public Object {
 public:
  Pair(std::string name, std::string value) : name_(std::move(name)), value_(std::move(value)) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return "template.Pair"; }
  size_t size() const override { return 2; }
  std::string_view NameAt(size_t i) const override { return i == 0 ? "Name" : "Value"; }
  std::string_view JsonNameAt(size_t i) const override { return NameAt(i); }
  Value At(size_t i) const override { return Value::Text(i == 0 ? name_ : value_); }
  bool Equals(const Object& other) const override {
    auto* pair = dynamic_cast<const Pair*>(&other);
    return pair != nullptr && pair->name_ == name_ && pair->value_ == value_;
  }

 private:
  std::string name_;
  std::string value_;
};

// A sorted list of pairs, detached from the map it came from.
class Pairs : public Object {
 public:
  explicit Pairs(NamesAndValues pairs) : pairs_(std::move(pairs)) {}
  Kind kind() const override { return Kind::kList; }
  std::string_view type_name() const override { return "template.Pairs"; }
  std::string_view underlying_type() const override { return "[]template.Pair"; }
  std::string_view element_type() const override { return "template.Pair"; }
  size_t size() const override { return pairs_.size(); }
  Value At(size_t i) const override { return Value::Make<Pair>(pairs_[i].first, pairs_[i].second); }
  std::optional<std::string> Text() const override {
    std::string out;
    for (const auto& [name, value] : pairs_) {
      if (!out.empty()) out += ", ";
      out += name + "=" + value;
    }
    return out;
  }
  std::span<const Method> methods() const override {
    static const std::array<Method, 3> kMethods = {{
        {"Names", {}, false, Part<true>},
        {"Values", {}, false, Part<false>},
        {"String", {}, false, String},
    }};
    return kMethods;
  }

 private:
  template <bool kNames>
  static Result<Value> Part(const Value& self, Call&) {
    std::vector<std::string> texts;
    for (const auto& [name, value] : self.As<Pairs>()->pairs_) {
      texts.push_back(kNames ? name : value);
    }
    return Value::Make<Strings>(std::move(texts));
  }
  static Result<Value> String(const Value& self, Call&) {
    return Value::Text(*self.object().Text());
  }
  NamesAndValues pairs_;
};

class Kv : public Object {
 public:
  Kv(const NamesAndValues* pairs, std::shared_ptr<const void> owner)
      : pairs_(pairs), owner_(std::move(owner)) {}
  Kind kind() const override { return Kind::kMap; }
  std::string_view type_name() const override { return "template.KV"; }
  std::string_view underlying_type() const override { return "map[string]string"; }
  std::string_view element_type() const override { return "string"; }
  size_t size() const override { return pairs_->size(); }
  std::string_view NameAt(size_t i) const override { return (*pairs_)[i].first; }
  // Borrowed, like the pairs themselves; an owner is kept with the text.
  Value At(size_t i) const override {
    const std::string& value = (*pairs_)[i].second;
    return owner_ == nullptr ? Value::View(value) : Value::Text(value);
  }
  std::optional<Value> Find(std::string_view name) const override {
    auto at = std::lower_bound(pairs_->begin(), pairs_->end(), name,
                               [](const auto& pair, std::string_view n) { return pair.first < n; });
    if (at == pairs_->end() || at->first != name) return std::nullopt;
    return At(static_cast<size_t>(at - pairs_->begin()));
  }
  std::optional<std::string> Text() const override { return Pairs(Sorted()).Text(); }
  std::span<const Method> methods() const override {
    static const std::array<Method, 5> kMethods = {{
        {"SortedPairs", {}, false, SortedPairs},
        {"Remove", {"[]string"}, false, Remove},
        {"Names", {}, false, PairsMethod<0>},
        {"Values", {}, false, PairsMethod<1>},
        {"String", {}, false, PairsMethod<2>},
    }};
    return kMethods;
  }

 private:
  // The alert's name comes first.
  NamesAndValues Sorted() const {
    NamesAndValues sorted = *pairs_;
    std::stable_partition(sorted.begin(), sorted.end(),
                          [](const auto& pair) { return pair.first == kAlertName; });
    return sorted;
  }
  static Result<Value> SortedPairs(const Value& self, Call&) {
    return Value::Make<Pairs>(self.As<Kv>()->Sorted());
  }
  template <size_t kMethod>
  static Result<Value> PairsMethod(const Value& self, Call& call) {
    Value pairs = Value::Make<Pairs>(self.As<Kv>()->Sorted());
    return pairs.object().methods()[kMethod].body(pairs, call);
  }
  static Result<Value> Remove(const Value& self, Call& call) {
    std::vector<std::string> names;
    if (call[0].valid()) {
      for (size_t i = 0; i < call[0].object().size(); ++i) {
        names.emplace_back(call[0].object().At(i).text());
      }
    }
    std::sort(names.begin(), names.end());
    auto left = std::make_shared<NamesAndValues>();
    for (const auto& pair : *self.As<Kv>()->pairs_) {
      if (!std::binary_search(names.begin(), names.end(), pair.first)) left->push_back(pair);
    }
    const NamesAndValues& pairs = *left;
    return KvValue(pairs, std::move(left));
  }

  const NamesAndValues* pairs_;
  std::shared_ptr<const void> owner_;  // null: borrowed
};

std::string_view StatusOf(const AlertData& alert) {
  if (!alert.status.empty()) return alert.status;
  return alert.resolved ? "resolved" : "firing";
}

class Alert : public Object {
 public:
  explicit Alert(const AlertData* data) : data_(data) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return "template.Alert"; }
  size_t size() const override {
    return data_->managed == nullptr ? kNames.size() - kManagedNames : kNames.size();
  }
  std::string_view NameAt(size_t i) const override { return kNames[i]; }
  std::string_view JsonNameAt(size_t i) const override { return kJsonNames[i]; }
  bool comparable() const override { return false; }
  Value At(size_t i) const override {
    switch (i) {
      case 0:
        return Value::View(StatusOf(*data_));
      case 1:
        return KvValue(PairsOf(data_->labels));
      case 2:
        return KvValue(PairsOf(data_->annotations));
      case 3:
        return MakeTime(data_->starts_at);
      case 4:
        return MakeTime(data_->ends_at);
      case 5:
        return Value::View(data_->generator_url);
      case 6:
        return Value::View(data_->fingerprint);
      default:
        return ManagedAt(i);
    }
  }

 private:
  Value ManagedAt(size_t i) const {
    const ManagedAlertData& managed = *data_->managed;
    switch (i) {
      case 7:
        return Value::View(managed.silence_url);
      case 8:
        return Value::View(managed.dashboard_url);
      case 9:
        return Value::View(managed.panel_url);
      case 10: {
        Map::Entries values;
        for (const auto& [ref, value] : managed.values)
          values.emplace_back(ref, Value::Float(value));
        return Value::Make<Map>(std::move(values), "map[string]float64");
      }
      case 11:
        return Value::View(managed.value_string);
      case 12:
        return Value::View("");
      default:
        return Value::Int(managed.org_id, NumberType::kInt64);
    }
  }

  static constexpr size_t kManagedNames = 7;
  static constexpr std::array<std::string_view, 14> kNames = {
      "Status",       "Labels",      "Annotations", "StartsAt",     "EndsAt",
      "GeneratorURL", "Fingerprint", "SilenceURL",  "DashboardURL", "PanelURL",
      "Values",       "ValueString", "ImageURL",    "OrgID"};
  static constexpr std::array<std::string_view, 14> kJsonNames = {
      "status",       "labels",      "annotations", "startsAt",     "endsAt",
      "generatorURL", "fingerprint", "silenceURL",  "dashboardURL", "panelURL",
      "values",       "valueString", "imageURL",    "orgId"};
  const AlertData* data_;
};

// All alerts of a notification, or those of them in one state.
class Alerts : public Object {
 public:
  Alerts(std::vector<const AlertData*> alerts, bool all) : alerts_(std::move(alerts)), all_(all) {}
  Kind kind() const override { return Kind::kList; }
  std::string_view type_name() const override {
    return all_ ? "template.Alerts" : "[]template.Alert";
  }
  std::string_view underlying_type() const override { return "[]template.Alert"; }
  std::string_view element_type() const override { return "template.Alert"; }
  size_t size() const override { return alerts_.size(); }
  Value At(size_t i) const override { return Value::Make<Alert>(alerts_[i]); }
  std::span<const Method> methods() const override {
    static const std::array<Method, 2> kMethods = {{
        {"Firing", {}, false, InState<false>},
        {"Resolved", {}, false, InState<true>},
    }};
    // Their lists are plain.
    return all_ ? std::span<const Method>(kMethods) : std::span<const Method>();
  }

 private:
  template <bool kResolved>
  static Result<Value> InState(const Value& self, Call&) {
    std::vector<const AlertData*> found;
    for (const AlertData* alert : self.As<Alerts>()->alerts_) {
      if (StatusOf(*alert) == (kResolved ? "resolved" : "firing")) found.push_back(alert);
    }
    return Value::Make<Alerts>(std::move(found), false);
  }
  std::vector<const AlertData*> alerts_;
  bool all_;
};

class Data : public Object {
 public:
  explicit Data(const NotificationData* data) : data_(data) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return "*template.Data"; }
  size_t size() const override { return kNames.size(); }
  std::string_view NameAt(size_t i) const override { return kNames[i]; }
  std::string_view JsonNameAt(size_t i) const override { return kJsonNames[i]; }
  Value At(size_t i) const override {
    switch (i) {
      case 0:
        return Value::View(data_->receiver);
      case 1:
        return data_->status.empty() ? Value::View(data_->firing() ? "firing" : "resolved")
                                     : Value::View(data_->status);
      case 2: {
        std::vector<const AlertData*> alerts;
        alerts.reserve(data_->alerts.size());
        for (const AlertData& alert : data_->alerts) alerts.push_back(&alert);
        return Value::Make<Alerts>(std::move(alerts), true);
      }
      case 3:
        return Value::View(data_->notification_reason);
      case 4:
        return KvValue(data_->group_labels);
      case 5:
        return KvValue(data_->common_labels);
      case 6:
        return KvValue(data_->common_annotations);
      case 7:
        return KvValue(data_->route_labels);
      default:
        return Value::View(data_->external_url);
    }
  }

 private:
  static constexpr std::array<std::string_view, 9> kNames = {
      "Receiver",           "Status",      "Alerts",
      "NotificationReason", "GroupLabels", "CommonLabels",
      "CommonAnnotations",  "RouteLabels", "ExternalURL"};
  static constexpr std::array<std::string_view, 9> kJsonNames = {"receiver",
                                                                 "status",
                                                                 "alerts",
                                                                 "notification_reason",
                                                                 "groupLabels",
                                                                 "commonLabels",
                                                                 "commonAnnotations",
                                                                 "routeLabels",
                                                                 "externalURL"};
  const NotificationData* data_;
};

// What is in both, with the same value.
NamesAndValues Shared(const NamesAndValues& a, const NamesAndValues& b) {
  NamesAndValues out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

bool NotificationData::firing() const {
  return std::any_of(alerts.begin(), alerts.end(),
                     [](const AlertData& alert) { return !alert.resolved; });
}

void NotificationData::FindCommon() {
  common_labels.clear();
  common_annotations.clear();
  if (alerts.empty()) return;
  common_labels = PairsOf(alerts[0].labels);
  common_annotations = PairsOf(alerts[0].annotations);
  for (size_t i = 1; i < alerts.size(); ++i) {
    common_labels = Shared(common_labels, PairsOf(alerts[i].labels));
    common_annotations = Shared(common_annotations, PairsOf(alerts[i].annotations));
    if (common_labels.empty() && common_annotations.empty()) return;
  }
}

Value DataValue(const NotificationData& data) {
  return Value::Make<Data>(&data);
}

Value KvValue(const NamesAndValues& pairs, std::shared_ptr<const void> owner) {
  return Value::Make<Kv>(&pairs, std::move(owner));
}

}  // namespace watchfire::templates
