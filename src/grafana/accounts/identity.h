#pragma once
// Who asks, and what they may. Plain values.

#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::grafana {

// Each may what those before it may. kNone: signed in, may nothing yet.
enum class Role : uint8_t { kNone, kViewer, kEditor, kAdmin };
std::string_view RoleText(Role role);               // "Viewer"
bool ParseRole(std::string_view text, Role* role);  // any case

enum class IdentityKind : uint8_t { kNobody, kAnonymous, kUser, kServiceAccount };

struct Identity {
  IdentityKind kind = IdentityKind::kNobody;
  int64_t id = 0;  // of the user or service account; 0: none
  std::string uid;
  std::string login;
  std::string name;
  std::string email;
  Role role = Role::kNone;
  bool server_admin = false;  // "Grafana Admin"
  int64_t org_id = 1;
  // By a cookie, so that requests that change something must show where they come from.
  bool by_cookie = false;
  int64_t session_id = 0;

  bool known() const { return kind != IdentityKind::kNobody; }
  bool May(Role least) const { return known() && (role >= least || server_admin); }
};

}  // namespace watchfire::grafana
