import { IconPlus, IconTrash } from '@tabler/icons-react';
import { REDUCERS } from '../../../dash/data/reducers';
import { number, object, text } from '../../../dash/model/json';
import type { Json, Override, Panel } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Dropdown } from '../../../parts/Dropdown';
import { DropdownItem } from '../../../parts/DropdownItem';
import { DropdownLabel } from '../../../parts/DropdownLabel';
import { IconButton } from '../../../parts/IconButton';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import type { VizPlugin } from '../../../viz/types';
import { NumberInput } from './NumberInput';
import { OptionControl } from './OptionControl';
import {
  isSystem,
  MATCHERS,
  matcherWords,
  newOverride,
  propertiesOf,
  withMatcher,
  withMatcherOptions,
  withoutProperty,
  withProperty,
  type PropertyInfo,
} from './overrides';
import { Section } from './Section';
import { FIRST_VALUE } from './standard';
import { StandardControl } from './StandardControl';
import styles from './options.module.css';

export interface OverridesProps {
  panel: Panel;
  plugin: VizPlugin;
  /** Names that the fields are shown with. */
  names: readonly string[];
  onChange: (overrides: readonly Override[]) => void;
}

export function Overrides({ panel, plugin, names, onChange }: OverridesProps) {
  const { overrides } = panel.fieldConfig;
  const set = (at: number, one: Override) => onChange(overrides.with(at, one));
  return (
    <>
      {overrides.length === 0 && (
        <p className={styles.hint}>
          An override gives some fields another unit, colour or style than the rest.
        </p>
      )}
      {overrides.map((one, i) => (
        <Section
          key={i}
          title={`Override ${i + 1}: ${isSystem(one) ? 'hidden by the legend' : matcherWords(one)}`}
          aside={
            <IconButton
              aria-label={`Remove override ${i + 1}`}
              onClick={() => onChange(overrides.toSpliced(i, 1))}
            >
              <IconTrash size={15} />
            </IconButton>
          }
        >
          <Fields one={one} panel={panel} names={names} onChange={(next) => set(i, next)} />
          <Properties one={one} plugin={plugin} onChange={(next) => set(i, next)} />
        </Section>
      ))}
      <div className={styles.addLine}>
        <Dropdown
          label="Add an override"
          width={240}
          trigger={(trigger) => (
            <Button variant="default" leftSection={<IconPlus size={15} />} {...trigger}>
              Add field override
            </Button>
          )}
        >
          {MATCHERS.map(({ value, name }) => (
            <DropdownItem
              key={value}
              onClick={() => onChange([...overrides, withMatcher(newOverride(value), value)])}
            >
              {name}
            </DropdownItem>
          ))}
        </Dropdown>
      </div>
    </>
  );
}

const TYPES = ['number', 'string', 'time', 'boolean', 'other'].map((value) => ({
  value,
  name: value,
}));
const OPS = [
  { value: 'gte', name: '≥' },
  { value: 'gt', name: '>' },
  { value: 'lte', name: '≤' },
  { value: 'lt', name: '<' },
  { value: 'eq', name: '=' },
  { value: 'neq', name: '≠' },
];

interface FieldsProps {
  one: Override;
  panel: Panel;
  names: readonly string[];
  onChange: (one: Override) => void;
}

