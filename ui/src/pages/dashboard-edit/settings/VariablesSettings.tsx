import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconPlus,
  IconTrash,
  IconVariable,
} from '@tabler/icons-react';
import { useState } from 'react';
import { moveVariable, removeVariable, setVariable } from '../../../dash/model/save';
import { EMPTY_VARIABLE } from '../../../dash/model/variable';
import type { Variable } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { EmptyState } from '../../../parts/EmptyState';
import { IconButton } from '../../../parts/IconButton';
import { useSessionState } from '../../dashboard/context';
import type { SettingsPartProps } from './Settings';
import { freeName, usesOf } from './variableRules';
import { VariableForm } from './VariableForm';
import styles from './settings.module.css';

export function VariablesSettings({ session }: SettingsPartProps) {
  const dashboard = useSessionState((state) => state.dashboard);
  const { variables } = dashboard;
  /** Name of the one that is edited; "": a new one. */
  const [open, setOpen] = useState<string | null>(null);
  if (open !== null) {
    const there = variables.find(({ name }) => name === open);
    return (
      <VariableForm
        session={session}
        start={there ?? { ...EMPTY_VARIABLE, name: freeName(variables, 'query0') }}
        others={variables.filter(({ name }) => name !== open)}
        onDone={(variable) => {
          session.edit((all) =>
            setVariable(all, variable, there === undefined ? variable.name : open),
          );
          setOpen(null);
        }}
        onClose={() => setOpen(null)}
      />
    );
  }
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('')}>
      New variable
    </Button>
  );
  if (variables.length === 0) {
    return (
      <EmptyState
        icon={<IconVariable size={32} stroke={1.5} />}
        title="This dashboard has no variables."
        action={add}
      >
        A variable makes one dashboard serve many: choose an instance or a job above the panels.
      </EmptyState>
    );
  }
  return (
    <>
      <Card title="Variables, in the order in which they stand above the panels">
        <ul className={styles.list}>
          {variables.map((one, i) => (
            <li key={one.name} className={styles.item}>
              <button type="button" className={styles.itemName} onClick={() => setOpen(one.name)}>
                <code>{`$${one.name}`}</code>
                <span className={styles.dim}>{words(one)}</span>
              </button>
              <span className={styles.dim}>{usesOf(dashboard, one.name)}</span>
              <IconButton
                aria-label={`Move ${one.name} up`}
                disabled={i === 0}
                onClick={() => session.edit((all) => moveVariable(all, i, i - 1))}
              >
                <IconArrowUp size={16} />
              </IconButton>
              <IconButton
                aria-label={`Move ${one.name} down`}
                disabled={i === variables.length - 1}
                onClick={() => session.edit((all) => moveVariable(all, i, i + 1))}
              >
                <IconArrowDown size={16} />
              </IconButton>
              <IconButton
                aria-label={`Duplicate ${one.name}`}
                onClick={() =>
                  session.edit((all) =>
                    setVariable(all, { ...one, name: freeName(variables, `${one.name}_copy`) }),
                  )
                }
              >
                <IconCopy size={16} />
              </IconButton>
              <IconButton
                aria-label={`Delete ${one.name}`}
                onClick={() =>
                  session.edit((all) => removeVariable(all, one.name), `Deleted $${one.name}`)
                }
              >
                <IconTrash size={16} />
              </IconButton>
            </li>
          ))}
        </ul>
      </Card>
      <div>{add}</div>
    </>
  );
}

function words({ type, query, label }: Variable): string {
  const what = type === 'query' || type === 'custom' || type === 'interval' ? query : '';
  return [label, type, what].filter((one) => one !== '').join(' · ');
}
