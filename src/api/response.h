#pragma once
// The envelope of the Prometheus HTTP API: {"status":"success","data":…} or an error with its type
// and HTTP status. Source: Prometheus' HTTP API documentation. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text_pieces.h"
#include "net/http.h"

namespace watchfire::api {

enum class ErrorType : uint8_t {
  kBadData,
  kExecution,
  kCanceled,
  kTimeout,
  kInternal,
  kUnavailable,
  kNotFound,
  kNotAcceptable,
};

// What a handler answers when it cannot answer.
struct ApiError {
  ErrorType type = ErrorType::kInternal;
  std::string message;
};

// `data` is JSON text. At most ten warnings and ten infos are shown, the rest is counted.
net::Response Success(std::string data, const std::vector<std::string>& warnings = {},
                      const std::vector<std::string>& infos = {});
// The same for data that is written into pieces, without copying it: what BeginSuccess returns ends
// where the data goes, EndSuccess closes it.
TextPieces BeginSuccess();
net::Response EndSuccess(TextPieces text, const std::vector<std::string>& warnings = {},
                         const std::vector<std::string>& infos = {});
// 204: it is done and there is nothing to say.
net::Response NoContent();
net::Response Failure(const ApiError& error);
net::Response Failure(ErrorType type, std::string message);

// `invalid parameter "start": …`, bad_data.
net::Response InvalidParam(std::string_view name, const Error& error);

}  // namespace watchfire::api
