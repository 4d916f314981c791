import {
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconClock,
  IconZoomOut,
} from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { describeRange, isRelative, type RawRange } from '../../dash/time';
import { Button } from '../Button';
import { Dropdown } from '../Dropdown';
import type { QuickRange } from './TimeMenu';
import styles from './time.module.css';
import { zoneWords } from './zones';

export interface TimePickerProps {
  range: RawRange;
  /** "browser", "utc" or an IANA name. */
  timezone: string;
  weekStart?: string;
  fiscalYearStartMonth?: number;
  quickRanges?: readonly QuickRange[];
  onRange: (range: RawRange) => void;
  onTimezone: (zone: string) => void;
  /** Half a range back (-1) or on (1). */
  onShift: (direction: -1 | 1) => void;
  onZoomOut: () => void;
}

const loadMenu = () => import('./TimeMenu');
const TimeMenu = lazy(async () => ({ default: (await loadMenu()).TimeMenu }));

const NONE: readonly QuickRange[] = [];

/** The day is said once where both ends are of one. */
function shortened(words: string): string {
  return words.replace(/^(\d{4}-\d\d-\d\d )(\S+) to \1(\S+)$/, '$1$2 to $3');
}

export function TimePicker(props: TimePickerProps) {
  const { range, timezone, weekStart = '', fiscalYearStartMonth = 0, quickRanges = NONE } = props;
  const [now] = useState(() => Date.now());
  useEffect(() => {
    // There before the first click, but not before what the page is about.
    const timer = setTimeout(() => void loadMenu(), 1500);
    return () => clearTimeout(timer);
  }, []);
  const words = shortened(describeRange(range, timezone, quickRanges));
  return (
    <div className={styles.joined} role="group" aria-label="Time range">
      <Button
        variant="default"
        className={styles.step}
        aria-label="Earlier"
        title="Half a range earlier (t ←)"
        onClick={() => props.onShift(-1)}
      >
        <IconChevronLeft size={16} />
      </Button>
      <Dropdown
        label="Choose a time range"
        kind="dialog"
        align="end"
        width={520}
        trigger={(trigger) => (
          <Button
            {...trigger}
            variant="default"
            className={styles.rangeButton}
            data-testid="range"
            data-key="range"
            title={`${words}\n${zoneWords(now, timezone)}`}
            leftSection={<IconClock size={15} />}
            rightSection={<IconChevronDown size={14} />}
          >
            {words}
          </Button>
        )}
      >
        <Suspense fallback={<div className={styles.soon} />}>
          <TimeMenu
            range={range}
            timezone={timezone}
            weekStart={weekStart}
            fiscalYearStartMonth={fiscalYearStartMonth}
            quickRanges={quickRanges}
            onRange={props.onRange}
            onTimezone={props.onTimezone}
          />
        </Suspense>
      </Dropdown>
      <Button
        variant="default"
        className={styles.step}
        aria-label="Later"
        title="Half a range later (t →)"
        disabled={isRelative(range) && range.to === 'now'}
        onClick={() => props.onShift(1)}
      >
        <IconChevronRight size={16} />
      </Button>
      <Button
        variant="default"
        className={styles.step}
        aria-label="Zoom out"
        title="Zoom out (t z)"
        onClick={props.onZoomOut}
      >
        <IconZoomOut size={16} />
      </Button>
    </div>
  );
}
