import {
  IconBell,
  IconLayoutDashboard,
  IconMoonStars,
  IconTimeline,
  type Icon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { fetchAlertingOverview } from '../api/grafana/alerting';
import { settled } from '../api/grafana/client';
import { searchDashboards } from '../api/grafana/dashboards';
import { fuzzyFilter } from '../lib/fuzzy';
import { encodePanels, NEW_PANEL } from '../lib/panelUrl';
import { Dialog } from '../parts/Dialog';
import { HAS_ACCOUNTS } from '../parts/session';
import { usePromqlNames } from '../promql/usePromqlNames';
import { PLACES } from './places';
import styles from './Palette.module.css';

export interface PaletteProps {
  onClose: () => void;
  onTheme: () => void;
}

interface Entry {
  readonly id: string;
  readonly kind: 'Page' | 'Dashboard' | 'Rule' | 'Metric' | 'Action';
  readonly name: string;
  readonly words: string;
  readonly icon: Icon;
  readonly run: () => void;
}

const SHOWN = 60;

/** By its name, or by a word people from elsewhere would look for. */
function isNamed({ name, words }: Entry, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return ` ${name} ${words}`.toLowerCase().includes(` ${wanted}`);
}

/** Dashboards and alert rules, where the listener has them; asked for when the palette opens. */
function useContent(navigate: (path: string) => void): readonly Entry[] {
  const dashboards = useQuery({
    enabled: HAS_ACCOUNTS,
    queryKey: ['search', 'palette'],
    queryFn: async ({ signal }) => settled(await searchDashboards({ type: 'dash-db' }, signal)),
    staleTime: 30_000,
  });
  const rules = useQuery({
    enabled: HAS_ACCOUNTS,
    queryKey: ['alerting-overview'],
    queryFn: async ({ signal }) => settled(await fetchAlertingOverview(signal)),
    staleTime: 15_000,
  });
  return [
    ...(dashboards.data ?? []).map(({ uid, title, tags, folderTitle }): Entry => {
      const run = () => navigate(`/d/${encodeURIComponent(uid)}`);
      const words = [folderTitle, ...tags].join(' ');
      return {
        id: `d ${uid}`,
        kind: 'Dashboard',
        name: title,
        words,
        icon: IconLayoutDashboard,
        run,
      };
    }),
    ...(rules.data ?? []).map((rule, i): Entry => {
      const run = () => navigate(`/alerts?search=${encodeURIComponent(rule.name)}`);
      const words = [rule.folder, rule.group].join(' ');
      return { id: `r ${i}`, kind: 'Rule', name: rule.name, words, icon: IconBell, run };
    }),
  ];
}

/** Finds pages, dashboards, rules, metrics and actions by a few letters of their names. */
export function Palette({ onClose, onTheme }: PaletteProps) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const names = usePromqlNames();
  const content = useContent(navigate);

  const pages: Entry[] = [
    ...PLACES.map(({ path, name, words, icon }): Entry => {
      return { id: path, kind: 'Page', name, words, icon, run: () => navigate(path) };
    }),
    {
      id: 'theme',
      kind: 'Action',
      name: 'Next theme',
      words: 'dark light system colour',
      icon: IconMoonStars,
      run: onTheme,
    },
  ];
  const metrics = names.map((name): Entry => {
    const run = () => navigate(`/query?${encodePanels([{ ...NEW_PANEL, expr: name }])}`);
    return { id: `metric ${name}`, kind: 'Metric', name, words: '', icon: IconTimeline, run };
  });
  const found = [
    ...pages.filter((entry) => isNamed(entry, text)),
    ...(text.trim() === '' ? [] : content.filter((entry) => isNamed(entry, text)).slice(0, SHOWN)),
    ...fuzzyFilter(metrics, text, (entry) => entry.name, SHOWN),
  ];
  const chosen = Math.min(at, found.length - 1);

  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (chosen + step + found.length) % Math.max(1, found.length);
      setAt(next);
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
    }
  };

  return (
    <Dialog label="Search" width={600} onClose={onClose}>
      <input
        className={styles.input}
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        aria-label="Search pages, dashboards, metrics and actions"
        placeholder="Search pages, dashboards, metrics and actions"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Found" className={styles.list}>
        {found.map((entry, i) => {
          const { id, name, kind, icon: Sign } = entry;
          return (
            <li
              key={id}
              id={`palette-${i}`}
              role="option"
              aria-selected={i === chosen}
              className={styles.option}
              onMouseMove={() => setAt(i)}
              onClick={() => run(entry)}
            >
              <Sign size={16} stroke={1.7} aria-hidden />
              <span className={styles.name} data-kind={kind}>
                {name}
              </span>
              <span className={styles.kind}>{kind}</span>
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <p className={styles.none}>Nothing has these letters in its name.</p>}
    </Dialog>
  );
}
