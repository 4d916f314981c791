import { COLOUR_MODES, scaleColours } from '../../../dash/data/colourModes';
import {
  dataLinks,
  fieldColor,
  thresholds,
  valueMappings,
  writeLinks,
  writeMapping,
  writeThresholds,
} from '../../../dash/model/fieldConfig';
import { cloneJson, number, text } from '../../../dash/model/json';
import type { Json } from '../../../dash/model';
import { useShownScheme } from '../../../parts/colourScheme';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { ColourInput } from './ColourInput';
import { Links } from './Links';
import { Mappings } from './Mappings';
import { NumberInput } from './NumberInput';
import { FIRST_VALUE, STANDARD_PROPERTIES, type StandardId } from './standard';
import { Switch } from './Switch';
import { Thresholds } from './Thresholds';
import { UnitInput } from './UnitInput';
import styles from './options.module.css';

export interface StandardControlProps {
  id: StandardId;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

const nameOf = (id: StandardId): string =>
  STANDARD_PROPERTIES.find((one) => one.id === id)?.name ?? id;

const LINK_HINT =
  'May hold ${__series.name}, ${__field.labels.instance}, ${__value.raw}, ${__url_time_range} and variables';

/** One of the settings that all fields have. */
export function StandardControl(props: StandardControlProps) {
  const { id, value, onChange } = props;
  const label = nameOf(id);
  switch (id) {
    case 'thresholds': {
      const now = thresholds(value) ?? thresholds(FIRST_VALUE.thresholds);
      if (now === undefined) return null;
      return <Thresholds value={now} onChange={(next) => onChange(writeThresholds(next))} />;
    }
    case 'mappings':
      return (
        <Mappings
          value={valueMappings(value)}
          onChange={(next) => onChange(next.map(writeMapping))}
        />
      );
    case 'links':
      return (
        <Links
          value={dataLinks(value)}
          hint={LINK_HINT}
          onChange={(next) => onChange(writeLinks(next))}
        />
      );
    case 'fieldMinMax':
    case 'filterable':
      return <Switch label={label} on={value === true} onChange={onChange} />;
    default:
      return (
        <div className={styles.field}>
          <span className={styles.label}>{label}</span>
          <Plain {...props} label={label} />
        </div>
      );
  }
}

function Plain({ id, value, onChange, label }: StandardControlProps & { label: string }) {
  switch (id) {
    case 'unit':
      return <UnitInput label={label} value={text(value)} onChange={onChange} />;
    case 'color':
      return <ColourMode value={value} onChange={onChange} />;
    case 'min':
    case 'max':
      return <NumberInput aria-label={label} value={number(value)} onChange={onChange} />;
    case 'decimals':
      return (
        <NumberInput
          aria-label={label}
          min={0}
          max={15}
          value={number(value)}
          onChange={onChange}
        />
      );
    default:
      return (
        <TextField
          aria-label={label}
          value={text(value)}
          placeholder={id === 'noValue' ? '-' : 'As the query names it'}
          onChange={(event) => {
            const next = event.currentTarget.value;
            onChange(next === '' ? undefined : next);
          }}
        />
      );
  }
}

const OPTIONS = COLOUR_MODES.map(({ id, name }) => ({ value: id, name }));
const SERIES_BY = [
  { value: 'last', name: 'Last value' },
  { value: 'min', name: 'Smallest value' },
  { value: 'max', name: 'Largest value' },
];

function ColourMode({ value, onChange }: Omit<StandardControlProps, 'id'>) {
  const theme = useShownScheme();
  const now = fieldColor(value) ?? { mode: '' };
  const mode = COLOUR_MODES.find(({ id }) => id === now.mode);
  const set = (change: object) => onChange(cloneJson({ ...now, ...change }));
  const single = now.mode === 'fixed' || now.mode === 'shades';
  return (
    <div className={styles.stack}>
      <div className={styles.line}>
        <Select
          label="Colour scheme"
          hideLabel
          value={now.mode}
          options={
            mode === undefined ? [{ value: now.mode, name: 'As its kind' }, ...OPTIONS] : OPTIONS
          }
          onChange={(next) =>
            set({
              mode: next,
              ...(next === 'fixed' || next === 'shades'
                ? { fixedColor: now.fixedColor ?? 'green' }
                : {}),
            })
          }
        />
        {single && (
          <ColourInput
            label="Colour"
            value={now.fixedColor ?? 'green'}
            onChange={(fixedColor) => set({ fixedColor })}
          />
        )}
      </div>
      {mode?.continuous === true && (
        <div
          className={styles.scale}
          aria-hidden
          style={{
            background: `linear-gradient(to right, ${scaleColours(mode.id, theme).join(',')})`,
          }}
        />
      )}
      {mode?.byValue === true && (
        <div className={styles.field}>
          <span className={styles.label}>A series is coloured by its</span>
          <Select
            label="A series is coloured by its"
            hideLabel
            value={now.seriesBy ?? 'last'}
            options={SERIES_BY}
            onChange={(seriesBy) => set({ seriesBy })}
          />
        </div>
      )}
    </div>
  );
}
