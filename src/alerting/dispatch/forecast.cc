#include "alerting/dispatch/forecast.h"

#include <algorithm>

#include "alerting/dispatch/dedup.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// How far to look: past the next repeat, and past a weekend of mute intervals.
constexpr int64_t kMinHorizonMs = 7LL * 24 * 3'600'000;
constexpr size_t kMaxTicks = 3'000;
// Of alerts looked at; what needs more gets an answer for fewer ticks.
constexpr size_t kMaxLooks = 200'000;

// One tick as the integrations see it.
struct TickView {
  TimeMs tick = 0;
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
  size_t muted = 0;
  MuteKind kind = MuteKind::kNone;  // of one that is muted
  bool heard() const { return !firing.empty() || !resolved.empty(); }
};

class Forecaster {
 public:
  Forecaster(const ForecastInput& input, const Silences& silences, const NotificationLog& nflog)
      : input_(input), silences_(silences), nflog_(nflog) {
    for (const AlertPtr& alert : input.alerts) alerts_.push_back(Prepare(*alert));
  }

  std::vector<IntegrationForecast> Run() {
    const ReceiverNotifiers* receiver = input_.routing->Find(input_.route->receiver);
    if (receiver == nullptr) return {};
    for (const auto& notifier : receiver->notifiers) Add(*notifier);
    TickView first = Look(input_.next_tick, true);
    for (Row& row : rows_) Begin(row, first);
    LookFurther();
    for (Row& row : rows_) row.forecast.verdict += Outlook(row);
    std::vector<IntegrationForecast> out;
    for (Row& row : rows_) out.push_back(std::move(row.forecast));
    return out;
  }

 private:
  struct Row {
    IntegrationForecast forecast;
    std::shared_ptr<const NflogEntry> entry;
  };

  // What there is to know about an alert for all ticks to come.
  struct Subject {
    uint64_t hash = 0;
    bool resolved = false;
    bool inhibited = false;
    std::vector<Silence> silences;
  };

  Subject Prepare(const Alert& alert) const {
    const Inhibitor* inhibitor = input_.routing->inhibitor.get();
    return {AlertHash(alert.labels), alert.ResolvedAt(input_.now),
            inhibitor != nullptr && inhibitor->Mutes(alert.labels, input_.now).has_value(),
            silences_.Matching(alert.labels, input_.now)};
  }

  static MuteKind MuteAt(const Subject& subject, TimeMs tick) {
    if (subject.inhibited) return MuteKind::kInhibition;
    bool silenced =
        std::any_of(subject.silences.begin(), subject.silences.end(),
                    [tick](const Silence& s) { return s.StateAt(tick) == SilenceState::kActive; });
    return silenced ? MuteKind::kSilence : MuteKind::kNone;
  }

  void Add(const Notifier& notifier) {
    Row row;
    row.forecast.integration = std::string(notifier.integration());
    row.forecast.index = notifier.index();
    row.forecast.send_resolved = notifier.send_resolved();
    row.entry = nflog_.Find({input_.group_key, input_.route->receiver, row.forecast.integration,
                             static_cast<uint32_t>(notifier.index())});
    if (row.entry != nullptr) row.forecast.last_sent = row.entry->timestamp_ns / kNsPerMs;
    rows_.push_back(std::move(row));
  }

  DedupInput InputOf(const Row& row, const TickView& view) const {
    bool known = row.entry != nullptr && row.entry->expires_at_ns > view.tick * kNsPerMs;
    return {
        known ? row.entry.get() : nullptr, &view.firing, &view.resolved, row.forecast.send_resolved,
        input_.route->repeat_interval_ms,  view.tick};
  }

  // Something reaches the receiver: without send_resolved, the end of everything does not.
  bool Sends(const Row& row, const TickView& view, Reason reason) const {
    return reason != Reason::kNone && (row.forecast.send_resolved || !view.firing.empty());
  }

