import {
  IconBell,
  IconBellOff,
  IconListCheck,
  IconRoute,
  IconVolumeOff,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Explanation } from '../../api/why';
import { managerAddress } from '../../api/manager';
import { silenceAddress } from '../../lib/alertLinks';
import { formatDateTime, formatRelative } from '../../lib/time';
import { LabelChips } from '../../parts/LabelChips';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge } from '../../parts/StateBadge';
import { RouteStep } from './RouteStep';
import { RuleStep } from './RuleStep';
import { Step } from './Step';
import styles from './why.module.css';

export interface WhyPathProps {
  why: Explanation;
  now: number;
}

/** The way of an alert, drawn from its rule to those who are told. */
export function WhyPath({ why, now }: WhyPathProps) {
  const { alert, verdict, routes, rule } = why;
  const hidden = why.silences.length > 0 || why.inhibitedBy.length > 0;
  return (
    <article className={styles.path} data-testid="why">
      <header className={styles.verdict}>
        <p>{verdict}</p>
        <span className={styles.links}>
          <Link href={`/notifications/log?fingerprint=${why.fingerprint}`}>Delivery log</Link>
          <Link href={silenceAddress(why.labels)}>Silence</Link>
        </span>
      </header>
      <ol className={styles.steps}>
        {rule !== null && (
          <Step icon={IconListCheck} title={rule.name} kind="Rule">
            <RuleStep rule={rule} now={now} />
          </Step>
        )}
        <Step icon={IconBell} title={alert === null ? 'Not held now' : 'Held'} kind="Alert">
          <LabelChips labels={why.labels} />
          {alert !== null && (
            <p className={styles.line}>
              <StateBadge tone={why.resolved ? 'ok' : 'bad'} plain>
                {why.resolved ? 'Resolved' : 'Firing'}
              </StateBadge>
              <span className={styles.dim}>
                {'started '}
                <RelativeTime ms={alert.startsAt} now={now} />
                {', last heard of '}
                <RelativeTime ms={alert.updatedAt} now={now} />
                {alert.endsAt !== null && !why.resolved && (
                  <span title={formatDateTime(alert.endsAt)}>
                    {`; without news it ends ${formatRelative(alert.endsAt, now)}`}
                  </span>
                )}
              </span>
            </p>
          )}
        </Step>
        <Step
          icon={hidden ? IconBellOff : IconVolumeOff}
          title={hidden ? 'Hidden' : 'Nothing hides it'}
          kind="Silences and inhibition"
          tone={hidden ? 'warn' : 'ok'}
        >
          <Hidden why={why} now={now} />
        </Step>
        {routes.map((route, i) => (
          <Step
            key={`${route.routeId} ${i}`}
            icon={IconRoute}
            title={route.receiver}
            kind={routes.length > 1 ? `Route ${i + 1} of ${routes.length}` : 'Route'}
            tone={route.mutedByIntervals.length > 0 ? 'warn' : 'idle'}
          >
            <RouteStep route={route} now={now} />
          </Step>
        ))}
      </ol>
    </article>
  );
}

/** Rules of inhibition have a name, or only their place in the file. */
function inhibitionRule(name: string, index: number | null): string {
  if (name !== '') return ` by the rule ${name}`;
  return index === null ? '' : ` by rule ${index + 1}`;
}

function Hidden({ why, now }: WhyPathProps) {
  const { silences, inhibitedBy } = why;
  if (silences.length === 0 && inhibitedBy.length === 0) return null;
  return (
    <ul className={styles.list}>
      {silences.map((one) => (
        <li key={one.id}>
          <Link href={managerAddress(`/silences/view?id=${encodeURIComponent(one.id)}`)}>
            {one.comment === '' ? 'A silence' : one.comment}
          </Link>
          <span className={styles.dim}>
            {` by ${one.createdBy === '' ? 'someone' : one.createdBy}, ends `}
            <RelativeTime ms={one.endsAt} now={now} />
          </span>
        </li>
      ))}
      {inhibitedBy.map((one) => (
        <li key={one.fingerprint} className={styles.line}>
          <span>{`Inhibited${inhibitionRule(one.ruleName, one.ruleIndex)}, because of`}</span>
          <LabelChips labels={one.labels} />
          <Link href={managerAddress(`/notifications/why?fingerprint=${one.fingerprint}`)}>
            Why that one
          </Link>
        </li>
      ))}
    </ul>
  );
}
