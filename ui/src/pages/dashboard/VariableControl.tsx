import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { AdhocFilter } from '../../dash/model';
import type { FilterSource } from './FilterEditor';
import { ValuePicker } from './ValuePicker';
import { labelOf, type VariableView } from './variableView';
import styles from './variables.module.css';

const FilterEditor = lazy(async () => ({
  default: (await import('./FilterEditor')).FilterEditor,
}));

export interface VariableControlProps {
  view: VariableView;
  filterSource: FilterSource;
  onValues: (name: string, values: readonly string[]) => void;
  onFilters: (name: string, filters: readonly AdhocFilter[]) => void;
}

export function VariableControl(props: VariableControlProps) {
  const { view } = props;
  const { variable, error } = view;
  const label = labelOf(variable);
  return (
    <div className={styles.variable} data-type={variable.type}>
      {variable.hide !== 1 && (
        <span className={styles.label} title={variable.description || undefined}>
          {error !== '' && (
            <IconAlertTriangle size={14} className={styles.bad} aria-label={error} />
          )}
          {label}
        </span>
      )}
      <Control {...props} />
    </div>
  );
}

function Control({ view, filterSource, onValues, onFilters }: VariableControlProps) {
  const { variable, values } = view;
  const { name, type } = variable;
  const change = (next: readonly string[]) => onValues(name, next);
  switch (type) {
    case 'textbox':
      return <TextValue key={values[0]} view={view} onChange={change} />;
    case 'switch':
      return (
        <input
          type="checkbox"
          role="switch"
          className={styles.switch}
          aria-label={labelOf(variable)}
          checked={values[0] === (view.options[0]?.value ?? 'true')}
          onChange={(event) => {
            const [on, off] = [view.options[0]?.value ?? 'true', view.options[1]?.value ?? 'false'];
            change([event.currentTarget.checked ? on : off]);
          }}
        />
      );
    case 'adhoc':
      return (
        <Suspense fallback={null}>
          <FilterEditor
            name={labelOf(variable)}
            filters={view.filters}
            source={filterSource}
            onChange={(filters) => onFilters(name, filters)}
          />
        </Suspense>
      );
    default:
      return <ValuePicker view={view} onChange={change} />;
  }
}

interface TextValueProps {
  view: VariableView;
  onChange: (values: readonly string[]) => void;
}

/** Counts when one leaves it, or presses Enter. */
function TextValue({ view, onChange }: TextValueProps) {
  const now = view.values[0] ?? '';
  const [text, setText] = useState(now);
  const settle = () => {
    if (text !== now) onChange([text]);
  };
  return (
    <input
      type="text"
      className={styles.text}
      aria-label={labelOf(view.variable)}
      value={text}
      style={{ width: `${Math.min(Math.max(text.length + 4, 10), 32)}ch` }}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
        else if (event.key === 'Escape') setText(now);
      }}
    />
  );
}
