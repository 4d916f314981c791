#pragma once
// One request on one libcurl easy handle, with its redirects: what HttpClient and HttpFetcher have
// in common. The handle and everything that does not change are kept from request to request.
// Internal to net; libcurl's types stay in the .cc. One thread at a time.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_profile.h"
#include "net/url.h"

namespace watchfire::net {

// Once per process, before any other use of libcurl.
void InitializeCurl();

// `Get "http://host/path": what`, without the URL's password.
Error RequestFailure(ErrorCode code, std::string_view method, const Url& url,
                     std::string_view what);
inline bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class Transfer {
 public:
  explicit Transfer(std::shared_ptr<HttpProfile> profile);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // The CURL*; its CURLOPT_PRIVATE is the owner's to use.
  void* easy() const;
  // Makes the handle ready to be run. The body will be received into `buffer`.
  Result<void> Begin(OutgoingRequest request, std::string buffer);
  // After libcurl has finished with `code`: the result, or nullopt when the handle has been made
  // ready for the next hop and must be run again.
  std::optional<Result<HttpResponse>> Finish(int code);
  // An error as the result of this request would have it: `Get "url": what`.
  Error Failure(ErrorCode code, std::string_view what) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net
