import { axisTicks, barPieces } from '../../lib/episodes';
import { formatDateTime, formatElapsed, formatTimeTicks } from '../../lib/time';
import { formatCount } from '../../lib/units';
import type { Labels } from '../../lib/labels';
import { LabelChips } from '../../parts/LabelChips';
import type { Episode } from '../../api/backtest';
import styles from './Timeline.module.css';

export interface TimelineRow {
  readonly labels: Labels;
  readonly episodes: readonly Episode[];
}

export interface TimelineProps {
  rows: readonly TimelineRow[];
  omit: readonly string[];
  startMs: number;
  endMs: number;
}

const WANTED_TICKS = 7;

function describe({ pendingAt, firedAt, endedAt }: Episode, endMs: number): string {
  const until = endedAt === null ? 'still' : `until ${formatDateTime(endedAt)}`;
  if (firedAt !== null) {
    const lasted = formatElapsed((endedAt ?? endMs) - firedAt);
    return `Firing from ${formatDateTime(firedAt)} ${until}, ${lasted}`;
  }
  return `Only pending from ${pendingAt === null ? 'the start' : formatDateTime(pendingAt)} ${until}`;
}

/** Names at the edges stay inside. */
function edgeOf(share: number): 'left' | 'right' | undefined {
  if (share < 0.03) return 'left';
  return share > 0.97 ? 'right' : undefined;
}

/** Label sets below one another, each with a bar of when it was pending and when it fired. */
export function Timeline({ rows, omit, startMs, endMs }: TimelineProps) {
  const ticks = axisTicks(startMs, endMs, WANTED_TICKS);
  const names = formatTimeTicks(ticks, (ticks[1] ?? endMs) - (ticks[0] ?? startMs));
  const place = (ms: number) => `${((ms - startMs) / Math.max(1, endMs - startMs)) * 100}%`;
  return (
    <div className={styles.timeline}>
      <ul className={styles.rows}>
        {rows.map(({ labels, episodes }, i) => {
          const fired = episodes.filter((one) => one.firedAt !== null).length;
          return (
            <li key={i} className={styles.row}>
              <div className={styles.labels}>
                <LabelChips labels={labels} omit={omit} />
                <span className={styles.count}>
                  {fired === 0 ? 'only pending' : formatCount(fired, 'time')}
                </span>
              </div>
              <div
                className={styles.bar}
                role="img"
                aria-label={episodes.map((one) => describe(one, endMs)).join('. ')}
              >
                {ticks.map((ms) => (
                  <span key={ms} className={styles.grid} style={{ left: place(ms) }} />
                ))}
                {episodes.map((one, at) => (
                  <span key={at} title={describe(one, endMs)}>
                    {barPieces([one], startMs, endMs).map(({ kind, left, width }) => (
                      <span
                        key={kind}
                        className={styles.piece}
                        data-kind={kind}
                        style={{ left: `${left}%`, width: `${width}%` }}
                      />
                    ))}
                  </span>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
      <div className={styles.axis} aria-hidden>
        {ticks.map((ms, i) => (
          <span
            key={ms}
            className={styles.tick}
            data-edge={edgeOf((ms - startMs) / Math.max(1, endMs - startMs))}
            style={{ left: place(ms) }}
          >
            {names[i]}
          </span>
        ))}
      </div>
    </div>
  );
}
