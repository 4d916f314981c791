#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "grafana/signin/testing_slapd.h"

namespace watchfire::grafana {
namespace {

constexpr const char* kServer = "/usr/sbin/slapd";
constexpr const char* kAdd = "/usr/bin/ldapadd";
constexpr const char* kOpenssl = "/usr/bin/openssl";
constexpr int64_t kPatienceMs = 20'000;

constexpr std::string_view kConfig = R"(include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile DIRECTORY/slapd.pid
TLSCertificateFile DIRECTORY/cert.pem
TLSCertificateKeyFile DIRECTORY/key.pem
database mdb
maxsize 10485760
suffix "dc=example,dc=org"
rootdn "cn=root,dc=example,dc=org"
rootpw root-password
directory DIRECTORY/db
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by * read
)";

constexpr std::string_view kPeople = R"(dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: uid=ann,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: ann
cn: Ann Archer
givenName: Ann
sn: Archer
mail: ann@example.org
userPassword: ann-password

dn: uid=bob,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: bob
cn: Bob (the builder)
givenName: Bob
sn: Builder
mail: bob@example.org
userPassword: bob-password

dn: uid=eve,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: eve
cn: Eve
sn: Eve
mail: eve@example.org
userPassword: eve-password
)";

// Added to the running server: only then the overlay notes who is a member of what.
constexpr std::string_view kGroups = R"(dn: cn=admins,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: admins
member: uid=ann,ou=people,dc=example,dc=org

dn: cn=editors,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: editors
member: uid=ann,ou=people,dc=example,dc=org
member: uid=bob,ou=people,dc=example,dc=org
)";

int Spawn(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  int pid = 0;
  bool spawned = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  return spawned ? pid : 0;
}

bool Runs(std::vector<std::string> arguments) {
  int pid = Spawn(std::move(arguments));
  int status = 1;
  return pid != 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

// A port that was free a moment ago: slapd does not take 0.
uint16_t FreePort() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  uint16_t port = 0;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  ::close(fd);
  return port;
}

bool Answers(uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

bool TestingSlapd::Installed() {
  return ::access(kServer, X_OK) == 0 && ::access("/usr/sbin/slapadd", X_OK) == 0 &&
         ::access(kAdd, X_OK) == 0 && ::access(kOpenssl, X_OK) == 0;
}

std::unique_ptr<TestingSlapd> TestingSlapd::Start() {
  std::unique_ptr<TestingSlapd> self(new TestingSlapd());
  char name[] = "/tmp/watchfire_slapd_XXXXXX";
  if (mkdtemp(name) == nullptr) return nullptr;
  self->directory_ = name;
  FileSystem& files = *FileSystem::Local();
  std::string config(kConfig);
  for (size_t at = 0; (at = config.find("DIRECTORY")) != std::string::npos;) {
    config.replace(at, 9, name);
  }
  bool written = files.CreateDirectories(self->directory_ + "/db").ok() &&
                 files.WriteFileAtomically(self->directory_ + "/slapd.conf", config).ok() &&
                 files.WriteFileAtomically(self->directory_ + "/people.ldif", kPeople).ok() &&
                 files.WriteFileAtomically(self->directory_ + "/groups.ldif", kGroups).ok();
  if (!written) return nullptr;
  // A certificate of its own authority for the address.
  if (!Runs({kOpenssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", self->directory_ + "/key.pem", "-out",
             self->certificate()})) {
    return nullptr;
  }
  if (!Runs({"/usr/sbin/slapadd", "-f", self->directory_ + "/slapd.conf", "-l",
             self->directory_ + "/people.ldif"})) {
    return nullptr;
  }
  self->port_ = FreePort();
  std::string address = "ldap://127.0.0.1:" + std::to_string(self->port_) + "/";
  self->pid_ = Spawn({kServer, "-f", self->directory_ + "/slapd.conf", "-h", address, "-d", "0"});
  int64_t until = Clock::System()->MonotonicNs() + kPatienceMs * 1'000'000;
  while (!Answers(self->port_)) {
    int status = 0;
    if (::waitpid(self->pid_, &status, WNOHANG) == self->pid_) self->pid_ = 0;
    if (self->pid_ == 0 || Clock::System()->MonotonicNs() > until) return nullptr;
    ::usleep(10'000);
  }
  if (Runs({kAdd, "-x", "-H", address, "-D", "cn=root,dc=example,dc=org", "-w", "root-password",
            "-f", self->directory_ + "/groups.ldif"})) {
    return self;
  }
  return nullptr;
}

TestingSlapd::~TestingSlapd() {
  if (pid_ != 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  if (!directory_.empty()) (void)FileSystem::Local()->RemoveRecursively(directory_);
}

}  // namespace watchfire::grafana
