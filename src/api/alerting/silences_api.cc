// /api/v2/silences, /api/v2/silence/{id} and acknowledgements.
#include <algorithm>

#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/bodies.h"
#include "api/alerting/framework.h"
#include "api/alerting/parameters.h"

namespace watchfire::api {
namespace {

using alerting::Silence;
using alerting::SilenceState;

// Whether for every matcher asked for the silence has one that is written the same.
bool HasAll(const Silence& silence, const amconfig::Matchers& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const amconfig::Matcher& matcher) {
    return std::any_of(silence.matcher_sets.begin(), silence.matcher_sets.end(),
                       [&](const amconfig::Matchers& set) {
                         return std::find(set.begin(), set.end(), matcher) != set.end();
                       });
  });
}

// Active ones, the next to end first; pending ones, the next to start first; then expired ones, the
// last to end first.
struct Ordered {
  SilenceState state;
  const Silence* silence;

  int rank() const {
    return state == SilenceState::kActive ? 0 : state == SilenceState::kPending ? 1 : 2;
  }
  bool operator<(const Ordered& other) const {
    if (rank() != other.rank()) return rank() < other.rank();
    if (state == SilenceState::kActive) return silence->ends_at_ns < other.silence->ends_at_ns;
    if (state == SilenceState::kPending) {
      return silence->starts_at_ns < other.silence->starts_at_ns;
    }
    return silence->ends_at_ns > other.silence->ends_at_ns;
  }
};

net::Response NoUuid(std::string_view id) {
  return FrameworkError(kInvalidType,
                        fmt::format("silenceID in path must be of type uuid: \"{}\"", id));
}

net::Response SilenceId(const std::string& id) {
  codec::JsonWriter out;
  out.BeginObject().Field("silenceID", id).EndObject();
  return JsonAnswer(out.Take());
}

}  // namespace

net::Response AlertingApi::GetSilences(const net::Request& request) {
  net::Values query = QueryOf(request);
  Result<amconfig::Matchers> wanted = ParseFilters(query, "filter", deps_.syntax);
  if (!wanted.ok()) return HandlerError(400, wanted.error().message());
  bool with[] = {BoolParam(query, "pending", true), BoolParam(query, "active", true),
                 BoolParam(query, "expired", true)};
  TimeMs now = deps_.clock->Now();
  std::vector<Silence> all = deps_.manager->silences().All();
  std::vector<Ordered> shown;
  for (const Silence& silence : all) {
    SilenceState state = silence.StateAt(now);
    if (with[static_cast<size_t>(state)] && HasAll(silence, *wanted)) {
      shown.push_back({.state = state, .silence = &silence});
    }
  }
  std::stable_sort(shown.begin(), shown.end());
  ArrayAnswer answer;
  for (const Ordered& one : shown) {
    Result<void> written = WriteSilence(answer.Next(), *one.silence, now);
    if (!written.ok()) return HandlerError(500, written.error().message());
  }
  return answer.Finish();
}

net::Response AlertingApi::PostSilences(const net::Request& request) {
  JsonBody body = ReadJsonBody(request, "silence");
  if (body.refused) return std::move(*body.refused);
  Posted<PostedSilence> posted = ReadSilence(body.json);
  if (posted.refused) return std::move(*posted.refused);
  Silence& silence = posted.value.silence;
  if (silence.starts_at_ns >= silence.ends_at_ns) {
    return HandlerError(400, "Failed to create silence: start time must be before end time");
  }
  if (silence.ends_at_ns < deps_.clock->Now() * 1'000'000) {
    return HandlerError(400, "Failed to create silence: end time can't be in the past");
  }
  if (posted.value.bad_matcher) return HandlerError(400, posted.value.bad_matcher->message());
  Result<std::string> id = deps_.manager->silences().Set(std::move(silence));
  if (!id.ok()) return HandlerError(id.error());
  return SilenceId(*id);
}

net::Response AlertingApi::GetSilence(const net::Request& request) {
  std::string id(request.PathParam("id"));
  if (!IsUuid(id)) return NoUuid(id);
  Result<Silence> silence = deps_.manager->silences().Get(id);
  if (!silence.ok()) return Empty(404);
  codec::JsonWriter out;
  Result<void> written = WriteSilence(out, *silence, deps_.clock->Now());
  if (!written.ok()) return HandlerError(500, written.error().message());
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::DeleteSilence(const net::Request& request) {
  std::string id(request.PathParam("id"));
  if (!IsUuid(id)) return NoUuid(id);
  Result<void> done = deps_.manager->silences().Expire(id);
  if (done.ok()) return Empty(200);
  if (done.error().code() == ErrorCode::kNotFound) return Empty(404);
  return HandlerError(500, done.error().message());
}

net::Response AlertingApi::Acknowledge(const net::Request& request) {
  Result<uint64_t> fingerprint = ParseFingerprint(request.PathParam("fingerprint"));
  if (!fingerprint.ok()) return HandlerError(fingerprint.error());
  JsonBody body = ReadJsonBody(request, "acknowledgement");
  if (body.refused) return std::move(*body.refused);
  const codec::Json* by = Member(body.json, "createdBy");
  const codec::Json* comment = Member(body.json, "comment");
  if (by == nullptr || by->AsString() == nullptr || by->AsString()->empty()) {
    return FrameworkError(kRequired, "createdBy in body is required");
  }
  bool has_comment = comment != nullptr && comment->AsString() != nullptr;
  Result<std::string> id = deps_.manager->Acknowledge(*fingerprint, *by->AsString(),
                                                      has_comment ? *comment->AsString() : "");
  if (!id.ok()) return HandlerError(id.error());
  return SilenceId(*id);
}

}  // namespace watchfire::api
