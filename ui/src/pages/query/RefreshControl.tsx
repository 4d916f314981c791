import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import styles from './query.module.css';

export interface RefreshControlProps {
  refresh: string;
  onChange: (refresh: string) => void;
}

const CHOICES = ['', '5s', '10s', '30s', '1m', '5m', '15m'];

export function RefreshControl({ refresh, onChange }: RefreshControlProps) {
  const client = useQueryClient();
  const busy = useIsFetching({ queryKey: ['panel'] }) > 0;
  return (
    <div className={styles.joined}>
      <Button
        variant="default"
        aria-label="Run all panels again"
        title="Run all panels again (r)"
        data-key="refresh"
        onClick={() => void client.refetchQueries({ queryKey: ['panel'], type: 'active' })}
      >
        <IconRefresh size={16} className={busy ? styles.busy : undefined} />
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            aria-label={`How often to run again: ${refresh === '' ? 'Off' : refresh}`}
            rightSection={<IconChevronDown size={14} />}
          >
            {refresh === '' ? 'Off' : refresh}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Run again every</Menu.Label>
          {CHOICES.map((choice) => (
            <Menu.Item
              key={choice}
              data-chosen={choice === refresh || undefined}
              onClick={() => onChange(choice)}
            >
              {choice === '' ? 'Off' : choice}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
