#include "api/ui_assets.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "codec/compress.h"

namespace watchfire::api {
namespace {

constexpr uint64_t kMaxAssetBytes = 64 << 20;
// The page and its scripts come from here alone; styles are set by script as well, and dashboards
// show pictures of other places.
std::string ContentSecurityPolicy() {
  return fmt::format(
      "default-src 'self'; script-src {}; img-src 'self' data: https:; style-src 'self' "
      "'unsafe-inline'; "
      "object-src 'none'; base-uri 'self'; form-action 'self'",
      EmbeddedUiScriptSources());
}

const UiAsset* Find(std::string_view path) {
  std::span<const UiAsset> all = EmbeddedUi();
  auto at =
      std::lower_bound(all.begin(), all.end(), path,
                       [](const UiAsset& asset, std::string_view p) { return asset.path < p; });
  return at != all.end() && at->path == path ? &*at : nullptr;
}

std::string Unpack(const UiAsset& asset) {
  auto text = codec::GzipDecompress(asset.gzip, kMaxAssetBytes);
  WF_CHECK(text.ok());
  return std::move(*text);
}

}  // namespace

bool AcceptsGzip(const net::Request& request) {
  for (std::string_view part : Split(request.headers.Get("Accept-Encoding"), ',')) {
    std::string_view name = TrimSpace(part.substr(0, part.find(';')));
    if (EqualsIgnoreCase(name, "gzip") || name == "*") {
      return part.find("q=0") == std::string_view::npos ||
             part.find("q=0.") != std::string_view::npos;
    }
  }
  return false;
}

UiPages::UiPages(std::string prefix) : prefix_(std::move(prefix)) {}

void UiPages::Fill(std::span<const std::string_view> pages) {
  const UiAsset* index = Find("index.html");
  if (index == nullptr) return;
  index_ = ReplaceAll(Unpack(*index), "<base href=\"/\"", "<base href=\"" + prefix_ + "/\"");
  constexpr std::string_view kPagesMeta = "<meta name=\"watchfire-pages\" content=\"";
  std::string list = Join(std::vector<std::string>(pages.begin(), pages.end()), " ");
  index_ = ReplaceAll(index_, kPagesMeta, std::string(kPagesMeta) + list);
  index_gzip_ = codec::GzipCompress(index_, 9);
  index_etag_ = fmt::format("\"{:016x}\"", Hash(index_));
}

net::Response UiPages::Index(const net::Request& request) const {
  if (index_.empty()) {
    return net::Response::Text(404, "this build has no web UI; the API is under /api/v1\n");
  }
  net::Response response;
  response.headers.Set("Cache-Control", "no-cache");
  response.headers.Set("ETag", index_etag_);
  response.headers.Set("Vary", "Accept-Encoding");
  if (request.headers.Get("If-None-Match") == index_etag_) {
    response.status = 304;
    return response;
  }
  response.headers.Set("Content-Type", "text/html; charset=utf-8");
  response.headers.Set("Content-Security-Policy", ContentSecurityPolicy());
  response.headers.Set("X-Content-Type-Options", "nosniff");
  bool gzip = AcceptsGzip(request);
  if (gzip) response.headers.Set("Content-Encoding", "gzip");
  response.body = gzip ? index_gzip_ : index_;
  return response;
}

net::Response UiPages::Asset(const net::Request& request) const {
  const UiAsset* asset = Find(std::string_view(request.path).substr(1));
  if (asset == nullptr) return net::Response::Text(404, "404 page not found\n");
  net::Response response;
  bool hashed = asset->path.substr(0, 7) == "assets/";
  response.headers.Set("Cache-Control",
                       hashed ? "public, max-age=31536000, immutable" : "public, max-age=3600");
  response.headers.Set("Content-Type", std::string(asset->content_type));
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Vary", "Accept-Encoding");
  if (AcceptsGzip(request)) {
    response.headers.Set("Content-Encoding", "gzip");
    response.body = asset->gzip;
  } else {
    response.body = Unpack(*asset);
  }
  return response;
}

void UiPages::Register(net::Router& router, std::span<const std::string_view> pages) {
  Fill(pages);
  auto index = [this](const net::Request& request) { return Index(request); };
  auto asset = [this](const net::Request& request) { return Asset(request); };
  for (std::string_view page : pages) {
    std::string pattern(page);
    if (pattern.ends_with("/*")) pattern += "rest";
    router.Handle("GET", pattern, index, pattern);
  }
  auto to = [this](std::string_view page) { return prefix_ + std::string(page); };
  std::string home = to(pages[0]);
  if (pages[0] != "/") {
    router.Handle("GET", "/",
                  [home](const net::Request&) { return net::Response::Redirect(302, home); });
  }
  bool queries = std::ranges::find(pages, "/query") != pages.end();
  std::string graph = queries ? to("/query") : home;
  router.Handle("GET", "/graph", [graph](const net::Request& request) {
    return net::Response::Redirect(
        302, request.raw_query.empty() ? graph : graph + "?" + request.raw_query);
  });
  router.Handle("GET", "/assets/*file", asset, "/assets/*filepath");
  for (const UiAsset& file : EmbeddedUi()) {
    bool root = file.path.find('/') == std::string_view::npos && file.path != "index.html";
    if (root)
      router.Handle("GET", "/" + std::string(file.path), asset, "/" + std::string(file.path));
  }
  // Browsers ask for it whatever the page says.
  if (Find("favicon.ico") == nullptr && Find("favicon.svg") != nullptr) {
    std::string icon = prefix_ + "/favicon.svg";
    router.Handle("GET", "/favicon.ico",
                  [icon](const net::Request&) { return net::Response::Redirect(302, icon); });
  }
}

}  // namespace watchfire::api
