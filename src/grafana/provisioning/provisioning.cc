#include "grafana/provisioning/provisioning.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "base/waiter.h"
#include "grafana/provisioning/dashboard_files.h"
#include "grafana/provisioning/source_files.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using Problems = std::vector<Provisioning::Problem>;

// Lets one pass run at a time, without a lock that is held over files and the database.
class Turnstile {
 public:
  void Enter() {
    MutexLock lock(mutex_);
    while (taken_) left_.Wait(mutex_);
    taken_ = true;
  }
  void Leave() {
    MutexLock lock(mutex_);
    taken_ = false;
    left_.NotifyOne();
  }

 private:
  Mutex mutex_;
  CondVar left_;
  bool taken_ GUARDED_BY(mutex_) = false;
};

class Turn {
 public:
  explicit Turn(Turnstile& turnstile) : turnstile_(turnstile) { turnstile_.Enter(); }
  ~Turn() { turnstile_.Leave(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turnstile& turnstile_;
};

}  // namespace

struct Provisioning::Impl {
  const ProvisioningDependencies dependencies;
  Turnstile turnstile;
  // In the thread that has its turn.
  ProviderFiles providers;

  mutable Mutex mutex;
  Problems source_problems GUARDED_BY(mutex);
  Problems dashboard_problems GUARDED_BY(mutex);
  Problems provider_problems GUARDED_BY(mutex);
  Problems alerting_problems GUARDED_BY(mutex);
  std::set<std::string> dashboard_files GUARDED_BY(mutex);
  bool stopping GUARDED_BY(mutex) = false;

  Waiter waiter;
  Thread thread;

  explicit Impl(ProvisioningDependencies d) : dependencies(std::move(d)) {}

  std::string Directory(std::string_view name) const {
    return JoinPath(dependencies.directory, name);
  }
  bool active() const { return !dependencies.directory.empty(); }

  // Logs what was not there before: a pass that runs every ten seconds says a thing once.
  void Keep(Problems& kept, Problems found) {
    Problems fresh;
    {
      MutexLock lock(mutex);
      for (const Problem& problem : found) {
        if (std::find(kept.begin(), kept.end(), problem) == kept.end()) fresh.push_back(problem);
      }
      kept = std::move(found);
    }
    for (const Problem& problem : fresh) {
      WF_LOG(kError, "A provisioning file is wrong; the others are applied",
             {"component", "provisioning"}, {"kind", problem.kind}, {"file", problem.file},
             {"line", problem.line}, {"err", problem.message});
    }
  }

  Problems Both() const {
    MutexLock lock(mutex);
    Problems both = provider_problems;
    both.insert(both.end(), dashboard_problems.begin(), dashboard_problems.end());
    return both;
  }

  // Needs the turn.
  void ReadProviderFiles() {
    ProblemList list("dashboards");
    providers = ReadProviders(dependencies, Directory("dashboards"), list);
    Keep(provider_problems, list.Take());
  }
  void ApplyDashboards() {
    ProblemList list("dashboards");
    std::set<std::string> files = ApplyDashboardFiles(dependencies, providers, list);
    Keep(dashboard_problems, list.Take());
    MutexLock lock(mutex);
    dashboard_files = std::move(files);
  }

  void ApplyAlertingFile(const std::string& file, ProblemList& list) {
    size_t before = list.size();
    Result<std::string> text = ReadRegularFile(*dependencies.files, file);
    yaml::ParseOptions options;
    options.json = file.ends_with(".json");
    Result<yaml::Node> root =
        text.ok() ? yaml::Parse(*text, options) : Result<yaml::Node>(text.error());
    if (!root.ok()) {
      list.AddUnplaced(file, root.error().message());
      return;
    }
    if (root->is_null()) return;
    if (!root->is_mapping()) {
      list.Add(file, root->line, "expected keys such as \"groups\" at the top");
      return;
    }
    FileValues values(dependencies.environment, *dependencies.files, file, list);
    Json document = values.ToAlertingJson(*root);
    if (list.size() != before) return;
    Result<void> applied = dependencies.alerting(document, file);
    if (!applied.ok()) list.Add(file, 0, applied.error().message());
  }

