import { ActionIcon, Menu } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { recentQueries } from './queryHistory';
import styles from './query.module.css';

export interface HistoryMenuProps {
  onPick: (expr: string) => void;
}

const SHOWN = 12;

export function HistoryMenu({ onPick }: HistoryMenuProps) {
  const [recent, setRecent] = useState<readonly string[]>([]);
  return (
    <Menu
      position="bottom-end"
      width={420}
      onOpen={() => setRecent(recentQueries().slice(0, SHOWN))}
    >
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label="Recent expressions">
          <IconHistory size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Recent expressions</Menu.Label>
        {recent.length === 0 && <Menu.Item disabled>None yet</Menu.Item>}
        {recent.map((expr) => (
          <Menu.Item key={expr} onClick={() => onPick(expr)} title={expr}>
            <code className={styles.recent}>{expr}</code>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
