#pragma once
// For the tests of this room only: Debian's slapd with a few people, on a port that the kernel
// chose, in a directory that goes away with it.

#include <memory>
#include <string>

namespace watchfire::grafana {

class TestingSlapd {
 public:
  static bool Installed();
  // nullptr if it would not start.
  static std::unique_ptr<TestingSlapd> Start();
  ~TestingSlapd();

  uint16_t port() const { return port_; }
  // The file of the certificate that it shows to whoever asks for TLS.
  std::string certificate() const { return directory_ + "/cert.pem"; }

 private:
  TestingSlapd() = default;
  std::string directory_;
  int pid_ = 0;
  uint16_t port_ = 0;
};

}  // namespace watchfire::grafana
