#pragma once
// The web UI as it lies in the binary: files of ui/dist, compressed at build time. The table is
// generated (tools/embed_ui.py); without a built UI it is empty and pages answer 404 with a hint.
// Immutable, thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"

namespace watchfire::api {

struct UiAsset {
  std::string_view path;  // "assets/index-1a2b3c.js"
  std::string_view gzip;
  uint64_t size = 0;  // uncompressed
  std::string_view content_type;
};

// Sorted by path.
std::span<const UiAsset> EmbeddedUi();
// The script-src of the pages' content security policy, with hashes of their inline scripts.
std::string_view EmbeddedUiScriptSources();

// Serves the pages of the UI on one router. `prefix` is the route prefix without a trailing slash
// ("" or "/prometheus"); it is written into the page's <base href>.
class UiPages {
 public:
  explicit UiPages(std::string prefix);
  // Every path in `pages` answers with the UI's page, which is told them and shows no others;
  // "/d/*" stands for all paths below. `/` redirects to the first, unless that is "/" itself. Once.
  void Register(net::Router& router, std::span<const std::string_view> pages);

 private:
  void Fill(std::span<const std::string_view> pages);
  net::Response Index(const net::Request& request) const;
  net::Response Asset(const net::Request& request) const;

  std::string prefix_;
  std::string index_;  // with the prefix and the pages filled in
  std::string index_gzip_;
  std::string index_etag_;
};

// Whether an Accept-Encoding header allows gzip.
bool AcceptsGzip(const net::Request& request);

}  // namespace watchfire::api
