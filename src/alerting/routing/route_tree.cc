#include "alerting/routing/route_tree.h"

#include <algorithm>

namespace watchfire::routing {
namespace {

using amconfig::Route;

void Inherit(RouteNode& node, const RouteNode& parent) {
  node.receiver = parent.receiver;
  node.group_by = parent.group_by;
  node.group_by_all = parent.group_by_all;
  node.group_wait_ms = parent.group_wait_ms;
  node.group_interval_ms = parent.group_interval_ms;
  node.repeat_interval_ms = parent.repeat_interval_ms;
  node.labels = parent.labels;
}

void Override(RouteNode& node, const Route& route) {
  if (!route.receiver.empty()) node.receiver = route.receiver;
  if (route.group_by) {
    node.group_by.clear();
    node.group_by_all = false;
    for (const std::string& name : *route.group_by) {
      if (name == "...") {
        node.group_by_all = true;
      } else {
        node.group_by.push_back(name);
      }
    }
    std::sort(node.group_by.begin(), node.group_by.end());
  }
  node.group_wait_ms = route.group_wait_ms.value_or(node.group_wait_ms);
  node.group_interval_ms = route.group_interval_ms.value_or(node.group_interval_ms);
  node.repeat_interval_ms = route.repeat_interval_ms.value_or(node.repeat_interval_ms);
  for (const auto& [name, value] : route.labels) node.labels[name] = value;
}

std::unique_ptr<RouteNode> Build(const Route& route, const RouteNode* parent, size_t position,
                                 std::vector<const RouteNode*>& nodes) {
  auto node = std::make_unique<RouteNode>();
  if (parent != nullptr) Inherit(*node, *parent);
  Override(*node, route);
  node->matchers = amconfig::JoinMatchers(route.match, route.match_re, route.matchers);
  node->continue_matching = route.continue_matching;
  node->mute_time_intervals = route.mute_time_intervals;
  node->active_time_intervals = route.active_time_intervals;
  node->parent = parent;
  std::string own = amconfig::MatchersText(node->matchers);
  node->key = parent == nullptr ? own : parent->key + "/" + own;
  node->id = parent == nullptr ? own : fmt::format("{}/{}/{}", parent->id, own, position);
  node->index = nodes.size();
  nodes.push_back(node.get());
  for (size_t i = 0; i < route.routes.size(); ++i) {
    node->children.push_back(Build(route.routes[i], node.get(), i, nodes));
  }
  return node;
}

void Collect(const RouteNode& node, const model::Labels& labels,
             std::vector<const RouteNode*>& out) {
  if (!amconfig::MatchesAll(node.matchers, labels)) return;
  size_t before = out.size();
  for (const auto& child : node.children) {
    size_t found = out.size();
    Collect(*child, labels, out);
    if (out.size() > found && !child->continue_matching) break;
  }
  if (out.size() == before) out.push_back(&node);
}

}  // namespace

model::Labels RouteNode::GroupLabels(const model::Labels& alert) const {
  return group_by_all ? alert : alert.Keep(group_by);
}

std::string RouteNode::GroupKey(const model::Labels& group_labels) const {
  return key + ":" + group_labels.ToString();
}

RouteTree::RouteTree(const Route& root) : root_(Build(root, nullptr, 0, nodes_)) {}

std::vector<const RouteNode*> RouteTree::Match(const model::Labels& labels) const {
  std::vector<const RouteNode*> out;
  Collect(*root_, labels, out);
  return out;
}

uint64_t Fingerprint(const model::Labels& labels) {
  constexpr uint64_t kPrime = 1'099'511'628'211;
  uint64_t hash = 14'695'981'039'346'656'037U;
  auto add = [&hash](std::string_view bytes) {
    for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
    hash = (hash ^ 0xffU) * kPrime;
  };
  for (const model::LabelView& label : labels) {
    add(label.name);
    add(label.value);
  }
  return hash;
}

std::string FingerprintText(uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

}  // namespace watchfire::routing
