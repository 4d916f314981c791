import { REDUCERS } from '../../../dash/data/reducers';
import { object, text, texts } from '../../../dash/model/json';
import { Select } from '../../../parts/Select';
import { PickMany } from '../options/PickMany';
import type { TransformFormProps } from './TransformForm';
import styles from './panel.module.css';

const CALCS = REDUCERS.map(({ id, name }) => ({ value: id, label: name }));

/** What rows are gathered by, and what becomes of the other columns. */
export function GroupForm({ options, names, onChange }: TransformFormProps) {
  const fields = object(options['fields']);
  if (names.length === 0) return <p className={styles.dim}>There are no fields yet.</p>;
  return (
    <div className={styles.columns}>
      {names.map((name) => {
        const own = object(fields[name]);
        const operation = text(own['operation']);
        const set = (change: { operation?: string; aggregations?: readonly string[] }) =>
          onChange({ ...options, fields: { ...fields, [name]: { ...own, ...change } } });
        return (
          <div key={name} className={styles.group}>
            <span className={styles.columnName} title={name}>
              {name}
            </span>
            <Select
              label={`What becomes of ${name}`}
              hideLabel
              value={operation}
              options={[
                { value: '', name: 'Left out' },
                { value: 'groupby', name: 'Group by' },
                { value: 'aggregate', name: 'Calculate' },
              ]}
              onChange={(next) => set({ operation: next })}
            />
            {operation === 'aggregate' && (
              <PickMany
                label={`Calculations of ${name}`}
                value={texts(own['aggregations'])}
                choices={CALCS}
                onChange={(next) => set({ aggregations: [...next] })}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}
