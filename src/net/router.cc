#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/text.h"
#include "net/http.h"

namespace watchfire::net {
namespace {

struct Route {
  Handler handler;
  std::string label;
  std::vector<std::string> param_names;  // in the order of the pattern
};

// One path segment. Literals are tried first, then a parameter, then the rest; so the most literal
// pattern wins, with backtracking where it leads nowhere.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::map<std::string, Route, std::less<>> methods;
};

// The segments after the leading slash; "/a/" gives "a" and "".
std::vector<std::string_view> Segments(std::string_view path) {
  if (!path.empty()) path.remove_prefix(1);
  return Split(path, '/');
}

struct Search {
  std::string_view path;
  std::vector<std::string_view> segments;
  const std::string& method;
  std::vector<std::string> values;
  const Route* route = nullptr;
  std::vector<std::string> allowed;

  bool Take(const Node& node) {
    if (node.methods.empty()) return false;
    auto found = node.methods.find(method);
    if (found == node.methods.end() && method == "HEAD") found = node.methods.find("GET");
    if (found != node.methods.end()) {
      route = &found->second;
      return true;
    }
    if (allowed.empty()) {
      for (const auto& [name, unused] : node.methods) allowed.push_back(name);
    }
    return false;
  }

  // Depth is bounded by the patterns, not by the path. The number of branches taken is at most
  // 2^(parameters of the deepest pattern), with two or three in practice.
  bool Descend(const Node& node, size_t index) {
    if (index == segments.size()) return Take(node);
    std::string_view segment = segments[index];
    auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && Descend(*literal->second, index + 1)) return true;
    if (node.parameter && !segment.empty()) {
      values.emplace_back(segment);
      if (Descend(*node.parameter, index + 1)) return true;
      values.pop_back();
    }
    if (node.rest) {
      values.emplace_back(path.substr(static_cast<size_t>(segment.data() - path.data())));
      if (Take(*node.rest)) return true;
      values.pop_back();
    }
    return false;
  }
};

}  // namespace

struct Router::Impl {
  Node root;
  Handler not_found;
  std::vector<std::string> labels;
};

Router::Router() : impl_(std::make_unique<Impl>()) {
  impl_->not_found = [](const Request&) { return Response::Text(404, "404 page not found\n"); };
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Handle(std::string method, std::string pattern, Handler handler, std::string label) {
  WF_CHECK(!pattern.empty() && pattern[0] == '/');
  WF_CHECK(handler != nullptr);
  if (label.empty()) label = pattern;
  Node* node = &impl_->root;
  std::vector<std::string> names;
  std::vector<std::string_view> segments = Segments(pattern);
  for (size_t i = 0; i < segments.size(); ++i) {
    std::string_view segment = segments[i];
    std::unique_ptr<Node>* next = nullptr;
    if (segment.size() > 1 && segment[0] == ':') {
      names.emplace_back(segment.substr(1));
      next = &node->parameter;
    } else if (!segment.empty() && segment[0] == '*') {
      WF_CHECK(i + 1 == segments.size());
      names.emplace_back(segment.substr(1));
      next = &node->rest;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  if (std::find(impl_->labels.begin(), impl_->labels.end(), label) == impl_->labels.end()) {
    impl_->labels.push_back(label);
  }
  Route route{std::move(handler), std::move(label), std::move(names)};
  bool added = node->methods.emplace(std::move(method), std::move(route)).second;
  WF_CHECK(added);  // the same method and pattern twice
}

void Router::SetNotFound(Handler handler) {
  impl_->not_found = std::move(handler);
}

Router::Match Router::Find(const std::string& method, std::string_view path) const {
  Match match;
  if (path.empty() || path[0] != '/') return match;
  Search search{path, Segments(path), method, {}, nullptr, {}};
  if (!search.Descend(impl_->root, 0)) {
    match.allowed = std::move(search.allowed);
    return match;
  }
  match.handler = &search.route->handler;
  match.label = search.route->label;
  for (size_t i = 0; i < search.values.size(); ++i) {
    match.params.emplace_back(search.route->param_names[i], std::move(search.values[i]));
  }
  return match;
}

Response Router::Dispatch(Request& request) const {
  Match match = Find(request.method, request.path);
  if (match.handler != nullptr) {
    request.path_params = std::move(match.params);
    return (*match.handler)(request);
  }
  if (match.allowed.empty()) return impl_->not_found(request);
  Response response = Response::Text(405, "Method Not Allowed\n");
  response.headers.Add("Allow", Join(match.allowed, ", "));
  return response;
}

std::vector<std::string> Router::labels() const {
  return impl_->labels;
}

}  // namespace watchfire::net
