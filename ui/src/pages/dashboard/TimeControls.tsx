import { RefreshPicker } from '../../parts/time/RefreshPicker';
import { TimePicker } from '../../parts/time/TimePicker';
import { useSession, useSessionState } from './context';

/** Range and refresh of the dashboard. */
export function TimeControls() {
  const session = useSession();
  const raw = useSessionState((state) => state.raw);
  const timezone = useSessionState((state) => state.timezone);
  const refresh = useSessionState((state) => state.refresh);
  const busy = useSessionState((state) => state.busy);
  const dashboard = useSessionState((state) => state.dashboard);
  const { token, meta } = session.deps;
  if (dashboard.timepicker.hidden || (token !== null && !meta.timeSelectionEnabled)) return null;
  return (
    <>
      <TimePicker
        range={raw}
        timezone={timezone}
        weekStart={dashboard.weekStart}
        fiscalYearStartMonth={dashboard.fiscalYearStartMonth}
        quickRanges={dashboard.timepicker.quickRanges}
        onRange={(range) => session.setRange(range)}
        onTimezone={(zone) => session.onAddress({ timezone: zone })}
        onShift={(direction) => session.shift(direction)}
        onZoomOut={() => session.zoomOut()}
      />
      <RefreshPicker
        refresh={refresh}
        intervals={dashboard.timepicker.refreshIntervals}
        least={session.deps.leastRefresh}
        busy={busy}
        onRefresh={() => session.refresh()}
        onChange={(next) => session.onAddress({ refresh: next })}
      />
    </>
  );
}
