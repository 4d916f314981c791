#include "api/response.h"

#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

constexpr size_t kMaxAnnotations = 10;
// Up to this size one string is as good as pieces.
constexpr size_t kSmallAnswer = 16 << 10;

struct TypeInfo {
  std::string_view name;
  int status;
};

TypeInfo InfoOf(ErrorType type) {
  switch (type) {
    case ErrorType::kBadData:
      return {"bad_data", 400};
    case ErrorType::kExecution:
      return {"execution", 422};
    case ErrorType::kCanceled:
      return {"canceled", 499};
    case ErrorType::kTimeout:
      return {"timeout", 503};
    case ErrorType::kInternal:
      return {"internal", 500};
    case ErrorType::kUnavailable:
      return {"unavailable", 500};
    case ErrorType::kNotFound:
      return {"not_found", 404};
    case ErrorType::kNotAcceptable:
      return {"not_acceptable", 406};
  }
  return {"internal", 500};
}

void WriteAnnotations(codec::JsonWriter& json, std::string_view key, std::string_view kind,
                      const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.Key(key).BeginArray();
  for (size_t i = 0; i < std::min(texts.size(), kMaxAnnotations); ++i) json.String(texts[i]);
  if (texts.size() > kMaxAnnotations) {
    json.String(
        fmt::format("{} more {} annotations omitted", texts.size() - kMaxAnnotations, kind));
  }
  json.EndArray();
}

}  // namespace

net::Response Success(std::string data, const std::vector<std::string>& warnings,
                      const std::vector<std::string>& infos) {
  codec::JsonWriter json;
  json.out().reserve(data.size() + 64);
  json.BeginObject().Field("status", "success").Key("data").Raw(data);
  WriteAnnotations(json, "warnings", "warning", warnings);
  WriteAnnotations(json, "infos", "info", infos);
  json.EndObject();
  return net::Response::Json(200, json.Take());
}

TextPieces BeginSuccess() {
  TextPieces text;
  text.Append("{\"status\":\"success\",\"data\":");
  return text;
}

net::Response EndSuccess(TextPieces text, const std::vector<std::string>& warnings,
                         const std::vector<std::string>& infos) {
  codec::JsonWriter json;
  WriteAnnotations(json, "warnings", "warning", warnings);
  WriteAnnotations(json, "infos", "info", infos);
  if (!json.out().empty()) text.Append(",");
  text.Append(json.out());
  text.Append("}");
  net::Response response = net::Response::Json(200, {});
  if (text.size() <= kSmallAnswer) {
    response.body = text.TakeJoined();
  } else {
    response.tail = std::move(text);
  }
  return response;
}

net::Response NoContent() {
  net::Response response;
  response.status = 204;
  return response;
}

net::Response Failure(const ApiError& error) {
  TypeInfo info = InfoOf(error.type);
  codec::JsonWriter json;
  json.BeginObject()
      .Field("status", "error")
      .Field("errorType", info.name)
      .Field("error", error.message)
      .EndObject();
  return net::Response::Json(info.status, json.Take());
}

net::Response Failure(ErrorType type, std::string message) {
  return Failure(ApiError{type, std::move(message)});
}

net::Response InvalidParam(std::string_view name, const Error& error) {
  return Failure(ErrorType::kBadData,
                 fmt::format("invalid parameter \"{}\": {}", name, error.message()));
}

}  // namespace watchfire::api
