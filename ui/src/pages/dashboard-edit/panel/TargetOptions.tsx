import { useState } from 'react';
import type { Target } from '../../../dash/model';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { Switch } from '../options/Switch';
import { queryType, withQueryType } from './targets';
import styles from './panel.module.css';

export interface TargetOptionsProps {
  target: Target;
  onChange: (target: Target) => void;
}

const AUTO = '__auto';
const LEGENDS = [
  { value: 'auto', name: 'Auto' },
  { value: 'verbose', name: 'All labels' },
  { value: 'custom', name: 'Custom' },
];
const FORMATS = [
  { value: 'time_series', name: 'Time series' },
  { value: 'table', name: 'Table' },
  { value: 'heatmap', name: 'Heatmap' },
];

export function TargetOptions({ target, onChange }: TargetOptionsProps) {
  return (
    <div className={styles.fields}>
      <Legend target={target} onChange={onChange} />
      <TextField
        label="Min step"
        placeholder="Auto"
        value={target.interval}
        onChange={(event) => onChange({ ...target, interval: event.currentTarget.value })}
      />
      <Select
        label="Format"
        value={target.format}
        options={FORMATS}
        onChange={(value) =>
          onChange({
            ...target,
            format: value === 'table' || value === 'heatmap' ? value : 'time_series',
          })
        }
      />
      <div>
        <span className={styles.label}>Type</span>
        <Segments
          aria-label="Type of the query"
          value={queryType(target)}
          data={[
            { value: 'range', label: 'Range' },
            { value: 'instant', label: 'Instant' },
            { value: 'both', label: 'Both' },
          ]}
          onChange={(type) => onChange(withQueryType(target, type))}
        />
      </div>
      <Switch
        label="Exemplars"
        on={target.exemplar}
        onChange={(exemplar) => onChange({ ...target, exemplar })}
      />
    </div>
  );
}

function Legend({ target, onChange }: TargetOptionsProps) {
  const { legendFormat } = target;
  const own = legendFormat !== '' && legendFormat !== AUTO;
  const [custom, setCustom] = useState(own);
  const mode = custom || own ? 'custom' : legendFormat === AUTO ? 'auto' : 'verbose';
  return (
    <div className={styles.legend}>
      <Select
        label="Legend"
        value={mode}
        options={LEGENDS}
        onChange={(next) => {
          setCustom(next === 'custom');
          const format = next === 'auto' ? AUTO : next === 'custom' ? '{{instance}}' : '';
          onChange({ ...target, legendFormat: format });
        }}
      />
      {mode === 'custom' && (
        <TextField
          aria-label="Custom legend"
          title="{{label}} stands for the value of a label"
          placeholder="{{instance}}"
          value={legendFormat === AUTO ? '' : legendFormat}
          onChange={(event) => onChange({ ...target, legendFormat: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
