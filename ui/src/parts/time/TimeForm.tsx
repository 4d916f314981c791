import { IconCalendar } from '@tabler/icons-react';
import { useState } from 'react';
import { formatTimeText, parseTime, type RawRange, type TimeContext } from '../../dash/time';
import { Button } from '../Button';
import { IconButton } from '../IconButton';
import { TextField } from '../TextField';
import { MonthSheet } from './MonthSheet';
import { dayOf, dayText } from './month';
import styles from './time.module.css';

export interface TimeFormProps {
  range: RawRange;
  context: TimeContext;
  onApply: (range: RawRange) => void;
}

const FORM = 'A date and time, or now-2h';

/** A moment is written as milliseconds, which every zone reads alike; an expression as it stands. */
function asWritten(text: string, ms: number): string {
  const trimmed = text.trim();
  return trimmed.startsWith('now') ? trimmed.replace(/\s+/g, '') : String(ms);
}

/** From and to, as expressions or from the calendar. */
export function TimeForm({ range, context, onApply }: TimeFormProps) {
  const { timezone, now } = context;
  const [from, setFrom] = useState(() => formatTimeText(range.from, timezone));
  const [to, setTo] = useState(() => formatTimeText(range.to, timezone));
  const [calendar, setCalendar] = useState(false);
  const fromMs = parseTime(from, false, context);
  const toMs = parseTime(to, true, context);
  const ordered = fromMs === null || toMs === null || fromMs < toMs;
  const sound = fromMs !== null && toMs !== null && ordered;
  const days = (
    <IconButton
      size={28}
      aria-label="Calendar"
      title="Calendar"
      aria-expanded={calendar}
      onClick={() => setCalendar(!calendar)}
    >
      <IconCalendar size={16} />
    </IconButton>
  );
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (sound) onApply({ from: asWritten(from, fromMs), to: asWritten(to, toMs) });
      }}
    >
      <TextField
        label="From"
        value={from}
        spellCheck={false}
        error={fromMs === null ? FORM : ordered ? null : 'Must be before the end'}
        rightSection={days}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextField
        label="To"
        value={to}
        spellCheck={false}
        error={toMs === null ? FORM : null}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      {calendar && (
        <MonthSheet
          from={dayOf(fromMs ?? now, timezone)}
          to={dayOf(toMs ?? now, timezone)}
          today={dayOf(now, timezone)}
          weekStart={context.weekStart ?? ''}
          onChoose={(first, last) => {
            setFrom(`${dayText(first)} 00:00:00`);
            setTo(`${dayText(last)} 23:59:59`);
          }}
        />
      )}
      <Button type="submit" disabled={!sound}>
        Apply time range
      </Button>
    </form>
  );
}
