#include "alerting/alerts/flush_record.h"
#include "alerting/alerts/notification.h"

namespace watchfire::alerting {

std::string_view ReasonText(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "none";
    case Reason::kFirst:
      return "first notification";
    case Reason::kNewAlerts:
      return "new alerts added";
    case Reason::kAllResolved:
      return "all alerts resolved";
    case Reason::kSomeResolved:
      return "some alerts resolved";
    case Reason::kRepeat:
      return "repeat interval elapsed";
    case Reason::kTest:
      return "test";
  }
  WF_CHECK(false);
}

std::string_view FailureText(FailureKind kind) {
  switch (kind) {
    case FailureKind::kOther:
      return "other";
    case FailureKind::kClientError:
      return "clientError";
    case FailureKind::kServerError:
      return "serverError";
    case FailureKind::kAuthError:
      return "authError";
    case FailureKind::kRateLimited:
      return "rateLimited";
    case FailureKind::kContextCanceled:
      return "contextCanceled";
    case FailureKind::kContextDeadlineExceeded:
      return "contextDeadlineExceeded";
  }
  WF_CHECK(false);
}

std::string_view MuteKindText(MuteKind kind) {
  switch (kind) {
    case MuteKind::kNone:
      return "";
    case MuteKind::kSilence:
      return "silence";
    case MuteKind::kInhibition:
      return "inhibition";
    case MuteKind::kMuteInterval:
      return "mute_time_interval";
    case MuteKind::kActiveInterval:
      return "active_time_interval";
  }
  WF_CHECK(false);
}

}  // namespace watchfire::alerting
