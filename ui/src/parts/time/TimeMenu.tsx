import { use, useState } from 'react';
import { describeRange, QUICK_RANGES, type RawRange, type TimeContext } from '../../dash/time';
import { Button } from '../Button';
import { DropdownContext } from '../dropdownContext';
import { TextField } from '../TextField';
import { recentRanges, rememberRange } from './recentRanges';
import { TimeForm } from './TimeForm';
import styles from './time.module.css';
import { ZoneList } from './ZoneList';
import { zoneWords } from './zones';

export type QuickRange = RawRange & { readonly display: string };

export interface TimeMenuProps {
  range: RawRange;
  timezone: string;
  weekStart: string;
  fiscalYearStartMonth: number;
  /** Empty: those that everyone knows. */
  quickRanges: readonly QuickRange[];
  onRange: (range: RawRange) => void;
  onTimezone: (zone: string) => void;
}

export function TimeMenu(props: TimeMenuProps) {
  const { range, timezone, weekStart, fiscalYearStartMonth, quickRanges } = props;
  const { close } = use(DropdownContext);
  const [now] = useState(() => Date.now());
  const [recent] = useState(recentRanges);
  const [words, setWords] = useState('');
  const [choosing, setChoosing] = useState(false);
  const context: TimeContext = { now, timezone, weekStart, fiscalYearStartMonth };
  const take = (next: RawRange) => {
    rememberRange(next);
    close();
    props.onRange({ from: next.from, to: next.to });
  };
  if (choosing) {
    return (
      <ZoneList
        zone={timezone}
        now={now}
        onBack={() => setChoosing(false)}
        onChoose={(zone) => {
          setChoosing(false);
          props.onTimezone(zone);
        }}
      />
    );
  }
  const all = quickRanges.length > 0 ? quickRanges : QUICK_RANGES;
  const found = all.filter((one) => one.display.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <div className={styles.menu}>
      <div className={styles.left}>
        {/* A new zone writes the same moments anew. */}
        <TimeForm key={timezone} range={range} context={context} onApply={take} />
        {recent.length > 0 && (
          <div>
            <p className={styles.heading}>Recently used</p>
            <ul>
              {recent.map((one) => (
                <li key={`${one.from} ${one.to}`}>
                  <button type="button" className={styles.quick} onClick={() => take(one)}>
                    {describeRange(one, timezone)}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className={styles.zoneLine}>
          <span>{zoneWords(now, timezone)}</span>
          <Button variant="default" size="xs" onClick={() => setChoosing(true)}>
            Change zone
          </Button>
        </div>
      </div>
      <div className={styles.right}>
        <TextField
          aria-label="Find a range"
          placeholder="Find a range"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <ul className={styles.quickList} aria-label="Quick ranges">
          {found.map((one) => (
            <li key={one.display}>
              <button
                type="button"
                data-item
                className={styles.quick}
                data-chosen={(one.from === range.from && one.to === range.to) || undefined}
                onClick={() => take(one)}
              >
                {one.display}
              </button>
            </li>
          ))}
          {found.length === 0 && <li className={styles.more}>No range is called that.</li>}
        </ul>
      </div>
    </div>
  );
}
