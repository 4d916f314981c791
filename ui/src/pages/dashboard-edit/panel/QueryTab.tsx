import { IconChevronDown, IconChevronRight, IconListSearch, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Panel } from '../../../dash/model';
import { DASHBOARD, MIXED } from '../../../dash/model/sources';
import type { PanelData } from '../../../dash/query/runner';
import { formatInterval } from '../../../dash/query/interval';
import { findSource } from '../../../dash/query/sources';
import { Button } from '../../../parts/Button';
import { Notice } from '../../../parts/Notice';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { NumberInput } from '../options/NumberInput';
import { Switch } from '../options/Switch';
import type { DashboardSession } from '../../dashboard/session';
import { QueryRow } from './QueryRow';
import { SharedPanelQuery } from './SharedPanelQuery';
import { sourceOptions } from './sourceOptions';
import { addTarget, refOf, setSource } from './targets';
import styles from './panel.module.css';

export interface QueryTabProps {
  session: DashboardSession;
  panel: Panel;
  panelKey: string;
  data: PanelData;
  onChange: (panel: Panel) => void;
}

export function QueryTab(props: QueryTabProps) {
  const { session, panel, panelKey, data, onChange } = props;
  const { sources } = session.deps;
  const chosen = panel.datasource.uid;
  const found = findSource(panel.datasource, sources, session.state.scope);
  const shared = chosen === DASHBOARD;
  return (
    <div className={styles.queries}>
      <div className={styles.queryHead}>
        <Select
          label="Data source"
          value={chosen}
          options={sourceOptions(session, panel.datasource)}
          onChange={(uid) => {
            const source = sources.find((one) => one.uid === uid);
            const ref =
              source !== undefined
                ? refOf(source)
                : uid === MIXED || uid === DASHBOARD
                  ? { type: 'datasource', uid }
                  : uid.startsWith('$')
                    ? { type: 'prometheus', uid }
                    : { type: '', uid: '' };
            onChange(setSource(panel, ref));
          }}
        />
        <Button
          variant="default"
          leftSection={<IconListSearch size={16} />}
          onClick={() => session.open({ kind: 'inspect', panelKey, tab: 'query' })}
        >
          Query inspector
        </Button>
      </div>
      {found?.remark !== undefined && found.remark !== '' && !shared && chosen !== MIXED && (
        <Notice kind="warning">{found.remark}</Notice>
      )}
      <QueryOptions panel={panel} data={data} onChange={onChange} />
      {shared ? (
        <SharedPanelQuery session={session} panel={panel} onChange={onChange} />
      ) : (
        <>
          {panel.targets.map((target, i) => (
            <QueryRow
              key={target.refId}
              {...props}
              target={target}
              first={i === 0}
              last={i === panel.targets.length - 1}
            />
          ))}
          <div>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => onChange(addTarget(panel))}
            >
              Add query
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function QueryOptions({
  panel,
  data,
  onChange,
}: Pick<QueryTabProps, 'panel' | 'data' | 'onChange'>) {
  const [open, setOpen] = useState(false);
  const Sign = open ? IconChevronDown : IconChevronRight;
  const { interval } = data.request ?? {};
  const set = (change: Partial<Panel>) => onChange({ ...panel, ...change });
  const words = [
    interval === undefined ? '' : `${interval.maxDataPoints} points at most`,
    interval === undefined ? '' : `a step of ${formatInterval(interval.intervalMs)}`,
    panel.timeFrom === '' ? '' : `the last ${panel.timeFrom}`,
    panel.timeShift === '' ? '' : `${panel.timeShift} earlier`,
  ].filter((one) => one !== '');
  return (
    <section className={styles.queryOptions}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Sign size={15} aria-hidden />
        <b>Query options</b>
        <span className={styles.dim}>{words.join(', ')}</span>
      </button>
      {open && (
        <div className={styles.fields}>
          <NumberInput
            label="Max data points"
            placeholder="As wide as it is"
            min={1}
            value={panel.maxDataPoints ?? undefined}
            onChange={(points) => set({ maxDataPoints: points ?? null })}
          />
          <TextField
            label="Min interval"
            placeholder="As the source is scraped"
            value={panel.interval}
            onChange={(event) => set({ interval: event.currentTarget.value })}
          />
          <TextField
            label="Relative time"
            placeholder="As the dashboard, or 1h"
            value={panel.timeFrom}
            onChange={(event) => set({ timeFrom: event.currentTarget.value })}
          />
          <TextField
            label="Time shift"
            placeholder="None, or 1d"
            value={panel.timeShift}
            onChange={(event) => set({ timeShift: event.currentTarget.value })}
          />
          <Switch
            label="Hide the note of another range"
            on={panel.hideTimeOverride}
            onChange={(hideTimeOverride) => set({ hideTimeOverride })}
          />
        </div>
      )}
    </section>
  );
}
