#pragma once
// Every setting that is known by name, with its default and what it does here. The table is also
// what names of GF_ variables are matched against, since `GF_AUTH_ANONYMOUS_ORG_ROLE` does not say
// where its section ends.

#include <span>
#include <string>
#include <string_view>

namespace watchfire::grafana {

enum class Effect : uint8_t {
  kUsed,   // has an effect
  kQuiet,  // taken and without effect, and nobody misses it
  kTold    // taken and without effect, and somebody may miss it: a warning when it is set
};

struct KnownKey {
  std::string_view section;
  std::string_view key;  // "*": all others of the section
  std::string_view otherwise;
  Effect effect;
};

std::span<const KnownKey> KnownKeys();
// nullptr: nobody knows it. A key's own entry goes before its section's "*".
const KnownKey* FindKnownKey(std::string_view section, std::string_view key);
bool IsKnownSection(std::string_view section);
// "auth.anonymous", "org_role" → "GF_AUTH_ANONYMOUS_ORG_ROLE".
std::string EnvironmentName(std::string_view section, std::string_view key);

}  // namespace watchfire::grafana
