import { IconChevronDown, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { Button } from '../Button';
import { Dropdown } from '../Dropdown';
import { DropdownItem } from '../DropdownItem';
import { DropdownLabel } from '../DropdownLabel';
import { useLasting } from '../hooks';
import { refreshChoices } from './refresh';
import styles from './time.module.css';

export interface RefreshPickerProps {
  /** "": off; "auto"; else as in "30s". */
  refresh: string;
  /** Empty: those that everyone knows. */
  intervals?: readonly string[];
  least?: string;
  busy: boolean;
  onRefresh: () => void;
  onCancel?: () => void;
  onChange: (refresh: string) => void;
}

const NONE: readonly string[] = [];

function words(refresh: string): string {
  return refresh === '' ? 'Off' : refresh === 'auto' ? 'Auto' : refresh;
}

export function RefreshPicker(props: RefreshPickerProps) {
  const { refresh, intervals = NONE, least = '', busy, onCancel } = props;
  // What takes over a second can be taken back; for less the button does not change.
  const long = useLasting(busy, 1000) && onCancel !== undefined;
  return (
    <div className={styles.joined}>
      <Button
        variant="default"
        aria-label={long ? 'Cancel' : 'Refresh'}
        title={long ? 'Cancel the queries' : 'Refresh (d r)'}
        data-key="refresh"
        onClick={long ? onCancel : props.onRefresh}
      >
        {long ? (
          <IconPlayerStop size={16} />
        ) : (
          <IconRefresh size={16} className={busy ? styles.busy : undefined} />
        )}
      </Button>
      <Dropdown
        label="How often to refresh"
        align="end"
        width={168}
        trigger={(trigger) => (
          <Button
            {...trigger}
            variant="default"
            aria-label={`How often to refresh: ${words(refresh)}`}
            title="How often to refresh"
            data-narrow={refresh === '' || undefined}
            className={styles.refreshEvery}
            rightSection={<IconChevronDown size={14} />}
          >
            {refresh === '' ? null : words(refresh)}
          </Button>
        )}
      >
        <DropdownLabel>Refresh every</DropdownLabel>
        {['', 'auto', ...refreshChoices(intervals, refresh, least)].map((choice) => (
          <DropdownItem
            key={choice}
            chosen={choice === refresh}
            onClick={() => props.onChange(choice)}
          >
            {words(choice)}
          </DropdownItem>
        ))}
      </Dropdown>
    </div>
  );
}
