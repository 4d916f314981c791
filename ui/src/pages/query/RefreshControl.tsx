import { IconChevronDown, IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { DropdownLabel } from '../../parts/DropdownLabel';
import { Button } from '../../parts/Button';
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
      <Dropdown
        label="How often to run again"
        align="end"
        width={168}
        trigger={(props) => (
          <Button
            {...props}
            variant="default"
            aria-label={`How often to run again: ${refresh === '' ? 'Off' : refresh}`}
            rightSection={<IconChevronDown size={14} />}
          >
            {refresh === '' ? 'Off' : refresh}
          </Button>
        )}
      >
        <DropdownLabel>Run again every</DropdownLabel>
        {CHOICES.map((choice) => (
          <DropdownItem key={choice} chosen={choice === refresh} onClick={() => onChange(choice)}>
            {choice === '' ? 'Off' : choice}
          </DropdownItem>
        ))}
      </Dropdown>
    </div>
  );
}
