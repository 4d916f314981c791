import type { MouseEvent } from 'react';
import { formatMatcher, isInternal, labelEntries, type Labels } from '../lib/labels';
import styles from './LabelChips.module.css';

export interface LabelChipsProps {
  labels: Labels;
  /** Without it the chips only show. Alt-click asks to exclude. */
  onPick?: (name: string, value: string, exclude: boolean) => void;
  omit?: readonly string[];
}

export function LabelChips({ labels, onPick, omit = [] }: LabelChipsProps) {
  const entries = labelEntries(labels).filter(
    ([name]) => !omit.includes(name) && !isInternal(name),
  );
  return (
    <span className={styles.chips}>
      {entries.map(([name, value]) => {
        const content = (
          <>
            <span className={styles.name}>{name}</span>
            <span className={styles.value}>{value === '' ? '""' : value}</span>
          </>
        );
        const full = formatMatcher(name, value);
        if (onPick === undefined) {
          return (
            <span key={name} className={styles.chip} title={full}>
              {content}
            </span>
          );
        }
        return (
          <button
            key={name}
            type="button"
            className={styles.chip}
            title={`${full}\nClick: only these. Alt-click: without these.`}
            onClick={(event: MouseEvent) => {
              event.stopPropagation();
              onPick(name, value, event.altKey);
            }}
          >
            {content}
          </button>
        );
      })}
    </span>
  );
}
