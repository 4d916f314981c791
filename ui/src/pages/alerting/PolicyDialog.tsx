import { useState } from 'react';
import { parseMatchers, printMatchers } from '../../lib/matchers';
import { parseDuration } from '../../lib/time';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Notice } from '../../parts/Notice';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import {
  policyFields,
  policyMatchers,
  withFields,
  type Policy,
  type PolicyFields,
} from './model/policy';
import { useContactPoints, useMuteTimings } from './useContacts';
import styles from './alerting.module.css';

export interface PolicyDialogProps {
  policy: Policy;
  isRoot: boolean;
  title: string;
  /** Resolves to what went wrong, or null. */
  onSave: (policy: Policy) => Promise<string | null>;
  onClose: () => void;
}

type TimeField = 'groupWait' | 'groupInterval' | 'repeatInterval';

const wrongTime = (word: string): string | null =>
  word.trim() === '' || parseDuration(word) !== null ? null : 'A time such as 5m';

export function PolicyDialog({ policy, isRoot, title, onSave, onClose }: PolicyDialogProps) {
  const [fields, setFields] = useState<PolicyFields>(() => policyFields(policy));
  const [text, setText] = useState(() => printMatchers(policyMatchers(policy)));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const points = useContactPoints();
  const timings = useMuteTimings();
  const parsed = parseMatchers(text);
  const names = [...new Set((points.data ?? []).map(({ name }) => name))];
  const set = (change: Partial<PolicyFields>) => setFields({ ...fields, ...change });
  const noOne = isRoot && fields.receiver === '';
  const wrong =
    !parsed.ok ||
    noOne ||
    [fields.groupWait, fields.groupInterval, fields.repeatInterval].some(
      (word) => wrongTime(word) !== null,
    );
  const save = async () => {
    setTried(true);
    if (wrong) return;
    setBusy(true);
    const failed = await onSave(withFields(policy, fields, isRoot ? [] : parsed.matchers));
    setBusy(false);
    setError(failed);
    if (failed === null) onClose();
  };
  const time = (key: TimeField, label: string, usual: string) => (
    <TextField
      label={label}
      placeholder={isRoot ? usual : 'as above'}
      value={fields[key]}
      error={wrongTime(fields[key])}
      onChange={(event) => set({ [key]: event.currentTarget.value })}
    />
  );
  const chosen = (key: 'muteTimings' | 'activeTimings', label: string) => {
    const all = [...new Set([...(timings.data ?? []).map(({ name }) => name), ...fields[key]])];
    if (all.length === 0) return null;
    return (
      <div>
        <span className={styles.legend}>{label}</span>
        <Toggles
          label={label}
          items={all.map((name) => ({ value: name, name, on: fields[key].includes(name) }))}
          onToggle={(name, on) =>
            set({
              [key]: on ? [...fields[key], name] : fields[key].filter((one) => one !== name),
            })
          }
        />
      </div>
    );
  };
  return (
    <Dialog label={title} width={560} onClose={onClose}>
      <form
        className={styles.dialog}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <h2 className={styles.dialogTitle}>{title}</h2>
        {!isRoot && (
          <TextField
            label="Alerts with these labels"
            placeholder={'severity="page", team=~"db|web"'}
            autoFocus
            spellCheck={false}
            value={text}
            error={parsed.ok ? null : `At ${parsed.at + 1}: ${parsed.error}`}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <Select
          label="Tell"
          value={fields.receiver}
          onChange={(receiver) => set({ receiver })}
          options={[
            ...(isRoot ? [] : [{ value: '', name: 'As the policy above' }]),
            ...(fields.receiver === '' || names.includes(fields.receiver) ? [] : [fields.receiver])
              .concat(names)
              .map((name) => ({ value: name, name })),
          ]}
        />
        {tried && noOne && <p className={styles.wrong}>Someone must be told</p>}
        <TextField
          label="One message for all alerts that share"
          placeholder={isRoot ? 'grafana_folder, alertname' : 'as above'}
          spellCheck={false}
          value={fields.groupBy}
          onChange={(event) => set({ groupBy: event.currentTarget.value })}
        />
        <div className={styles.pair}>
          {time('groupWait', 'Wait for others', '30s')}
          {time('groupInterval', 'After changes', '5m')}
          {time('repeatInterval', 'Repeat', '4h')}
        </div>
        {!isRoot && chosen('muteTimings', 'Muted in')}
        {!isRoot && chosen('activeTimings', 'Only in')}
        {!isRoot && (
          <Toggles
            label="What follows"
            items={[{ value: 'continue', name: 'Go on to those after it', on: fields.goOn }]}
            onToggle={(_, goOn) => set({ goOn })}
          />
        )}
        {error !== null && (
          <Notice kind="error" title="It was not saved">
            {error}
          </Notice>
        )}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
