#include "rules/notifier/alertmanager_target.h"

#include <set>

#include "base/text.h"
#include "model/relabel.h"
#include "net/url.h"

namespace watchfire::rules {
namespace {

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kPath = "__alerts_path__";

// Go's path.Join("/", prefix, "/api/v2/alerts").
std::string AlertsPath(std::string_view prefix) {
  std::vector<std::string> parts;
  for (std::string_view part : Split(prefix, '/')) {
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  for (const char* part : {"api", "v2", "alerts"}) parts.emplace_back(part);
  return "/" + Join(parts, "/");
}

// Go's url.URL.EscapedPath for a path that is not escaped yet.
std::string EscapePath(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-_.~$&+,/:;=@").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<AlertmanagerUrl> UrlOf(const model::LabelsBuilder& labels) {
  std::string_view address = labels.Get(kAddress);
  if (address.empty()) return Error::Invalid("no address");
  if (address.find('/') != std::string_view::npos) {
    return Error::Invalid("{} is not a valid hostname", GoQuote(address));
  }
  std::string path = EscapePath(labels.Get(kPath));
  if (!path.starts_with('/')) path.insert(0, "/");
  AlertmanagerUrl out;
  out.url = fmt::format("{}://{}{}", labels.Get(kScheme), address, path);
  out.shown = TRY(net::Url::Parse(out.url)).Redacted();
  return out;
}

// Upstream's order of who wins: the group's labels over the section's scheme and path, these over
// the target's own.
model::LabelsBuilder Discovered(const config::AlertmanagerConfig& config,
                                const model::Labels& target, const model::Labels& group) {
  model::LabelsBuilder labels(target);
  labels.Set(kScheme, config.scheme);
  labels.Set(kPath, AlertsPath(config.path_prefix));
  for (const model::LabelView& label : group) {
    if (!target.Has(label.name)) labels.Set(label.name, label.value);
  }
  return labels;
}

}  // namespace

AlertmanagerUrls FindAlertmanagers(const config::AlertmanagerConfig& config,
                                   const discovery::TargetGroups& groups) {
  AlertmanagerUrls found;
  std::set<std::string> seen;
  for (const auto& group : groups) {
    for (const model::Labels& target : group->targets) {
      model::LabelsBuilder labels = Discovered(config, target, group->labels);
      model::LabelsBuilder before = labels;
      bool keep = model::Relabel(config.relabel_configs, labels);
      Result<AlertmanagerUrl> url = UrlOf(keep ? labels : before);
      if (!url.ok()) {
        if (keep) found.errors.push_back(url.error().message());
      } else if (!keep) {
        found.dropped.push_back(url->shown);
      } else if (seen.insert(url->url).second) {
        found.active.push_back(*std::move(url));
      }
    }
  }
  return found;
}

}  // namespace watchfire::rules
