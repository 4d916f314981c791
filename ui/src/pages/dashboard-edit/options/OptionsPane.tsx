import { useMemo, useState } from 'react';
import type { Frame } from '../../../dash/frame';
import type { JsonObject, Panel } from '../../../dash/model';
import { FilterBox } from '../../../parts/FilterBox';
import { Segments } from '../../../parts/Segments';
import { withDefaults } from '../../../viz/shared/options';
import type { OptionField, VizPlugin } from '../../../viz/types';
import { fieldConfigOf } from '../../dashboard/pipeline';
import { OptionControl } from './OptionControl';
import { Overrides } from './Overrides';
import { PanelOptions } from './PanelOptions';
import { getAt, setAt } from './paths';
import { Section } from './Section';
import { defaultsJson, STANDARD_PROPERTIES, withDefault } from './standard';
import { StandardControl } from './StandardControl';
import { VizPicker } from './VizPicker';
import styles from './options.module.css';

export interface OptionsPaneProps {
  panel: Panel;
  plugin: VizPlugin | undefined;
  /** What the queries gave, for suggestions. */
  frames: readonly Frame[];
  /** Names that the fields are shown with. */
  names: readonly string[];
  variables: readonly string[];
  onType: (type: string) => void;
  onChange: (panel: Panel) => void;
}

/** Everything of a panel but its queries. One search over all of it. */
export function OptionsPane(props: OptionsPaneProps) {
  const { panel, plugin, frames, names, onType, onChange } = props;
  const [text, setText] = useState('');
  const [part, setPart] = useState<'all' | 'overrides'>('all');
  const words = text.trim().toLowerCase();
  const count = panel.fieldConfig.overrides.length;
  return (
    <div className={styles.pane}>
      <VizPicker type={panel.type} frames={frames} onChange={onType} />
      <div className={styles.paneTools}>
        <FilterBox value={text} onChange={setText} placeholder="Search options" />
        <Segments
          aria-label="Part"
          value={part}
          data={[
            { value: 'all', label: 'All' },
            { value: 'overrides', label: count === 0 ? 'Overrides' : `Overrides (${count})` },
          ]}
          onChange={setPart}
        />
      </div>
      {part === 'all' && (
        <PanelOptions panel={panel} words={words} variables={props.variables} onChange={onChange} />
      )}
      {plugin !== undefined && part === 'all' && (
        <>
          <Fields
            fields={plugin.optionFields}
            values={withDefaults(plugin.defaults, panel.options)}
            words={words}
            onSet={(path, value) =>
              onChange({ ...panel, options: setAt(panel.options, path, value) })
            }
          />
          <Fields
            fields={plugin.customFields}
            values={withDefaults(plugin.customDefaults, panel.fieldConfig.defaults.custom)}
            words={words}
            onSet={(path, value) => {
              const { defaults } = panel.fieldConfig;
              const custom = setAt(defaults.custom, path, value);
              onChange({
                ...panel,
                fieldConfig: { ...panel.fieldConfig, defaults: { ...defaults, custom } },
              });
            }}
          />
          <Standard panel={panel} plugin={plugin} words={words} onChange={onChange} />
        </>
      )}
      {plugin !== undefined && part === 'overrides' && (
        <Overrides
          panel={panel}
          plugin={plugin}
          names={names}
          onChange={(overrides) =>
            onChange({ ...panel, fieldConfig: { ...panel.fieldConfig, overrides } })
          }
        />
      )}
    </div>
  );
}

interface FieldsProps {
  fields: readonly OptionField[];
  values: JsonObject;
  words: string;
  onSet: (path: string, value: ReturnType<typeof getAt>) => void;
}

function Fields({ fields, values, words, onSet }: FieldsProps) {
  const groups = useMemo(() => [...new Set(fields.map(({ group }) => group))], [fields]);
  const fits = ({ label, group }: OptionField) => `${group} ${label}`.toLowerCase().includes(words);
  return groups.map((group) => {
    const own = fields.filter(
      (field) => field.group === group && fits(field) && (field.when?.(values) ?? true),
    );
    if (own.length === 0) return null;
    return (
      <Section key={group} title={group} forced={words !== ''}>
        {own.map((field, i) => (
          <OptionControl
            key={`${field.path} ${i}`}
            field={field}
            value={getAt(values, field.path) ?? initialOf(field)}
            onChange={(value) => onSet(field.path, value)}
          />
        ))}
      </Section>
    );
  });
}

function initialOf({ initial }: OptionField): ReturnType<typeof getAt> {
  return typeof initial === 'object' ? [...initial] : initial;
}

const APART = new Set(['thresholds', 'mappings', 'links']);

interface StandardProps {
  panel: Panel;
  plugin: VizPlugin;
  words: string;
  onChange: (panel: Panel) => void;
}

function Standard({ panel, plugin, words, onChange }: StandardProps) {
  const { defaults } = panel.fieldConfig;
  // What holds where the panel says nothing is shown, and becomes its own once it is changed.
  const json = defaultsJson(fieldConfigOf(panel, plugin).defaults);
  const own = STANDARD_PROPERTIES.filter(
    ({ id, name }) =>
      plugin.standard.includes(id) && `standard options ${name}`.toLowerCase().includes(words),
  );
  const control = (id: (typeof own)[number]['id']) => (
    <StandardControl
      key={id}
      id={id}
      value={json[id]}
      onChange={(value) =>
        onChange({
          ...panel,
          fieldConfig: { ...panel.fieldConfig, defaults: withDefault(defaults, id, value) },
        })
      }
    />
  );
  const plain = own.filter(({ id }) => !APART.has(id));
  return (
    <>
      {plain.length > 0 && (
        <Section title="Standard options" forced={words !== ''}>
          {plain.map(({ id }) => control(id))}
        </Section>
      )}
      {own
        .filter(({ id }) => APART.has(id))
        .map(({ id, name }) => (
          <Section key={id} title={name} forced={words !== ''}>
            {control(id)}
          </Section>
        ))}
    </>
  );
}
