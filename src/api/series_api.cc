// Series and labels: /series, /labels, /label/<name>/values.
#include <algorithm>
#include <iterator>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "base/text.h"
#include "storage/querier.h"

namespace watchfire::api {
namespace {

const std::vector<std::string> kTruncated = {"results truncated due to limit"};

// What the three endpoints have in common.
struct SeriesQuery {
  TimeMs start = kMinTime;
  TimeMs end = kMaxTime;
  uint64_t limit = 0;
  std::vector<model::Matchers> sets;
};

std::variant<SeriesQuery, net::Response> ReadSeriesQuery(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  SeriesQuery query;
  Result<uint64_t> limit = ParseLimit(form->Get("limit"));
  if (!limit.ok()) return InvalidParam("limit", limit.error());
  query.limit = *limit;
  Result<TimeMs> start = ParseTimeParam(*form, "start", kMinTime);
  if (!start.ok()) return InvalidParam("start", start.error());
  Result<TimeMs> end = ParseTimeParam(*form, "end", kMaxTime);
  if (!end.ok()) return InvalidParam("end", end.error());
  query.start = *start;
  query.end = *end;
  auto sets = ParseMatchParams(*form);
  if (!sets.ok()) return InvalidParam("match[]", sets.error());
  query.sets = std::move(*sets);
  return query;
}

net::Response StorageFailure(const Error& error) {
  return Failure(
      error.code() == ErrorCode::kUnavailable ? ErrorType::kUnavailable : ErrorType::kExecution,
      error.message());
}

// One list is in order and without doubles already.
template <typename T>
void MakeSet(std::vector<T>& all, size_t lists) {
  if (lists < 2) return;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

// A JSON array of the first `limit` values; 0: of all.
template <typename T, typename Write>
net::Response List(const std::vector<T>& all, uint64_t limit, Write write) {
  bool truncated = limit > 0 && all.size() > limit;
  size_t count = truncated ? static_cast<size_t>(limit) : all.size();
  TextPieces out = BeginSuccess();
  out.Append("[");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out.Append(",");
    write(out, all[i]);
  }
  out.Append("]");
  return EndSuccess(std::move(out), truncated ? kTruncated : std::vector<std::string>());
}

net::Response TextList(std::vector<std::string> texts, size_t lists, uint64_t limit) {
  MakeSet(texts, lists);
  return List(texts, limit, [](TextPieces& out, const std::string& text) {
    char* at = out.Room(codec::JsonStringRoom(text.size()));
    out.Took(codec::WriteJsonString(at, text));
  });
}

void AddAll(std::vector<std::string>& all, std::vector<std::string> some) {
  if (all.empty()) {
    all = std::move(some);
  } else {
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
}

// `U__` names carry UTF-8 in a URL path: `_` doubled, other characters as _<hex>_.
std::string UnescapeLabelName(std::string_view name) {
  if (name.substr(0, 3) != "U__") return std::string(name);
  std::string out;
  for (size_t i = 3; i < name.size(); ++i) {
    if (name[i] != '_') {
      out += name[i];
      continue;
    }
    if (i + 1 < name.size() && name[i + 1] == '_') {
      out += '_';
      ++i;
      continue;
    }
    size_t end = name.find('_', i + 1);
    if (end == std::string_view::npos || end == i + 1 || end - i > 7) return std::string(name);
    uint32_t code = 0;
    for (size_t k = i + 1; k < end; ++k) {
      char c = name[k];
      bool digit = c >= '0' && c <= '9';
      bool letter = c >= 'a' && c <= 'f';
      if (!digit && !letter) return std::string(name);
      code = code * 16 + static_cast<uint32_t>(digit ? c - '0' : c - 'a' + 10);
    }
    AppendUtf8(out, code);
    i = end;
  }
  return out;
}

}  // namespace

net::Response PrometheusApi::Series(const net::Request& request) {
  auto read = ReadSeriesQuery(request);
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  auto& query = std::get<SeriesQuery>(read);
  if (query.sets.empty()) return Failure(ErrorType::kBadData, "no match[] parameter provided");
  auto querier = deps_.database()->NewQuerier(query.start, query.end);
  if (!querier.ok()) return StorageFailure(querier.error());
  storage::SelectHints hints;
  hints.start = query.start;
  hints.end = query.end;
  hints.function = "series";
  hints.limit = query.limit == 0 ? 0 : query.limit + 1;
  std::vector<model::Labels> found;
  for (const model::Matchers& matchers : query.sets) {
    auto set = (*querier)->Select(true, hints, matchers);
    size_t before = found.size();
    while (set->Next()) {
      found.push_back(set->At().labels());
      if (query.limit > 0 && found.size() - before > query.limit) break;
      if (request.cancelled != nullptr && *request.cancelled) {
        return Failure(ErrorType::kCanceled, "request was canceled");
      }
    }
    if (!set->status().ok()) return StorageFailure(set->status().error());
  }
  MakeSet(found, query.sets.size());
  return List(found, query.limit,
              [](TextPieces& out, const model::Labels& labels) { WriteLabels(out, labels); });
}

net::Response PrometheusApi::LabelNames(const net::Request& request) {
  auto read = ReadSeriesQuery(request);
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  auto& query = std::get<SeriesQuery>(read);
  if (query.sets.empty()) query.sets.emplace_back();
  auto querier = deps_.database()->NewQuerier(query.start, query.end);
  if (!querier.ok()) return StorageFailure(querier.error());
  std::vector<std::string> names;
  for (const model::Matchers& matchers : query.sets) {
    auto some = (*querier)->LabelNames(matchers, query.limit == 0 ? 0 : query.limit + 1);
    if (!some.ok()) return StorageFailure(some.error());
    AddAll(names, std::move(*some));
  }
  return TextList(std::move(names), query.sets.size(), query.limit);
}

net::Response PrometheusApi::LabelValues(const net::Request& request) {
  std::string name = UnescapeLabelName(request.PathParam("name"));
  if (!model::IsValidLabelName(name)) {
    return Failure(ErrorType::kBadData, fmt::format("invalid label name: {}", GoQuote(name)));
  }
  auto read = ReadSeriesQuery(request);
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  auto& query = std::get<SeriesQuery>(read);
  if (query.sets.empty()) query.sets.emplace_back();
  auto querier = deps_.database()->NewQuerier(query.start, query.end);
  if (!querier.ok()) return StorageFailure(querier.error());
  std::vector<std::string> values;
  for (const model::Matchers& matchers : query.sets) {
    auto some = (*querier)->LabelValues(name, matchers, query.limit == 0 ? 0 : query.limit + 1);
    if (!some.ok()) return StorageFailure(some.error());
    AddAll(values, std::move(*some));
  }
  return TextList(std::move(values), query.sets.size(), query.limit);
}

}  // namespace watchfire::api
