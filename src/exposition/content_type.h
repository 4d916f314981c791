#pragma once
// Which format a page comes in: what we ask for (Accept) and what the target says it sent
// (Content-Type). Pure functions.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exposition/parser.h"

namespace watchfire::exposition {

enum class Format : uint8_t { kText, kOpenMetrics, kProtobuf };

struct ChosenFormat {
  Format format = Format::kText;
  // Not empty when the fallback had to be used for a header that should be mended.
  std::string warning;
};

// Decides by the media type alone; a blank, unparsable or unknown one takes `fallback_protocol`
// ("PrometheusText0.0.4", …), or is an error when that is empty.
Result<ChosenFormat> ChooseFormat(std::string_view content_type,
                                  std::string_view fallback_protocol);

// The Accept header for a job's scrape_protocols. Only formats that NewParser reads are asked for,
// whatever the list says, so that a target is never invited to send what would be refused.
std::string AcceptHeader(const std::vector<std::string>& protocols,
                         std::string_view escaping_scheme);

// kUnavailable for formats that cannot be read yet.
Result<std::unique_ptr<Parser>> NewParser(Format format, std::string_view body);

}  // namespace watchfire::exposition
