import { useState } from 'react';
import { lineAndColumn, type Hint } from '../lib/hints';
import { HintBody } from './HintBody';
import { HintIcon } from './HintIcon';
import type { MarkedRange } from './hintMarks';
import { HintText } from './HintText';
import styles from './hints.module.css';

export interface HintListProps {
  label: string;
  hints: readonly Hint[];
  expr: string;
  /** Shows the place in the editor for as long as pointer or focus rest on it. */
  onLight: (range: MarkedRange | null) => void;
  onUse: ((query: string) => void) | null;
  id?: string;
}

const SHOWN = 4;

export function HintList({ label, hints, expr, onLight, onUse, id }: HintListProps) {
  const [all, setAll] = useState(false);
  const shown = all ? hints : hints.slice(0, SHOWN);
  return (
    <ul className={styles.list} aria-label={label} id={id} data-testid="hints">
      {shown.map((hint, i) => (
        <li
          key={`${hint.message} ${i}`}
          className={styles.row}
          data-severity={hint.severity}
          onMouseEnter={() => onLight(hint.place)}
          onMouseLeave={() => onLight(null)}
          onFocus={() => onLight(hint.place)}
          onBlur={() => onLight(null)}
        >
          <HintIcon severity={hint.severity} />
          <div className={styles.words}>
            <p className={styles.message}>
              <HintText>{hint.message}</HintText>
              {hint.place !== null && (
                <span className={styles.place} title="Line and column in the expression">
                  {lineAndColumn(expr, hint.place.from)}
                </span>
              )}
            </p>
            <HintBody hint={hint} expr={expr} onUse={onUse} />
          </div>
        </li>
      ))}
      {shown.length < hints.length && (
        <li className={styles.more}>
          <button type="button" className={styles.moreButton} onClick={() => setAll(true)}>
            {`${hints.length - shown.length} more`}
          </button>
        </li>
      )}
    </ul>
  );
}
