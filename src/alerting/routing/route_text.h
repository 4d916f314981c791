#pragma once
// The routing tree as amtool draws it (`config routes show`, `config routes test --tree`), and the
// receivers of a label set. Pure functions.

#include <string>
#include <vector>

#include "alerting/routing/route_tree.h"

namespace watchfire::routing {

// A drawing that starts with a line `.`. With `labels`, only the routes on the way of such an
// alert.
std::string DrawRoutes(const RouteTree& tree, const model::Labels* labels = nullptr);

// Receivers in order of routes, each as often as it is reached.
std::vector<std::string> ReceiversOf(const RouteTree& tree, const model::Labels& labels);

}  // namespace watchfire::routing
