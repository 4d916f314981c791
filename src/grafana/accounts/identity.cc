#include "grafana/accounts/identity.h"

#include "base/text.h"

namespace watchfire::grafana {

std::string_view RoleText(Role role) {
  switch (role) {
    case Role::kNone:
      return "None";
    case Role::kViewer:
      return "Viewer";
    case Role::kEditor:
      return "Editor";
    case Role::kAdmin:
      return "Admin";
  }
  return "";
}

bool ParseRole(std::string_view text, Role* role) {
  for (Role candidate : {Role::kNone, Role::kViewer, Role::kEditor, Role::kAdmin}) {
    if (!EqualsIgnoreCase(text, RoleText(candidate))) continue;
    *role = candidate;
    return true;
  }
  return false;
}

}  // namespace watchfire::grafana
