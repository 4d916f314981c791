import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { ActiveTarget } from '../../api/targets';
import { formatElapsed } from '../../lib/time';
import { whyDown } from '../../lib/whyDown';
import { LabelChips } from '../../parts/LabelChips';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import styles from './targets.module.css';

export interface TargetRowProps {
  target: ActiveTarget;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const STATES: Record<ActiveTarget['health'], readonly [Tone, string]> = {
  up: ['ok', 'Up'],
  down: ['bad', 'Down'],
  unknown: ['idle', 'Unknown'],
};

/** The address without what every address has; the whole of it is the link and the title. */
function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

export function TargetRow({ target, now, onPick }: TargetRowProps) {
  const [open, setOpen] = useState(false);
  const {
    health,
    labels,
    lastError,
    lastScrape,
    lastScrapeDuration,
    scrapeInterval,
    scrapeTimeout,
  } = target;
  const [tone, word] = STATES[health];
  const hint = lastError === '' ? null : whyDown(lastError);
  const Arrow = open ? IconChevronDown : IconChevronRight;
  return (
    <tbody className={styles.target} data-testid="target" data-health={health}>
      <tr>
        <td className={styles.endpoint} data-title="Endpoint">
          <span className={styles.address}>
            <button
              type="button"
              className={styles.more}
              aria-expanded={open}
              aria-label={`Labels before relabelling of ${target.scrapeUrl}`}
              onClick={() => setOpen(!open)}
            >
              <Arrow size={15} aria-hidden />
            </button>
            <a href={target.globalUrl} title={target.scrapeUrl} target="_blank" rel="noreferrer">
              {shortUrl(target.scrapeUrl)}
            </a>
          </span>
        </td>
        <td className={styles.state} data-title="State">
          <StateBadge tone={tone} plain>
            {word}
          </StateBadge>
        </td>
        <td data-title="Labels">
          <LabelChips labels={labels} onPick={onPick} />
        </td>
        <td className={styles.figure} data-title="Last scrape">
          <RelativeTime ms={lastScrape} now={now} />
        </td>
        <td className={styles.figure} data-title="Duration">
          {lastScrape === null ? '–' : formatElapsed(lastScrapeDuration * 1000)}
        </td>
        <td className={styles.figure} data-title="Interval" title={`Timeout ${scrapeTimeout}`}>
          {scrapeInterval}
        </td>
      </tr>
      {lastError !== '' && (
        <tr className={styles.error}>
          <td colSpan={6}>
            <div className={styles.why}>
              {hint !== null && <p>{hint}</p>}
              <code>{lastError}</code>
            </div>
          </td>
        </tr>
      )}
      {open && (
        <tr className={styles.discovered}>
          <td colSpan={6}>
            <div className={styles.before}>
              <p>Labels before relabelling</p>
              <LabelChips labels={target.discoveredLabels} />
            </div>
          </td>
        </tr>
      )}
    </tbody>
  );
}
