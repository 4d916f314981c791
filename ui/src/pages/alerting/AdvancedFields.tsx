import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import type { RuleDraft } from './model/draft';
import styles from './editor.module.css';

export interface AdvancedFieldsProps {
  draft: RuleDraft;
  wrong: (field: string) => string | null;
  onChange: (change: Partial<RuleDraft>) => void;
}

const NO_DATA = [
  { value: 'NoData', name: 'Tell that there is no data' },
  { value: 'Alerting', name: 'Fire' },
  { value: 'OK', name: 'All is well' },
  { value: 'KeepLast', name: 'Stay as it was' },
];
const ON_ERROR = [
  { value: 'Error', name: 'Tell of the error' },
  { value: 'Alerting', name: 'Fire' },
  { value: 'OK', name: 'All is well' },
  { value: 'KeepLast', name: 'Stay as it was' },
];

export function AdvancedFields({ draft, wrong, onChange }: AdvancedFieldsProps) {
  const open =
    wrong('keepFiring') !== null ||
    wrong('missingEvals') !== null ||
    draft.noData !== 'NoData' ||
    draft.onError !== 'Error';
  return (
    <details className={styles.more} open={open || undefined}>
      <summary>Advanced: no data, errors, how it ends</summary>
      <div className={styles.fields}>
        <div className={styles.pair}>
          <Select
            label="When there is no data"
            value={draft.noData}
            onChange={(noData) => onChange({ noData })}
            options={NO_DATA}
          />
          <Select
            label="When it cannot be evaluated"
            value={draft.onError}
            onChange={(onError) => onChange({ onError })}
            options={ON_ERROR}
          />
        </div>
        <div className={styles.pair}>
          <TextField
            label="Keep firing for"
            placeholder="0s: it ends at once"
            value={draft.keepFiring}
            error={wrong('keepFiring')}
            onChange={(event) => onChange({ keepFiring: event.currentTarget.value })}
          />
          <TextField
            label="A series that is gone ends after"
            placeholder="2 evaluations"
            inputMode="numeric"
            value={draft.missingEvals}
            error={wrong('missingEvals')}
            onChange={(event) => onChange({ missingEvals: event.currentTarget.value })}
          />
        </div>
      </div>
    </details>
  );
}
