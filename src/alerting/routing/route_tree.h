#pragma once
// RouteTree: which receivers an alert goes to and how it is grouped there. Built once from a
// loaded configuration: every node has what it inherits filled in, its matchers in order, and the
// identity strings that notifications, logs and links depend on, byte for byte as upstream has
// them. Immutable; a const tree may be asked from any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerting/amconfig/config.h"
#include "model/labels.h"

namespace watchfire::routing {

struct RouteNode {
  std::string receiver;
  std::vector<std::string> group_by;  // sorted
  bool group_by_all = false;          // `...`
  int64_t group_wait_ms = 30'000;
  int64_t group_interval_ms = 5 * 60'000;
  int64_t repeat_interval_ms = 4 * 3'600'000;
  std::map<std::string, std::string> labels;  // templates, merged over those of the parents
  // Of this node alone.
  amconfig::Matchers matchers;  // sorted
  bool continue_matching = false;
  std::vector<std::string> mute_time_intervals;
  std::vector<std::string> active_time_intervals;

  std::string key;   // `{}/{a="b"}`: the same for siblings with equal matchers
  std::string id;    // the key with `/index` after each level: unique
  size_t index = 0;  // in a walk of the tree, parents first
  const RouteNode* parent = nullptr;
  std::vector<std::unique_ptr<RouteNode>> children;

  // The labels of an alert that its group has in common. Absent labels are left out.
  model::Labels GroupLabels(const model::Labels& alert) const;
  // `key:{a="x", b="y"}`.
  std::string GroupKey(const model::Labels& group_labels) const;
};

class RouteTree {
 public:
  // `root` must come from a loaded configuration, whose regexes compile.
  explicit RouteTree(const amconfig::Route& root);

  const RouteNode& root() const { return *root_; }
  // Parents first, in the order of the file.
  const std::vector<const RouteNode*>& nodes() const { return nodes_; }
  // All nodes that an alert ends in, at least one, in the order of the file.
  std::vector<const RouteNode*> Match(const model::Labels& labels) const;

 private:
  std::vector<const RouteNode*> nodes_;  // filled while root_ is built
  std::unique_ptr<RouteNode> root_;
};

// Upstream's fingerprint of a label set: FNV-1a, 64 bits; 16 hexadecimal digits when shown.
uint64_t Fingerprint(const model::Labels& labels);
std::string FingerprintText(uint64_t fingerprint);

}  // namespace watchfire::routing
