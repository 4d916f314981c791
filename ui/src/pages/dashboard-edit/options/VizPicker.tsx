import {
  IconAlertCircle,
  IconChartArcs3,
  IconChartBar,
  IconChartDots,
  IconChartHistogram,
  IconChartLine,
  IconChartPie,
  IconChevronDown,
  IconGauge,
  IconGridDots,
  IconLayoutDashboard,
  IconLetterT,
  IconNote,
  IconNumber123,
  IconTable,
  IconTimeline,
  type Icon,
} from '@tabler/icons-react';
import { use, useEffect, useState } from 'react';
import type { Frame } from '../../../dash/frame';
import { Dropdown } from '../../../parts/Dropdown';
import { DropdownContext } from '../../../parts/dropdownContext';
import { TextField } from '../../../parts/TextField';
import { loadViz, VIZ_LIST, vizFor, vizName } from '../../../viz/registry';
import { suggestions } from './suggestions';
import styles from './options.module.css';

const ICONS: Readonly<Record<string, Icon>> = {
  timeseries: IconChartLine,
  stat: IconNumber123,
  gauge: IconGauge,
  bargauge: IconChartBar,
  table: IconTable,
  barchart: IconChartBar,
  piechart: IconChartPie,
  heatmap: IconGridDots,
  histogram: IconChartHistogram,
  'state-timeline': IconTimeline,
  'status-history': IconChartDots,
  text: IconLetterT,
  alertlist: IconAlertCircle,
  dashlist: IconLayoutDashboard,
  annolist: IconNote,
};

export interface VizPickerProps {
  type: string;
  frames: readonly Frame[];
  onChange: (type: string) => void;
}

export function VizPicker({ type, frames, onChange }: VizPickerProps) {
  const Sign = ICONS[type] ?? IconChartArcs3;
  return (
    <Dropdown
      label="Visualization"
      kind="dialog"
      align="end"
      width={320}
      trigger={(trigger) => (
        <button
          type="button"
          {...trigger}
          className={styles.viz}
          aria-label={`Visualization: ${vizName(type)}`}
        >
          <Sign size={20} stroke={1.6} aria-hidden />
          <span className={styles.vizName}>{vizName(type)}</span>
          <IconChevronDown size={16} aria-hidden />
        </button>
      )}
    >
      <Kinds type={type} frames={frames} onChange={onChange} />
    </Dropdown>
  );
}

/** How well a kind suits the data is known once its code is there. */
function useAllKinds(): number {
  const [arrived, setArrived] = useState(0);
  useEffect(() => {
    let gone = false;
    for (const { type } of VIZ_LIST) {
      loadViz(type).then(
        () => {
          if (!gone) setArrived((n) => n + 1);
        },
        () => undefined,
      );
    }
    return () => {
      gone = true;
    };
  }, []);
  return arrived;
}

function Kinds({ type, frames, onChange }: VizPickerProps) {
  const { close } = use(DropdownContext);
  const [text, setText] = useState('');
  useAllKinds();
  const suited = suggestions(
    VIZ_LIST.map((one) => one.type),
    vizFor,
    frames,
  );
  const words = text.trim().toLowerCase();
  const found = VIZ_LIST.filter(
    (one) => one.offered && `${one.name} ${one.description}`.toLowerCase().includes(words),
  );
  const best = found.filter((one) => suited.includes(one.type));
  best.sort((a, b) => suited.indexOf(a.type) - suited.indexOf(b.type));
  const groups = [
    { name: 'Suggested for this data', items: words === '' ? best : [] },
    {
      name: words === '' && best.length > 0 ? 'All others' : 'All',
      items: words === '' ? found.filter((one) => !best.includes(one)) : found,
    },
  ];
  return (
    <div className={styles.list}>
      <TextField
        aria-label="Search visualizations"
        placeholder="Search"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {groups.map(
        ({ name, items }) =>
          items.length > 0 && (
            <div key={name} role="group" aria-label={name}>
              <p className={styles.listHead}>{name}</p>
              {items.map((one) => {
                const Sign = ICONS[one.type] ?? IconChartArcs3;
                return (
                  <button
                    key={one.type}
                    type="button"
                    data-item
                    className={styles.kind}
                    aria-pressed={one.type === type}
                    onClick={() => {
                      close();
                      onChange(one.type);
                    }}
                  >
                    <Sign size={20} stroke={1.6} aria-hidden />
                    <span>
                      <b>{one.name}</b>
                      <small>{one.description}</small>
                    </span>
                  </button>
                );
              })}
            </div>
          ),
      )}
    </div>
  );
}