  int64_t IntervalMs() {
    Turn turn(turnstile);
    int64_t shortest = 60'000;
    for (const DashboardProvider& p : providers.providers) {
      shortest = std::min(shortest, p.interval_ms);
    }
    return shortest;
  }

  void Watch() {
    while (true) {
      waiter.Wait(IntervalMs());
      {
        MutexLock lock(mutex);
        if (stopping) return;
      }
      Turn turn(turnstile);
      ApplyDashboards();
    }
  }
};

Provisioning::Provisioning(ProvisioningDependencies dependencies)
    : impl_(std::make_unique<Impl>(std::move(dependencies))) {
  const ProvisioningDependencies& d = impl_->dependencies;
  WF_CHECK(d.sources != nullptr && d.dashboards != nullptr && d.files != nullptr &&
           d.clock != nullptr && d.environment != nullptr);
}

Provisioning::~Provisioning() {
  Stop();
}

Problems Provisioning::ReloadDataSources() {
  if (!impl_->active()) return {};
  Turn turn(impl_->turnstile);
  ProblemList list("datasources");
  ApplySourceFiles(impl_->dependencies, impl_->Directory("datasources"), list);
  Problems found = list.Take();
  impl_->Keep(impl_->source_problems, found);
  return found;
}

Problems Provisioning::ReloadDashboards() {
  if (!impl_->active()) return {};
  Turn turn(impl_->turnstile);
  impl_->ReadProviderFiles();
  impl_->ApplyDashboards();
  return impl_->Both();
}

Problems Provisioning::ReloadAlerting() {
  if (!impl_->active() || impl_->dependencies.alerting == nullptr) return {};
  Turn turn(impl_->turnstile);
  ProblemList list("alerting");
  for (const std::string& file : FilesIn(*impl_->dependencies.files, impl_->Directory("alerting"),
                                         {".yaml", ".yml", ".json"})) {
    impl_->ApplyAlertingFile(file, list);
  }
  Problems found = list.Take();
  impl_->Keep(impl_->alerting_problems, found);
  return found;
}

void Provisioning::Start() {
  ReloadDataSources();
  ReloadDashboards();
  ReloadAlerting();
  if (impl_->active() && !impl_->thread.joinable()) {
    impl_->thread = Thread("provisioning", [this] { impl_->Watch(); });
  }
}

void Provisioning::Stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->waiter.Wake();
  impl_->thread.Join();
}

Problems Provisioning::problems() const {
  MutexLock lock(impl_->mutex);
  Problems all = impl_->source_problems;
  for (const Problems* more :
       {&impl_->provider_problems, &impl_->dashboard_problems, &impl_->alerting_problems}) {
    all.insert(all.end(), more->begin(), more->end());
  }
  return all;
}

Result<void> Provisioning::WriteBack(const std::string& file, Json dashboard) {
  {
    MutexLock lock(impl_->mutex);
    if (!impl_->dashboard_files.contains(file)) {
      return Error::NotFound("no provider has the file of this dashboard any more");
    }
  }
  if (dashboard.AsObject() == nullptr) return Error::Invalid("bad request data");
  std::erase_if(*dashboard.AsObject(), [](const Json::Member& member) {
    return member.name == "id" || member.name == "version";
  });
  Turn turn(impl_->turnstile);
  FileSystem& files = *impl_->dependencies.files;
  Result<std::string> text = ReadRegularFile(files, file);
  Result<Json> old = text.ok() ? Json::Parse(*text) : Result<Json>(text.error());
  if (old.ok()) old = Unwrap(*std::move(old));
  if (old.ok()) dashboard = InOrderOf(std::move(dashboard), *old);
  // Through links: the file is replaced where it lies.
  std::error_code error;
  std::string real = std::filesystem::canonical(file, error).string();
  Result<void> written = files.WriteFileAtomically(error ? file : real, PrettyJson(dashboard));
  if (!written.ok()) {
    return Error::Denied("the file of this dashboard cannot be written: {}",
                         written.error().message());
  }
  impl_->ApplyDashboards();
  return {};
}

}  // namespace watchfire::grafana
