#pragma once
// The templates that contact points use where they name none, under Grafana's names. Constant.

#include <string_view>

namespace watchfire::grafana {

std::string_view ManagedTemplates();

}  // namespace watchfire::grafana
