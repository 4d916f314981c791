import { use, useState } from 'react';
import type { PanelState } from '../../lib/panelUrl';
import { formatDateTime, parseDateTime, parseDuration, zoneName } from '../../lib/time';
import { RANGE_PRESETS_MS, rangeWords } from '../../lib/timeRange';
import { DropdownContext } from '../../parts/dropdownContext';
import { Button } from '../../parts/Button';
import { TextField } from '../../parts/TextField';
import styles from './RangePicker.module.css';

export interface RangePickerProps {
  panel: PanelState;
  onChange: (panel: PanelState) => void;
}

/** `now`, `now-90m`, or a date and time. */
function parseMoment(text: string, nowMs: number): number | null {
  const relative = /^\s*now\s*(?:-\s*(\S+))?\s*$/.exec(text);
  if (relative === null) return parseDateTime(text);
  if (relative[1] === undefined) return nowMs;
  const back = parseDuration(relative[1]);
  return back === null ? null : nowMs - back;
}

export function RangePicker({ panel, onChange }: RangePickerProps) {
  const { close } = use(DropdownContext);
  const [openedAt] = useState(() => Date.now());
  const end = panel.endMs ?? openedAt;
  const [from, setFrom] = useState(() =>
    formatDateTime(Math.floor((end - panel.rangeMs) / 1000) * 1000),
  );
  const [to, setTo] = useState(() => (panel.endMs === null ? 'now' : formatDateTime(panel.endMs)));
  const fromMs = parseMoment(from, openedAt);
  const toMs = parseMoment(to, openedAt);
  const ordered = fromMs === null || toMs === null || fromMs < toMs;
  const form = 'A date and time, or now-2h';
  const apply = () => {
    if (fromMs === null || toMs === null || !ordered) return;
    const rangeMs = Math.max(1000, Math.round((toMs - fromMs) / 1000) * 1000);
    close();
    onChange({ ...panel, rangeMs, endMs: to.trim() === 'now' ? null : toMs });
  };
  return (
    <div className={styles.picker}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <TextField
          label="From"
          value={from}
          error={fromMs === null ? form : ordered ? null : 'Must be before the end'}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextField
          label="To"
          value={to}
          error={toMs === null ? form : null}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button type="submit" disabled={fromMs === null || toMs === null || !ordered}>
          Apply
        </Button>
        <p className={styles.zone}>{`Times are in ${zoneName(openedAt)}.`}</p>
      </form>
      <ul className={styles.presets} aria-label="Ranges up to now">
        {RANGE_PRESETS_MS.map((rangeMs) => (
          <li key={rangeMs}>
            <button
              type="button"
              className={styles.preset}
              data-chosen={(panel.endMs === null && panel.rangeMs === rangeMs) || undefined}
              onClick={() => {
                close();
                onChange({ ...panel, rangeMs, endMs: null });
              }}
            >
              {`Last ${rangeWords(rangeMs)}`}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
