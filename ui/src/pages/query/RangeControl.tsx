import {
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconClock,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import type { PanelState } from '../../lib/panelUrl';
import { formatDateTime } from '../../lib/time';
import { neighbourRange, rangeWords } from '../../lib/timeRange';
import { Dropdown } from '../../parts/Dropdown';
import { RangePicker } from './RangePicker';
import { Button } from '../../parts/Button';
import styles from './query.module.css';

export interface RangeControlProps {
  panel: PanelState;
  onChange: (panel: PanelState) => void;
}

function rangeLabel(panel: PanelState): string {
  if (panel.endMs === null) return `Last ${rangeWords(panel.rangeMs)}`;
  const from = formatDateTime(panel.endMs - panel.rangeMs);
  const to = formatDateTime(panel.endMs);
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from} – ${sameDay ? to.slice(11) : to}`;
}

export function RangeControl({ panel, onChange }: RangeControlProps) {
  const { rangeMs, endMs } = panel;
  const shift = (direction: -1 | 1) => {
    const now = Date.now();
    const moved = Math.round((endMs ?? now) + (direction * rangeMs) / 2);
    onChange({ ...panel, endMs: moved >= now ? null : Math.round(moved / 1000) * 1000 });
  };
  return (
    <div className={styles.joined} role="group" aria-label="Time range">
      <Button
        variant="default"
        aria-label="Shorter range"
        title="Shorter range"
        onClick={() => onChange({ ...panel, rangeMs: neighbourRange(rangeMs, -1) })}
      >
        <IconMinus size={15} />
      </Button>
      <Button
        variant="default"
        aria-label="Earlier"
        title="Half a range earlier"
        onClick={() => shift(-1)}
      >
        <IconChevronLeft size={16} />
      </Button>
      <Dropdown
        label="Choose a time range"
        kind="dialog"
        width={428}
        trigger={(props) => (
          <Button
            {...props}
            variant="default"
            className={styles.rangeButton}
            data-testid="range"
            leftSection={<IconClock size={15} />}
            rightSection={<IconChevronDown size={14} />}
          >
            {rangeLabel(panel)}
          </Button>
        )}
      >
        <RangePicker panel={panel} onChange={onChange} />
      </Dropdown>
      <Button
        variant="default"
        aria-label="Later"
        title="Half a range later"
        disabled={endMs === null}
        onClick={() => shift(1)}
      >
        <IconChevronRight size={16} />
      </Button>
      <Button
        variant="default"
        aria-label="Longer range"
        title="Longer range"
        onClick={() => onChange({ ...panel, rangeMs: neighbourRange(rangeMs, 1) })}
      >
        <IconPlus size={15} />
      </Button>
    </div>
  );
}
