#pragma once
// Redactor: what must not be read by people in the texts that an attempt leaves behind. Whoever
// uses a key, token, password or secret address adds it here first; every text of the Attempt is
// cleaned of all of them, however they are written: as they are, percent-encoded, as in JSON.
// One thread's.

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace watchfire::notify {

class Redactor {
 public:
  // Texts of less than three bytes are no secrets.
  void Add(std::string_view secret);
  void Add(const Secret& secret) { Add(secret.reveal()); }
  // All of it but scheme and host, and the parts of it that look like keys.
  void AddUrl(std::string_view url);
  // `text` with each of them replaced by `<secret>`.
  std::string Clean(std::string_view text) const;

  // `https://hooks.slack.com/<secret>`
  static std::string ShowUrl(std::string_view url);

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace watchfire::notify
