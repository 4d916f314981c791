import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { Button } from '../../parts/Button';
import { Select } from '../../parts/Select';
import { useContactPoints } from './useContacts';
import styles from './editor.module.css';

export interface ContactPickerProps {
  receiver: string;
  onChange: (receiver: string) => void;
  onNew: () => void;
}

/** Who is told: a contact point by name, or whomever the policies say. */
export function ContactPicker({ receiver, onChange, onNew }: ContactPickerProps) {
  const points = useContactPoints();
  const names = [...new Set((points.data ?? []).map(({ name }) => name))];
  if (receiver !== '' && !names.includes(receiver)) names.push(receiver);
  const dead = points.data?.find((one) => one.name === receiver && one.notDelivered !== '');
  return (
    <div>
      <div className={styles.every}>
        <Select
          label="Tell"
          value={receiver}
          onChange={onChange}
          options={[
            { value: '', name: 'As the policies say' },
            ...names.map((name) => ({ value: name, name })),
          ]}
        />
        <Button
          variant="default"
          className={styles.beside ?? ''}
          leftSection={<IconPlus size={16} />}
          onClick={onNew}
        >
          New contact point
        </Button>
      </div>
      {receiver === '' && (
        <p className={styles.hint}>
          The <Link href="/alerting/routes">policies</Link> choose by labels whom to tell.
        </p>
      )}
      {dead !== undefined && (
        <p className={styles.wrong}>{`Nothing is delivered there: ${dead.notDelivered}`}</p>
      )}
    </div>
  );
}
