#include "alerting/amconfig/loader.h"

#include <set>

#include "alerting/amconfig/describe.h"
#include "alerting/amconfig/inherit.h"
#include "base/text.h"
#include "config/loader.h"
#include "config/reader.h"
#include "config/sections.h"
#include "model/duration.h"

namespace watchfire::amconfig {
namespace {

uint32_t LineOf(const yaml::Node* node) {
  return node == nullptr ? 1 : node->line;
}

const yaml::Node* Item(const yaml::Node* node, std::string_view key, size_t i) {
  const yaml::Node* list = node == nullptr ? nullptr : node->Find(key);
  return list != nullptr && i < list->items.size() ? &list->items[i] : node;
}

void NullsToEmpty(yaml::Node* list) {
  if (list == nullptr || !list->is_sequence()) return;
  for (yaml::Node& item : list->items) {
    if (item.is_null()) item.kind = yaml::Kind::kMapping;
  }
}

yaml::Node* Find(yaml::Node& node, std::string_view key) {
  if (!node.is_mapping()) return nullptr;
  for (yaml::Entry& entry : node.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

// Null items that upstream takes for empty sections.
void AcceptNulls(yaml::Node& root) {
  NullsToEmpty(Find(root, "inhibit_rules"));
  yaml::Node* receivers = Find(root, "receivers");
  NullsToEmpty(receivers);
  if (receivers == nullptr || !receivers->is_sequence()) return;
  for (yaml::Node& receiver : receivers->items) {
    for (const char* key :
         {"slack_configs", "opsgenie_configs", "wechat_configs", "rocketchat_configs"}) {
      NullsToEmpty(Find(receiver, key));
    }
  }
}

// The checks between sections, in upstream's order; the first that fails is reported.
class WholeCheck {
 public:
  WholeCheck(Config& config, const yaml::Node& root, config::Reader& reader,
             const ZoneLoader& zones)
      : config_(config), root_(root), reader_(reader), zones_(zones) {}

  bool Run() {
    if (!config_.route) return Fail(&root_, Error::Invalid("no route provided in config"));
    route_ = root_.Find("route");
    return Passed(LineOf(root_.Find("global")), CheckGlobal(config_.global)) && CheckReceivers() &&
           CheckRoot() && CheckReceiverNames(*config_.route, route_) && CheckIntervals() &&
           CheckIntervalNames(*config_.route, route_) && CheckContinue();
  }

 private:
  bool Fail(const yaml::Node* at, const Error& error) {
    reader_.Fail(LineOf(at), error);
    return false;
  }
  bool Passed(uint32_t line, const Result<void>& result) {
    if (!result.ok()) reader_.Fail(line, result.error());
    return result.ok();
  }

  bool CheckReceivers() {
    for (size_t i = 0; i < config_.receivers.size(); ++i) {
      Receiver& receiver = config_.receivers[i];
      const yaml::Node* at = Item(&root_, "receivers", i);
      if (!receivers_.insert(receiver.name).second) {
        return Fail(at, Error::Invalid("notification config name {} is not unique",
                                       GoQuote(receiver.name)));
      }
      if (!Passed(LineOf(at), Inherit(receiver, config_.global))) return false;
    }
    return true;
  }

  bool CheckRoot() {
    const Route& root = *config_.route;
    if (root.receiver.empty()) {
      return Fail(route_, Error::Invalid("root route must specify a default receiver"));
    }
    if (!root.match.empty() || !root.match_re.empty() || !root.matchers.empty()) {
      return Fail(route_, Error::Invalid("root route must not have any matchers"));
    }
    if (!root.mute_time_intervals.empty()) {
      return Fail(route_, Error::Invalid("root route must not have any mute time intervals"));
    }
    if (!root.active_time_intervals.empty()) {
      return Fail(route_, Error::Invalid("root route must not have any active time intervals"));
    }
    return true;
  }

  bool CheckReceiverNames(const Route& route, const yaml::Node* node) {
    for (size_t i = 0; i < route.routes.size(); ++i) {
      if (!CheckReceiverNames(route.routes[i], Item(node, "routes", i))) return false;
    }
    if (route.receiver.empty() || receivers_.count(route.receiver) != 0) return true;
    const yaml::Node* at = node == nullptr ? nullptr : node->Find("receiver");
    return Fail(at == nullptr ? node : at,
                Error::Invalid("undefined receiver {} used in route", GoQuote(route.receiver)));
  }

  bool CheckIntervals() {
    for (size_t i = 0; i < config_.mute_time_intervals.size(); ++i) {
      if (!CheckInterval(config_.mute_time_intervals[i], "mute_time_intervals", i,
                         "mute time interval")) {
        return false;
      }
    }
    for (size_t i = 0; i < config_.time_intervals.size(); ++i) {
      if (!CheckInterval(config_.time_intervals[i], "time_intervals", i, "time interval")) {
        return false;
      }
    }
    return true;
  }

  bool CheckInterval(TimeInterval& interval, std::string_view section, size_t i,
                     std::string_view what) {
    const yaml::Node* at = Item(&root_, section, i);
    if (!intervals_.insert(interval.name).second) {
      return Fail(at, Error::Invalid("{} {} is not unique", what, GoQuote(interval.name)));
    }
    for (size_t j = 0; j < interval.time_intervals.size(); ++j) {
      TimeSpec& spec = interval.time_intervals[j];
      if (spec.location.empty() || spec.location == "UTC") continue;
      Result<TimeZone> zone =
          zones_ ? zones_(spec.location)
                 : Result<TimeZone>(Error::Invalid("unknown time zone {}", spec.location));
      if (!zone.ok()) return Fail(Item(at, "time_intervals", j), zone.error());
      spec.zone = *zone;
    }
    return true;
  }

  bool CheckIntervalNames(const Route& route, const yaml::Node* node) {
    for (size_t i = 0; i < route.routes.size(); ++i) {
      if (!CheckIntervalNames(route.routes[i], Item(node, "routes", i))) return false;
    }
    for (const auto* names : {&route.active_time_intervals, &route.mute_time_intervals}) {
      for (const std::string& name : *names) {
        if (intervals_.count(name) != 0) continue;
        return Fail(node,
                    Error::Invalid("undefined time interval {} used in route", GoQuote(name)));
      }
    }
    return true;
  }

  bool CheckContinue() {
    if (!config_.route->continue_matching) return true;
    return Fail(route_, Error::Invalid("cannot have continue in root route"));
  }

  Config& config_;
  const yaml::Node& root_;
  config::Reader& reader_;
  const ZoneLoader& zones_;
  const yaml::Node* route_ = nullptr;
  std::set<std::string> receivers_;
  std::set<std::string> intervals_;
};

}  // namespace

Result<Config> LoadConfig(std::string_view text, const std::string& filename,
                          const LoadOptions& options) {
  yaml::Node root = TRY(yaml::Parse(text, {.source = filename,
                                           .allow_duplicate_keys = true,
                                           .size_limit_bytes = config::kMaxConfigFileBytes}));
  AcceptNulls(root);
  Config config;
  MatcherReader reader(filename, options.syntax, &config.warnings);
  reader.Document(root, "config.plain", config);
  if (!reader.ok() || !WholeCheck(config, root, reader, options.zones).Run()) {
    return reader.TakeError();
  }
  config::ResolvePaths(DirName(filename), [&config](Fields& fields) { Describe(fields, config); });
  config.original = text;
  return config;
}

std::string ConfigToYaml(const Config& config) {
  Config copy = config;
  return config::PrintSections([&copy](Fields& fields) { Describe(fields, copy); });
}

}  // namespace watchfire::amconfig
