import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { DropdownLabel } from '../../parts/DropdownLabel';
import { recentQueries } from './queryHistory';
import { IconButton } from '../../parts/IconButton';
import styles from './query.module.css';

export interface HistoryMenuProps {
  onPick: (expr: string) => void;
}

const SHOWN = 12;

export function HistoryMenu({ onPick }: HistoryMenuProps) {
  const [recent, setRecent] = useState<readonly string[]>([]);
  return (
    <Dropdown
      label="Recent expressions"
      align="end"
      width={420}
      onOpen={() => setRecent(recentQueries().slice(0, SHOWN))}
      trigger={(props) => (
        <IconButton {...props} variant="subtle" size={36} aria-label="Recent expressions">
          <IconHistory size={18} />
        </IconButton>
      )}
    >
      <DropdownLabel>Recent expressions</DropdownLabel>
      {recent.length === 0 && (
        <DropdownItem disabled onClick={() => undefined}>
          None yet
        </DropdownItem>
      )}
      {recent.map((expr) => (
        <DropdownItem key={expr} onClick={() => onPick(expr)} title={expr}>
          <code className={styles.recent}>{expr}</code>
        </DropdownItem>
      ))}
    </Dropdown>
  );
}
