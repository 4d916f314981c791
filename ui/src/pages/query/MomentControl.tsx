import { IconChevronLeft, IconChevronRight, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import type { PanelState } from '../../lib/panelUrl';
import { formatDateTime, parseDateTime, zoneName } from '../../lib/time';
import { Button } from '../../parts/Button';
import { TextField } from '../../parts/TextField';
import styles from './query.module.css';

export interface MomentControlProps {
  panel: PanelState;
  onChange: (panel: PanelState) => void;
}

/** The moment a table is evaluated at. Empty is now. */
export function MomentControl({ panel, onChange }: MomentControlProps) {
  const { momentMs, rangeMs } = panel;
  const shown = momentMs === null ? '' : formatDateTime(momentMs);
  const [text, setText] = useState(shown);
  const [given, setGiven] = useState(shown);
  if (given !== shown) {
    setGiven(shown);
    setText(shown);
  }
  const parsed = text.trim() === '' || text.trim() === 'now' ? null : parseDateTime(text);
  const wrong = parsed === null && text.trim() !== '' && text.trim() !== 'now';
  const apply = () => {
    if (!wrong && parsed !== momentMs) onChange({ ...panel, momentMs: parsed });
  };
  const shift = (direction: -1 | 1) => {
    const now = Date.now();
    const moved = Math.round(((momentMs ?? now) + (direction * rangeMs) / 2) / 1000) * 1000;
    onChange({ ...panel, momentMs: moved >= now ? null : moved });
  };
  return (
    <div className={styles.joined} role="group" aria-label="Evaluation time">
      <Button variant="default" aria-label="Earlier" onClick={() => shift(-1)}>
        <IconChevronLeft size={16} />
      </Button>
      <TextField
        className={styles.moment}
        aria-label={`Evaluation time, ${zoneName(momentMs ?? 0)}`}
        title={wrong ? 'A date and time such as 2026-01-31 14:00' : 'Evaluation time; empty is now'}
        placeholder="now"
        leftSection={<IconClock size={15} />}
        value={text}
        error={wrong}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={apply}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply();
        }}
      />
      <Button
        variant="default"
        aria-label="Later"
        disabled={momentMs === null}
        onClick={() => shift(1)}
      >
        <IconChevronRight size={16} />
      </Button>
    </div>
  );
}
