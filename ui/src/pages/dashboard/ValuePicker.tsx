import { IconChevronDown, IconLoader2 } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Dropdown } from '../../parts/Dropdown';
import { chosenWords, labelOf, type VariableView } from './variableView';
import styles from './variables.module.css';

const loadChoices = () => import('./ValueChoices');
const ValueChoices = lazy(async () => ({ default: (await loadChoices()).ValueChoices }));
// There before the first click, but not before what the page is about.
setTimeout(() => void loadChoices(), 1500);

export interface ValuePickerProps {
  view: VariableView;
  onChange: (values: readonly string[]) => void;
}

/** One value, or several, of those that the query found. Several count once it closes. */
export function ValuePicker({ view, onChange }: ValuePickerProps) {
  const words = chosenWords(view);
  const label = labelOf(view.variable);
  const failed = view.error !== '';
  return (
    <Dropdown
      label={`Values of ${label}`}
      kind="dialog"
      width={300}
      trigger={(trigger) => (
        <button
          {...trigger}
          type="button"
          className={styles.value}
          data-failed={failed || undefined}
          aria-label={`${label}: ${words === '' ? 'nothing chosen' : words}`}
          title={failed ? view.error : words}
        >
          <span className={styles.words}>{words === '' ? 'Choose' : words}</span>
          {view.loading ? (
            <IconLoader2 size={14} className={styles.turning} aria-label="Loading" />
          ) : (
            <IconChevronDown size={14} aria-hidden />
          )}
        </button>
      )}
    >
      <Suspense fallback={<div className={styles.soon} />}>
        <ValueChoices view={view} onChange={onChange} />
      </Suspense>
    </Dropdown>
  );
}
