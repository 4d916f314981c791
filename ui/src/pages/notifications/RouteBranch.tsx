import { IconArrowDown, IconClock, IconClockOff, IconSend } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { RouteNode } from '../../api/routing';
import type { Walk } from '../../lib/routeTree';
import { formatDuration } from '../../lib/time';
import { formatCount } from '../../lib/units';
import styles from './routing.module.css';

export interface RouteBranchProps {
  node: RouteNode;
  /** Where the labels that are tried go; null when none are. */
  walk: Walk | null;
  root?: boolean;
}

function grouping({ groupBy, groupByAll }: RouteNode): string {
  if (groupByAll) return 'each alert for itself';
  return groupBy.length === 0 ? 'all in one group' : `grouped by ${groupBy.join(', ')}`;
}

export function RouteBranch({ node, walk, root = false }: RouteBranchProps) {
  const passed = walk?.path.has(node.id) ?? false;
  const ends = walk?.ends.has(node.id) ?? false;
  return (
    <li className={styles.branch} data-passed={passed || undefined}>
      <RouteCard
        node={node}
        root={root}
        passed={passed}
        ends={ends}
        dimmed={walk !== null && !passed}
      />
      {node.children.length > 0 && (
        <ul className={styles.children}>
          {node.children.map((child) => (
            <RouteBranch key={child.id} node={child} walk={walk} />
          ))}
        </ul>
      )}
    </li>
  );
}

interface RouteCardProps {
  node: RouteNode;
  root: boolean;
  passed: boolean;
  ends: boolean;
  dimmed: boolean;
}

function RouteCard({ node, root, passed, ends, dimmed }: RouteCardProps) {
  const { matchers, receiver, muteTimeIntervals, activeTimeIntervals, mutedNow } = node;
  return (
    <div
      className={styles.card}
      data-passed={passed || undefined}
      data-ends={ends || undefined}
      data-dimmed={dimmed || undefined}
      data-testid="route"
    >
      <div className={styles.line}>
        {root ? (
          <span className={styles.dim}>everything</span>
        ) : (
          matchers.map((one) => (
            <code key={one} className={styles.matcher}>
              {one}
            </code>
          ))
        )}
        {!root && matchers.length === 0 && <span className={styles.dim}>everything</span>}
        {node.continue && (
          <span className={styles.goOn}>
            <IconArrowDown size={13} aria-hidden />
            and goes on
          </span>
        )}
      </div>
      <div className={styles.line}>
        <span className={styles.receiver}>
          <IconSend size={14} aria-hidden />
          <Link href={`/notifications?receiver=${encodeURIComponent(receiver)}`}>{receiver}</Link>
        </span>
        {ends && <span className={styles.here}>ends here</span>}
        <span className={styles.counts}>
          {node.alerts === 0
            ? 'no alerts'
            : `${formatCount(node.alerts, 'alert')} in ${formatCount(node.groups, 'group')}`}
        </span>
      </div>
      <p className={styles.timing}>
        {`${grouping(node)} · wait ${formatDuration(node.groupWaitMs)}, every ${formatDuration(
          node.groupIntervalMs,
        )}, remind after ${formatDuration(node.repeatIntervalMs)}`}
      </p>
      {(muteTimeIntervals.length > 0 || activeTimeIntervals.length > 0) && (
        <p className={styles.interval} data-muted={mutedNow || undefined}>
          {mutedNow ? <IconClockOff size={14} aria-hidden /> : <IconClock size={14} aria-hidden />}
          {[
            muteTimeIntervals.length > 0 ? `muted in ${muteTimeIntervals.join(', ')}` : '',
            activeTimeIntervals.length > 0 ? `active in ${activeTimeIntervals.join(', ')}` : '',
          ]
            .filter((words) => words !== '')
            .join('; ')}
          {mutedNow ? ': muted now' : ''}
        </p>
      )}
    </div>
  );
}
