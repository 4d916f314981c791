import {
  DURATIONS,
  readTimes,
  withDuration,
  withEnd,
  withStart,
  type SilenceTimes,
} from '../../lib/silenceTimes';
import { formatDateTime, zoneName } from '../../lib/time';
import { TextField } from '../../parts/TextField';
import styles from './silences.module.css';

export interface TimeFieldsProps {
  times: SilenceTimes;
  now: number;
  onChange: (times: SilenceTimes) => void;
}

/** Start, duration and end: changing one moves another. */
export function TimeFields({ times, now, onChange }: TimeFieldsProps) {
  const { errors, endsAt } = readTimes(times, now);
  const startsNow = times.start.trim() === '';
  return (
    <div className={styles.times}>
      <div className={styles.quick} role="group" aria-label="Usual durations">
        {DURATIONS.map((one) => (
          <button
            key={one}
            type="button"
            className={styles.duration}
            aria-pressed={times.duration === one}
            onClick={() => onChange(withDuration(times, one, now))}
          >
            {one}
          </button>
        ))}
      </div>
      <div className={styles.fields}>
        <TextField
          label="Starts"
          placeholder="now"
          value={times.start}
          error={errors.start}
          onChange={(event) => onChange(withStart(times, event.currentTarget.value, now))}
        />
        <TextField
          label="Lasts"
          value={times.duration}
          error={errors.duration}
          onChange={(event) => onChange(withDuration(times, event.currentTarget.value, now))}
        />
        <TextField
          label="Ends"
          value={
            startsNow && endsAt !== null && errors.end === null
              ? formatDateTime(Math.floor(endsAt / 60_000) * 60_000).slice(0, 16)
              : times.end
          }
          error={errors.end}
          onChange={(event) => onChange(withEnd(times, event.currentTarget.value, now))}
        />
      </div>
      <p className={styles.zone}>{`Times are in ${zoneName(now)}.`}</p>
    </div>
  );
}
