#include "testing/debian_alertmanager.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

namespace watchfire::testing {
namespace {

constexpr const char* kServer = "/usr/bin/prometheus-alertmanager";
constexpr const char* kTool = "/usr/bin/amtool";
constexpr int64_t kPatienceMs = 60'000;

struct Child {
  int pid = 0;
  int output = -1;  // what it writes to both of its outputs
};

Child Spawn(std::vector<std::string> arguments) {
  int ends[2];
  WF_CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  Child child;
  WF_CHECK(::posix_spawn(&child.pid, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  child.output = ends[0];
  return child;
}

}  // namespace

bool DebianAlertmanager::Installed() {
  return ::access(kServer, X_OK) == 0 && ::access(kTool, X_OK) == 0;
}

Result<std::unique_ptr<DebianAlertmanager>> DebianAlertmanager::Start(const std::string& directory,
                                                                      const std::string& config) {
  std::string config_file = JoinPath(directory, "alertmanager.yml");
  TRY(FileSystem::Local()->WriteFileAtomically(config_file, config));
  std::unique_ptr<DebianAlertmanager> self(new DebianAlertmanager());
  Child child = Spawn({kServer, "--config.file=" + config_file,
                       "--storage.path=" + JoinPath(directory, "data"),
                       "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="});
  self->pid_ = child.pid;
  self->log_fd_ = child.output;
  DebianAlertmanager* borrowed = self.get();
  self->reader_ = Thread("am-log", [borrowed] { borrowed->ReadLog(); });
  constexpr std::string_view kListening = "\"Listening on\" address=";
  MutexLock lock(self->mutex_);
  while (true) {
    size_t at = self->log_.find(kListening);
    size_t end = at == std::string::npos ? at : self->log_.find('\n', at);
    if (end != std::string::npos) {
      at += kListening.size();
      self->url_ = "http://" + self->log_.substr(at, end - at);
      return self;
    }
    if (self->ended_ || !self->changed_.WaitFor(self->mutex_, kPatienceMs)) {
      return Error::Unavailable("{} does not start: {}", kServer, self->log_);
    }
  }
}

void DebianAlertmanager::ReadLog() {
  char buffer[4096];
  ssize_t n = 0;
  while ((n = ::read(log_fd_, buffer, sizeof(buffer))) > 0) {
    MutexLock lock(mutex_);
    log_.append(buffer, static_cast<size_t>(n));
    changed_.NotifyAll();
  }
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.NotifyAll();
}

std::string DebianAlertmanager::Stop() {
  if (pid_ != 0) {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reader_.Join();
    ::close(log_fd_);
    pid_ = 0;
  }
  MutexLock lock(mutex_);
  return log_;
}

DebianAlertmanager::~DebianAlertmanager() {
  Stop();
}

Result<std::string> DebianAlertmanager::Amtool(std::vector<std::string> arguments) const {
  std::vector<std::string> all = {kTool, "--alertmanager.url=" + url_};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Child child = Spawn(std::move(all));
  std::string out;
  char buffer[4096];
  ssize_t n = 0;
  while ((n = ::read(child.output, buffer, sizeof(buffer))) > 0) {
    out.append(buffer, static_cast<size_t>(n));
  }
  ::close(child.output);
  int status = 0;
  ::waitpid(child.pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error::Invalid("amtool: {}", out);
  return out;
}

TemporaryDirectory::TemporaryDirectory() : path_("/tmp/watchfire-test-XXXXXX") {
  WF_CHECK(::mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  static_cast<void>(FileSystem::Local()->RemoveRecursively(path_).ok());
}

}  // namespace watchfire::testing
