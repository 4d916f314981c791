// Administration of the storage: /admin/tsdb/*, when --web.enable-admin-api is given.
#include "api/params.h"
#include "api/prometheus_api.h"
#include "base/text.h"
#include "codec/json_writer.h"
#include "promql/parser/parser.h"

namespace watchfire::api {
namespace {

net::Response AdminDisabled() {
  return Failure(ErrorType::kUnavailable, "admin APIs disabled");
}

// The words of Go's strconv.ParseBool.
Result<bool> ParseBool(std::string_view text) {
  for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return Error::Invalid("unable to parse boolean: strconv.ParseBool: parsing {}: invalid syntax",
                        GoQuote(text));
}

}  // namespace

net::Response PrometheusApi::DeleteSeries(const net::Request& request) {
  if (!deps_.admin_enabled) return AdminDisabled();
  Result<net::Values> form = request.Form();
  if (!form.ok()) {
    return Failure(ErrorType::kBadData, form.error().With("error parsing form values").message());
  }
  if (!form->Has("match[]")) {
    return Failure(ErrorType::kBadData, "no match[] parameter provided");
  }
  Result<TimeMs> start = ParseTimeParam(*form, "start", kMinTime);
  if (!start.ok()) return InvalidParam("start", start.error());
  Result<TimeMs> end = ParseTimeParam(*form, "end", kMaxTime);
  if (!end.ok()) return InvalidParam("end", end.error());
  // All are read before anything is deleted.
  std::vector<model::Matchers> sets;
  for (const std::string& text : form->GetAll("match[]")) {
    Result<model::Matchers> matchers = promql::ParseSelector(text);
    if (!matchers.ok()) return InvalidParam("match[]", matchers.error());
    sets.push_back(std::move(*matchers));
  }
  for (const model::Matchers& matchers : sets) {
    Result<void> deleted = deps_.database()->Delete(*start, *end, matchers);
    if (!deleted.ok()) return Failure(ErrorType::kInternal, deleted.error().message());
  }
  return NoContent();
}

net::Response PrometheusApi::CleanTombstones(const net::Request&) {
  if (!deps_.admin_enabled) return AdminDisabled();
  Result<void> cleaned = deps_.database()->CleanTombstones();
  if (!cleaned.ok()) return Failure(ErrorType::kInternal, cleaned.error().message());
  return NoContent();
}

net::Response PrometheusApi::Snapshot(const net::Request& request) {
  if (!deps_.admin_enabled) return AdminDisabled();
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  bool skip_head = false;
  if (std::string_view text = form->Get("skip_head"); !text.empty()) {
    Result<bool> read = ParseBool(text);
    if (!read.ok()) return InvalidParam("skip_head", read.error());
    skip_head = *read;
  }
  Result<std::string> name = deps_.database()->Snapshot(!skip_head);
  if (!name.ok()) {
    return Failure(ErrorType::kInternal, name.error().With("create snapshot").message());
  }
  codec::JsonWriter json;
  json.BeginObject().Field("name", *name).EndObject();
  return Success(json.Take());
}

}  // namespace watchfire::api
