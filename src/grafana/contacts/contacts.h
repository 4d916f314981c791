#pragma once
// Contacts: keeps the ContactState in the server's database and changes it one whole step at a
// time: a copy is changed, what an Alertmanager would say to it is found out, then it is written
// and taken. Secrets are sealed on disk.
//
// Thread-safe; readers get a snapshot. `changed` is called after each change, in the caller's
// thread, without locks held.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/secret.h"
#include "grafana/contacts/contact_state.h"
#include "store/database.h"

namespace watchfire::grafana {

struct ContactsOptions {
  store::Database* database = nullptr;
  const Settings* settings = nullptr;
  FileSystem* files = nullptr;
  // Routes that rules ask for by themselves, so that a change cannot take a receiver from them.
  std::function<std::vector<RuleRoute>()> rule_routes;
};

class Contacts {
 public:
  static Result<std::unique_ptr<Contacts>> Open(ContactsOptions options);

  std::shared_ptr<const ContactState> state() const;
  // `edit` may fail and may be called with a copy that is thrown away.
  Result<void> Change(const std::function<Result<void>(ContactState&)>& edit);
  // What Change would say.
  Result<void> Try(const std::function<Result<void>(ContactState&)>& edit) const;
  void OnChange(std::function<void()> changed) { changed_ = std::move(changed); }
  // The configuration of now, with these routes in place of those of the rules if they are given.
  Result<alerting::LoadedConfig> Build(const std::vector<RuleRoute>* routes = nullptr) const;
  // Policies of files that were not provisioned since Open are of files that are gone.
  Result<void> ForgetUnseenPolicies(const std::vector<std::string>& seen);
  const Settings* settings() const { return options_.settings; }

 private:
  explicit Contacts(ContactsOptions options) : options_(std::move(options)) {}
  Result<void> Load();
  Result<void> Save(const ContactState& state);
  Result<alerting::LoadedConfig> BuildOf(const ContactState& state,
                                         const std::vector<RuleRoute>* routes) const;

  ContactsOptions options_;
  std::function<void()> changed_;
  Mutex change_mutex_;  // held by one change from its copy to its taking; before `mutex_`
  mutable Mutex mutex_;
  std::shared_ptr<const ContactState> state_ GUARDED_BY(mutex_);
};

// Steps of a change. All check provenance: what came from a file is changed by a file alone.
// kEditableFile: a file that says `editable: true`; what it gives may be changed in pages.
enum class From : uint8_t { kPages, kApi, kFile, kEditableFile };
inline bool IsFile(From from) {
  return from == From::kFile || from == From::kEditableFile;
}
std::string ProvenanceOf(From from);
Result<void> PutPoint(ContactState& state, const codec::Json& json, From from, std::string* uid);
Result<void> DeletePoint(ContactState& state, std::string_view uid, From from);
Result<void> PutPolicy(ContactState& state, codec::Json policy, From from,
                       const std::string& file = {});
Result<void> ResetPolicy(ContactState& state, From from);
Result<void> PutTiming(ContactState& state, const codec::Json& json, From from);
Result<void> DeleteTiming(ContactState& state, std::string_view name, From from);
Result<void> PutTemplate(ContactState& state, std::string name, std::string text, From from);
Result<void> DeleteTemplate(ContactState& state, std::string_view name, From from);

}  // namespace watchfire::grafana
