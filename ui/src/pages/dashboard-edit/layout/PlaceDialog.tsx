import { useState } from 'react';
import type { GridPos } from '../../../dash/model';
import { AskDialog } from '../../../parts/AskDialog';
import { NumberInput } from '../options/NumberInput';
import { fitted } from './nudge';
import styles from './layout.module.css';

export interface PlaceDialogProps {
  name: string;
  place: GridPos;
  onPlace: (place: GridPos) => void;
  onClose: () => void;
}

/** Place and size in figures, for whoever does not drag. */
export function PlaceDialog({ name, place, onPlace, onClose }: PlaceDialogProps) {
  const [now, setNow] = useState(place);
  const field = (key: keyof GridPos, label: string, min: number, max: number) => (
    <NumberInput
      label={label}
      placeholder={String(place[key])}
      min={min}
      max={max}
      value={now[key]}
      onChange={(value) => setNow({ ...now, [key]: value ?? place[key] })}
    />
  );
  return (
    <AskDialog
      title={`Place and size of ${name}`}
      words="In cells: the dashboard is 24 wide; a cell is 30 pixels high."
      action="Place it"
      onAct={() => {
        onPlace(fitted(now));
        return Promise.resolve(null);
      }}
      onClose={onClose}
    >
      <div className={styles.place}>
        {field('x', 'From the left', 0, 23)}
        {field('y', 'From the top', 0, 10_000)}
        {field('w', 'Width', 1, 24)}
        {field('h', 'Height', 1, 200)}
      </div>
    </AskDialog>
  );
}
