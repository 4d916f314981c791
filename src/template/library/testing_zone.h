#pragma once
// Time zone files made up for tests: one rule, in the footer. Header only.

#include <cstdint>
#include <string>

namespace watchfire::templates {

// A TZif file of version 2 with one type, no changes, and a footer.
inline std::string ZoneFileWithFooter(const std::string& footer) {
  auto number = [](uint32_t v) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xff);
    return out;
  };
  std::string part = "TZif2" + std::string(15, '\0') + number(0) + number(0) + number(0) +
                     number(0) + number(1) + number(4) + number(0) + std::string(2, '\0') +
                     std::string("LMT\0", 4);
  return part + part + "\n" + footer + "\n";
}

}  // namespace watchfire::templates