  TickView Look(TimeMs tick, bool with_resolved) {
    TickView view;
    view.tick = tick;
    RouteMute route = MuteOfRoute(*input_.routing, *input_.route, tick);
    looks_ += route.kind == MuteKind::kNone ? alerts_.size() + 1 : 1;
    if (route.kind != MuteKind::kNone) {
      view.muted = alerts_.size();
      view.kind = route.kind;
      return view;
    }
    for (const Subject& subject : alerts_) {
      if (subject.resolved && !with_resolved) continue;
      MuteKind muted = MuteAt(subject, tick);
      if (muted != MuteKind::kNone) {
        ++view.muted;
        view.kind = muted;
        continue;
      }
      (subject.resolved ? view.resolved : view.firing).push_back(subject.hash);
    }
    std::sort(view.firing.begin(), view.firing.end());
    std::sort(view.resolved.begin(), view.resolved.end());
    return view;
  }

  void Begin(Row& row, const TickView& view) {
    if (!view.heard()) {
      row.forecast.verdict = MutedText(view);
      return;
    }
    DedupInput input = InputOf(row, view);
    Reason reason = Decide(input);
    row.forecast.next_reason = reason;
    row.forecast.verdict = DecisionText(input, reason);
    if (Sends(row, view, reason)) row.forecast.next_send = view.tick;
  }

  std::string MutedText(const TickView& view) const {
    switch (view.kind) {
      case MuteKind::kNone:
        return "No alert is left in this group.";
      case MuteKind::kSilence:
      case MuteKind::kInhibition:
        return MutedByText(view);
      case MuteKind::kMuteInterval:
        return "The route is muted at the next tick by a mute time interval.";
      case MuteKind::kActiveInterval:
        return "The route is not active at the next tick: it is outside its time intervals.";
    }
    WF_CHECK(false);
  }

  static std::string MutedByText(const TickView& view) {
    std::string_view by = view.kind == MuteKind::kSilence ? "a silence" : "another alert";
    if (view.muted == 1) return fmt::format("The group's only alert is muted by {}.", by);
    return fmt::format("All {} alerts of the group are muted, the last by {}.", view.muted, by);
  }

  // Ticks after the next, until everybody has something to hear.
  void LookFurther() {
    int64_t interval_ms = std::max<int64_t>(input_.route->group_interval_ms, 1);
    int64_t horizon_ms = std::max(kMinHorizonMs, 2 * input_.route->repeat_interval_ms);
    for (size_t k = 1; k < kMaxTicks && looks_ < kMaxLooks; ++k) {
      int64_t ahead_ms = static_cast<int64_t>(k) * interval_ms;
      bool open = std::any_of(rows_.begin(), rows_.end(),
                              [](const Row& row) { return row.forecast.next_send == 0; });
      if (!open || ahead_ms > horizon_ms) break;
      TickView view = Look(input_.next_tick + ahead_ms, false);
      if (!view.heard()) continue;
      for (Row& row : rows_) Consider(row, view);
    }
    // Too large to look at every tick: at least at the one that repeats.
    for (Row& row : rows_) {
      if (row.forecast.next_send != 0 || row.entry == nullptr) continue;
      int64_t ahead_ms =
          row.forecast.last_sent + input_.route->repeat_interval_ms + 1 - input_.next_tick;
      int64_t k = std::max<int64_t>((ahead_ms + interval_ms - 1) / interval_ms, 1);
      Consider(row, Look(input_.next_tick + k * interval_ms, false));
    }
  }

  void Consider(Row& row, const TickView& view) {
    if (row.forecast.next_send != 0 || !view.heard()) return;
    if (Sends(row, view, Decide(InputOf(row, view)))) row.forecast.next_send = view.tick;
  }

  std::string Outlook(const Row& row) const {
    TimeMs next = row.forecast.next_send;
    if (next == 0) return " Nothing will be sent as long as nothing changes.";
    std::string in = next <= input_.now ? "now" : "in " + AgeText(next - input_.now);
    return next == input_.next_tick ? fmt::format(" Will be sent {}.", in)
                                    : fmt::format(" The next is sent {}.", in);
  }

  const ForecastInput& input_;
  const Silences& silences_;
  const NotificationLog& nflog_;
  std::vector<Subject> alerts_;
  std::vector<Row> rows_;
  size_t looks_ = 0;
};

}  // namespace

std::vector<IntegrationForecast> Forecast(const ForecastInput& input, const Silences& silences,
                                          const NotificationLog& nflog) {
  return Forecaster(input, silences, nflog).Run();
}

}  // namespace watchfire::alerting