function Fields({ one, panel, names, onChange }: FieldsProps) {
  const { id, options } = one.matcher;
  const known = MATCHERS.some(({ value }) => value === id);
  const set = (value: Json) => onChange(withMatcherOptions(one, value));
  return (
    <>
      <div className={styles.field}>
        <span className={styles.label}>Which</span>
        <Select
          label="Which fields"
          hideLabel
          value={id}
          options={known ? MATCHERS : [...MATCHERS, { value: id, name: id }]}
          onChange={(next) => onChange(withMatcher(one, next))}
        />
      </div>
      {id === 'byName' && <Names value={text(options)} names={names} onChange={set} />}
      {id === 'byRegexp' && (
        <TextField
          aria-label="Pattern"
          placeholder="/errors.*/"
          value={text(options)}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
      {id === 'byType' && (
        <Select label="Type" hideLabel value={text(options)} options={TYPES} onChange={set} />
      )}
      {id === 'byFrameRefID' && (
        <Select
          label="Query"
          hideLabel
          value={text(options)}
          options={[
            { value: '', name: 'Choose a query' },
            ...panel.targets.map(({ refId }) => ({ value: refId, name: refId })),
          ]}
          onChange={set}
        />
      )}
      {id === 'byValue' && <ByValue options={options} onChange={set} />}
    </>
  );
}

function Names({
  value,
  names,
  onChange,
}: {
  value: string;
  names: readonly string[];
  onChange: (name: string) => void;
}) {
  const listed = names.includes(value) || value === '' ? names : [value, ...names];
  return (
    <Select
      label="Name"
      hideLabel
      value={value}
      options={[
        { value: '', name: 'Choose a field' },
        ...listed.map((name) => ({ value: name, name })),
      ]}
      onChange={onChange}
    />
  );
}

function ByValue({
  options,
  onChange,
}: {
  options: Json | undefined;
  onChange: (value: Json) => void;
}) {
  const rule = object(options);
  return (
    <div className={styles.line}>
      <Select
        label="Calculation"
        hideLabel
        value={text(rule['reducer'])}
        options={REDUCERS.map(({ id, name }) => ({ value: id, name }))}
        onChange={(reducer) => onChange({ ...rule, reducer })}
      />
      <Select
        label="Comparison"
        hideLabel
        value={text(rule['op'], 'gte')}
        options={OPS}
        onChange={(op) => onChange({ ...rule, op })}
      />
      <NumberInput
        aria-label="Value"
        value={number(rule['value'])}
        onChange={(value) => onChange({ ...rule, value: value ?? 0 })}
      />
    </div>
  );
}

interface PropertiesProps {
  one: Override;
  plugin: VizPlugin;
  onChange: (one: Override) => void;
}

function Properties({ one, plugin, onChange }: PropertiesProps) {
  const all = propertiesOf(plugin);
  const free = all.filter(({ id }) => !one.properties.some((property) => property.id === id));
  const groups = [...new Set(free.map(({ group }) => group))];
  return (
    <>
      {one.properties.map(({ id, value }) => {
        const info = all.find((property) => property.id === id);
        return (
          <div key={id} className={styles.property} role="group" aria-label={info?.name ?? id}>
            <div className={styles.propertyBody}>
              <Property
                id={id}
                info={info}
                value={value}
                onChange={(next) => onChange(withProperty(one, id, next))}
              />
            </div>
            <IconButton
              aria-label={`Remove ${info?.name ?? id}`}
              onClick={() => onChange(withoutProperty(one, id))}
            >
              <IconTrash size={15} />
            </IconButton>
          </div>
        );
      })}
      <div>
        <Dropdown
          label="Add a property"
          width={240}
          trigger={(trigger) => (
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} {...trigger}>
              Add property
            </Button>
          )}
        >
          {groups.map((group) => (
            <div key={group}>
              <DropdownLabel>{group}</DropdownLabel>
              {free
                .filter((info) => info.group === group)
                .map((info) => (
                  <DropdownItem
                    key={info.id}
                    onClick={() => onChange(withProperty(one, info.id, firstOf(info)))}
                  >
                    {info.name}
                  </DropdownItem>
                ))}
            </div>
          ))}
        </Dropdown>
      </div>
    </>
  );
}

function firstOf({ standard, field }: PropertyInfo): Json | undefined {
  if (standard !== undefined) return FIRST_VALUE[standard];
  const initial = field?.initial;
  if (typeof initial === 'object') return [...initial];
  return initial ?? (field?.kind === 'switch' ? true : '');
}

interface PropertyProps {
  id: string;
  info: PropertyInfo | undefined;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

function Property({ id, info, value, onChange }: PropertyProps) {
  if (info?.standard !== undefined) {
    return <StandardControl id={info.standard} value={value} onChange={onChange} />;
  }
  if (info?.field !== undefined) {
    return <OptionControl field={info.field} value={value} onChange={onChange} />;
  }
  // Of another kind of panel, or of a newer program: kept, and shown as it stands.
  return (
    <p className={styles.hint}>
      <code>{id}</code> <code>{JSON.stringify(value)}</code>
    </p>
  );
}
