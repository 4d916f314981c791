import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { formatShare, type PlanRow } from '../../lib/planTree';
import { formatElapsed } from '../../lib/time';
import { formatCount, formatFull, formatValue } from '../../lib/units';
import styles from './plan.module.css';

export interface PlanRowViewProps {
  row: PlanRow;
  active: boolean;
  slowest: boolean;
  onLight: () => void;
  onFocus: () => void;
  onToggle: () => void;
}

interface Figure {
  readonly text: string;
  readonly word: string;
  readonly title: string;
}

function figures({ node }: PlanRow): Figure[] {
  const count = (n: number, one: string, many: string): Figure => ({
    text: n === 0 ? '' : formatValue(n),
    word: n === 1 ? one : many,
    title: formatCount(n, one, many),
  });
  return [
    count(node.series, 'series', 'series'),
    count(node.points, 'point', 'points'),
    count(node.samplesRead, 'sample', 'samples'),
    {
      text: node.memoryBytes === 0 ? '' : formatValue(node.memoryBytes, 'bytes'),
      word: '',
      title: `${formatFull(node.memoryBytes)} bytes`,
    },
  ];
}

export function PlanRowView({
  row,
  active,
  slowest,
  onLight,
  onFocus,
  onToggle,
}: PlanRowViewProps) {
  const { node, share } = row;
  const numbers = figures(row);
  const own = formatElapsed(row.seconds * 1000);
  const details = node.details.join(' · ');
  const said = numbers.filter(({ text }) => text !== '').map(({ title }) => title);
  const words = [
    node.label,
    `${formatShare(share)} of the time, ${own}`,
    ...said,
    ...(slowest ? ['slowest part'] : []),
  ].join(', ');
  const Arrow = row.open === true ? IconChevronDown : IconChevronRight;
  const heat: CSSProperties & Record<'--share', number> = { '--share': share };
  return (
    <li
      className={styles.row}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={row.open ?? undefined}
      tabIndex={active ? 0 : -1}
      data-key={row.key}
      data-slowest={slowest || undefined}
      style={heat}
      onMouseEnter={onLight}
      onFocus={() => {
        onFocus();
        onLight();
      }}
      onClick={onToggle}
    >
      <span className="sr-only">{words}</span>
      {row.lines.map((on, i) => (
        <span key={i} className={styles.line} data-on={on || undefined} />
      ))}
      {row.depth > 0 && <span className={styles.elbow} data-last={row.last || undefined} />}
      <span className={styles.knot} data-open={row.open === true || undefined}>
        {row.open === null ? <span className={styles.dot} /> : <Arrow size={15} stroke={2} />}
      </span>
      <div className={styles.part} aria-hidden>
        <p className={styles.label} title={node.expr === '' ? node.label : node.expr}>
          <code>{node.label}</code>
          {slowest && <span className={styles.badge}>slowest</span>}
        </p>
        <div
          className={styles.time}
          title={`${formatElapsed(node.selfSeconds * 1000)} here, ${formatElapsed(node.seconds * 1000)} with all below`}
        >
          <span className={styles.bar}>
            <span className={styles.fill} />
          </span>
          <span className={styles.percent}>{formatShare(share)}</span>
          <span className={styles.own}>{own}</span>
        </div>
        {numbers.map(({ text, title }, i) => (
          <span key={i} className={styles.figure} title={title}>
            {text}
          </span>
        ))}
        <p className={styles.inline}>
          {numbers
            .filter(({ text }) => text !== '')
            .map(({ text, word, title }) => (
              <span key={title} title={title}>{`${text} ${word}`}</span>
            ))}
        </p>
        {details !== '' && (
          <p className={styles.details} title={node.details.join('\n')}>
            {details}
          </p>
        )}
      </div>
    </li>
  );
}
