import type { ReactNode } from 'react';
import { choiceAt, flagAt, numberAt, textAt, type Options } from '../shared/options';
import { Legend } from './Legend';
import { legendWidth, placeLegend, type LegendChoice, type LegendItem } from './rows';
import styles from './legend.module.css';

export interface WithLegendProps {
  options: Options;
  items: readonly LegendItem[];
  width: number;
  height: number;
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  onFocus?: (name: string | null) => void;
  children: ReactNode;
}

export function legendChoice(options: Options): LegendChoice {
  const mode = choiceAt(options, 'legend.displayMode', ['list', 'table', 'hidden'], 'list');
  const asTable = flagAt(options, 'legend.asTable');
  return {
    show: flagAt(options, 'legend.showLegend', true) && mode !== 'hidden',
    mode: mode === 'table' || asTable ? 'table' : 'list',
    place: choiceAt(options, 'legend.placement', ['bottom', 'right'], 'bottom'),
    width: numberAt(options, 'legend.width'),
  };
}

/** A drawing with its legend beside or below it. */
export function WithLegend(props: WithLegendProps) {
  const { options, items, width, height, children, ...rest } = props;
  const choice = legendChoice(options);
  const place = items.length === 0 ? 'none' : placeLegend(choice, width, height);
  const by = textAt(options, 'legend.sortBy');
  const sort = by === '' ? null : { by, down: flagAt(options, 'legend.sortDesc') };
  return (
    <div className={styles.frame} data-place={place}>
      <div className={styles.drawing}>{children}</div>
      {place !== 'none' && (
        <div className={styles.side} style={sideStyle(place, choice, items, width, height)}>
          <Legend
            key={`${choice.mode} ${place} ${items.length > 100}`}
            items={items}
            mode={choice.mode}
            place={place}
            sort={sort}
            {...rest}
          />
        </div>
      )}
    </div>
  );
}

function sideStyle(
  place: 'bottom' | 'right',
  choice: LegendChoice,
  items: readonly LegendItem[],
  width: number,
  height: number,
) {
  if (place === 'right') return { width: legendWidth(choice, items, width) };
  const rows = items.length + (choice.mode === 'table' && items[0]?.values.length !== 0 ? 1 : 0);
  // A list in lines takes the room it needs; rows have a height of their own.
  return choice.mode === 'table' || items.length > 100
    ? { height: Math.min(rows, Math.max(2, Math.floor((height * 0.38) / 22))) * 22 }
    : { maxHeight: Math.max(1, Math.floor((height * 0.35) / 22)) * 22 };
}
