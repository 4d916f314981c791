import { IconArrowDown, IconArrowUp, IconEye, IconEyeOff } from '@tabler/icons-react';
import { IconButton } from '../../../parts/IconButton';
import { TextField } from '../../../parts/TextField';
import { organized, withHidden, withName, withOrder } from './organize';
import type { TransformFormProps } from './TransformForm';
import styles from './panel.module.css';

/** Columns in their order, each shown or not, by its own or another name. */
export function OrganizeForm({ options, names, onChange }: TransformFormProps) {
  const rows = organized(options, names);
  if (rows.length === 0) return <p className={styles.dim}>There are no fields yet.</p>;
  const move = (from: number, to: number) => {
    const order = rows.map(({ name }) => name);
    const [name] = order.splice(from, 1);
    if (name !== undefined) order.splice(to, 0, name);
    onChange(withOrder(options, order));
  };
  return (
    <ol className={styles.columns}>
      {rows.map(({ name, hidden, rename }, i) => {
        const Eye = hidden ? IconEyeOff : IconEye;
        return (
          <li key={name} className={styles.column} data-hidden={hidden || undefined}>
            <IconButton
              aria-label={hidden ? `Show ${name}` : `Hide ${name}`}
              aria-pressed={hidden}
              onClick={() => onChange(withHidden(options, name, !hidden))}
            >
              <Eye size={16} />
            </IconButton>
            <span className={styles.columnName} title={name}>
              {name}
            </span>
            <TextField
              aria-label={`Another name for ${name}`}
              placeholder="Another name"
              value={rename}
              onChange={(event) => onChange(withName(options, name, event.currentTarget.value))}
            />
            <IconButton
              aria-label={`Move ${name} up`}
              disabled={i === 0}
              onClick={() => move(i, i - 1)}
            >
              <IconArrowUp size={16} />
            </IconButton>
            <IconButton
              aria-label={`Move ${name} down`}
              disabled={i === rows.length - 1}
              onClick={() => move(i, i + 1)}
            >
              <IconArrowDown size={16} />
            </IconButton>
          </li>
        );
      })}
    </ol>
  );
}
