import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '../Button';
import { TextField } from '../TextField';
import styles from './time.module.css';
import { allZones, offsetWords, zoneTitle } from './zones';

export interface ZoneListProps {
  zone: string;
  now: number;
  onChoose: (zone: string) => void;
  onBack: () => void;
}

const MOST = 60;

export function ZoneList({ zone, now, onChoose, onBack }: ZoneListProps) {
  const [words, setWords] = useState('');
  const [zones] = useState(allZones);
  const wanted = words.trim().toLowerCase().replaceAll(' ', '_');
  const found = zones.filter(
    (one) =>
      one.toLowerCase().includes(wanted) ||
      zoneTitle(one).toLowerCase().includes(words.trim().toLowerCase()),
  );
  return (
    <div className={styles.zones}>
      <div className={styles.zonesHead}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconArrowLeft size={14} />}
          onClick={onBack}
        >
          Back
        </Button>
        <TextField
          aria-label="Find a time zone"
          placeholder="Find a time zone"
          autoFocus
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <ul className={styles.zoneList} aria-label="Time zones">
        {found.slice(0, MOST).map((one) => (
          <li key={one}>
            <button
              type="button"
              data-item
              className={styles.quick}
              data-chosen={one === zone || undefined}
              onClick={() => onChoose(one)}
            >
              <span>{zoneTitle(one)}</span>
              <span className={styles.aside}>{offsetWords(now, one)}</span>
            </button>
          </li>
        ))}
        {found.length > MOST && (
          <li className={styles.more}>{`${found.length - MOST} more: type to find one`}</li>
        )}
        {found.length === 0 && <li className={styles.more}>No zone is called that.</li>}
      </ul>
    </div>
  );
}
