import { IconPlus, IconTrash } from '@tabler/icons-react';
import { addAnnotation, removeAnnotation, setAnnotation } from '../../../dash/model/save';
import { readAnnotation } from '../../../dash/model/dashboard';
import { flag, object, text, texts } from '../../../dash/model/json';
import { isGrafana } from '../../../dash/model/sources';
import type { AnnotationQuery, Json } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { IconButton } from '../../../parts/IconButton';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { useSessionState } from '../../dashboard/context';
import type { DashboardSession } from '../../dashboard/session';
import { ColourInput } from '../options/ColourInput';
import { Switch } from '../options/Switch';
import { plainSourceOptions } from '../panel/sourceOptions';
import type { SettingsPartProps } from './Settings';
import { WordsField } from './WordsField';
import styles from './settings.module.css';

export function AnnotationsSettings({ session }: SettingsPartProps) {
  const annotations = useSessionState((state) => state.dashboard.annotations);
  const add = () =>
    session.edit((all) =>
      addAnnotation(
        all,
        readAnnotation({
          name: `Annotation ${annotations.length + 1}`,
          enable: true,
          iconColor: 'red',
          expr: '',
          step: '60s',
        }),
      ),
    );
  return (
    <>
      <div className={styles.columns}>
        {annotations.map((one, i) => (
          <Card
            key={i}
            title={one.name}
            aside={
              one.builtIn ? undefined : (
                <IconButton
                  aria-label={`Delete ${one.name}`}
                  onClick={() =>
                    session.edit((all) => removeAnnotation(all, i), `Deleted “${one.name}”`)
                  }
                >
                  <IconTrash size={16} />
                </IconButton>
              )
            }
          >
            <OneAnnotation
              session={session}
              query={one}
              onChange={(next) => session.edit((all) => setAnnotation(all, i, next))}
            />
          </Card>
        ))}
      </div>
      <div>
        <Button leftSection={<IconPlus size={16} />} onClick={add}>
          New annotation query
        </Button>
      </div>
    </>
  );
}

interface OneProps {
  session: DashboardSession;
  query: AnnotationQuery;
  onChange: (query: AnnotationQuery) => void;
}

function OneAnnotation({ session, query, onChange }: OneProps) {
  const { raw } = query;
  const own = isGrafana(query.datasource);
  const setRaw = (key: string, value: Json) =>
    onChange({ ...query, raw: { ...raw, [key]: value } });
  const field = (key: string, label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={text(raw[key])}
      onChange={(event) => setRaw(key, event.currentTarget.value)}
    />
  );
  return (
    <div className={styles.form}>
      <div className={styles.line}>
        <TextField
          label="Name"
          className={styles.grow ?? ''}
          value={query.name}
          onChange={(event) => onChange({ ...query, name: event.currentTarget.value })}
        />
        <ColourInput
          label="Colour"
          value={query.iconColor}
          onChange={(iconColor) => onChange({ ...query, iconColor })}
        />
      </div>
      <Switch label="On" on={query.enable} onChange={(enable) => onChange({ ...query, enable })} />
      <Switch
        label="Without a switch above the panels"
        on={query.hide}
        onChange={(hide) => onChange({ ...query, hide })}
      />
      {!query.builtIn && (
        <Select
          label="Data source"
          value={own ? '-- Grafana --' : query.datasource.uid}
          options={[
            ...plainSourceOptions(session, { type: '', uid: '' }),
            { value: '-- Grafana --', name: 'Notes of this server' },
          ]}
          onChange={(uid) => {
            const found = session.deps.sources.find((one) => one.uid === uid);
            const type = uid === '-- Grafana --' ? 'grafana' : (found?.type ?? 'prometheus');
            onChange({ ...query, datasource: { type: uid === '' ? '' : type, uid } });
          }}
        />
      )}
      {own && !query.builtIn && <Tags raw={raw['target']} onChange={(v) => setRaw('target', v)} />}
      {!own && (
        <>
          {field('expr', 'Expression', 'ALERTS{alertstate="firing"}')}
          {field('step', 'Step', '60s')}
          {field('titleFormat', 'Title', '{{alertname}}')}
          {field('textFormat', 'Text', '{{instance}}')}
          {field('tagKeys', 'Labels that become tags', 'severity, job')}
          <Switch
            label="The value is the time"
            on={flag(raw['useValueForTime'])}
            onChange={(on) => setRaw('useValueForTime', on)}
          />
        </>
      )}
    </div>
  );
}

function Tags({ raw, onChange }: { raw: Json | undefined; onChange: (value: Json) => void }) {
  const target = object(raw);
  const type = text(target['type'], 'dashboard') === 'tags' ? 'tags' : 'dashboard';
  const base = { limit: 100, matchAny: false, tags: [], ...target };
  return (
    <>
      <Segments
        aria-label="Which notes"
        value={type}
        data={[
          { value: 'dashboard', label: 'Of this dashboard' },
          { value: 'tags', label: 'By tags' },
        ]}
        onChange={(next) => onChange({ ...base, type: next })}
      />
      {type === 'tags' && (
        <>
          <WordsField
            label="Tags"
            placeholder="deploy, incident"
            value={texts(target['tags'])}
            onChange={(tags) => onChange({ ...base, type, tags: [...tags] })}
          />
          <Switch
            label="One of them is enough"
            on={flag(target['matchAny'])}
            onChange={(matchAny) => onChange({ ...base, type, matchAny })}
          />
        </>
      )}
    </>
  );
}
