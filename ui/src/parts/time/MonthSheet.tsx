import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '../IconButton';
import { dayText, monthSheet, monthTitle, moveDay, sameDay, weekdayNames, type Day } from './month';
import styles from './time.module.css';

export interface MonthSheetProps {
  from: Day;
  to: Day;
  today: Day;
  weekStart: string;
  /** First the beginning, then the end; a day before the beginning begins anew. */
  onChoose: (from: Day, to: Day) => void;
}

/** Days to click: one for a beginning, a second for an end. Arrows walk, Enter takes. */
export function MonthSheet({ from, to, today, weekStart, onChoose }: MonthSheetProps) {
  const [shown, setShown] = useState(to);
  const [focused, setFocused] = useState(to);
  const [begun, setBegun] = useState<Day | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const moved = useRef(false);

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLElement>(`[data-day="${dayText(focused)}"]`)?.focus();
  }, [focused]);

  const turn = (months: number) => {
    setShown(moveDay({ ...shown, day: 1 }, { months }));
    setFocused(moveDay(focused, { months }));
  };
  const choose = (day: Day) => {
    if (begun !== null && dayText(day) >= dayText(begun)) {
      setBegun(null);
      onChoose(begun, day);
    } else {
      setBegun(day);
      onChoose(day, day);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, Parameters<typeof moveDay>[1]> = {
      ArrowLeft: { days: -1 },
      ArrowRight: { days: 1 },
      ArrowUp: { days: -7 },
      ArrowDown: { days: 7 },
      PageUp: { months: -1 },
      PageDown: { months: 1 },
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moved.current = true;
    const next = moveDay(focused, step);
    setFocused(next);
    setShown({ ...next, day: 1 });
  };
  const [first, last] = [dayText(from), dayText(to)];

  return (
    <div className={styles.month}>
      <div className={styles.monthHead}>
        <IconButton aria-label="Month before" onClick={() => turn(-1)}>
          <IconChevronLeft size={16} />
        </IconButton>
        <span aria-live="polite">{monthTitle(shown)}</span>
        <IconButton aria-label="Month after" onClick={() => turn(1)}>
          <IconChevronRight size={16} />
        </IconButton>
      </div>
      <div className={styles.days} ref={grid} role="group" aria-label="Days" onKeyDown={onKeyDown}>
        {weekdayNames(weekStart).map((name) => (
          <span key={name} className={styles.weekday} aria-hidden>
            {name}
          </span>
        ))}
        {monthSheet(shown, weekStart)
          .flat()
          .map((day) => {
            const text = dayText(day);
            return (
              <button
                key={text}
                type="button"
                className={styles.day}
                data-day={text}
                data-within={(text >= first && text <= last) || undefined}
                data-edge={text === first || text === last || undefined}
                data-other={day.month !== shown.month || undefined}
                aria-label={text}
                aria-current={sameDay(day, today) ? 'date' : undefined}
                tabIndex={sameDay(day, focused) ? 0 : -1}
                onClick={() => choose(day)}
              >
                {day.day}
              </button>
            );
          })}
      </div>
    </div>
  );
}
