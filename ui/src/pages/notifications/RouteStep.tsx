import { IconChevronRight, IconClockOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ExplainedIntegration, ExplainedRoute } from '../../api/why';
import { integrationLabel, reasonWords } from '../../lib/deliveryWords';
import { formatDuration, formatElapsed, formatRelative } from '../../lib/time';
import { LabelChips } from '../../parts/LabelChips';
import { Progress } from '../../parts/Progress';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import styles from './why.module.css';

export interface RouteStepProps {
  route: ExplainedRoute;
  now: number;
}

export function RouteStep({ route, now }: RouteStepProps) {
  const { path, groupLabels, mutedByIntervals, integrations } = route;
  return (
    <>
      <p className={styles.crumbs} aria-label="Route matched">
        {path.map((part, i) => (
          <span key={i} className={styles.crumb}>
            {i > 0 && <IconChevronRight size={14} aria-hidden />}
            <code>{part === '{}' ? 'root' : part}</code>
          </span>
        ))}
      </p>
      {Object.keys(groupLabels).length > 0 && (
        <p className={styles.line}>
          <span className={styles.dim}>in the group</span>
          <LabelChips labels={groupLabels} />
        </p>
      )}
      <Timer route={route} now={now} />
      {mutedByIntervals.length > 0 && (
        <p className={styles.muted}>
          <IconClockOff size={15} aria-hidden />
          {`Muted now by the time interval ${mutedByIntervals.join(', ')}`}
        </p>
      )}
      <ul className={styles.integrations}>
        {integrations.map((one, i) => (
          <Integration
            key={`${one.integration} ${one.index} ${i}`}
            receiver={route.receiver}
            integration={one}
            now={now}
          />
        ))}
        {integrations.length === 0 && (
          <li className={styles.dim}>This receiver has no integrations: nobody is told.</li>
        )}
      </ul>
    </>
  );
}

/** When the group is looked at next, and how often. */
function Timer({ route, now }: RouteStepProps) {
  const { nextFlush, flushing, created, lastFlush, groupExists } = route;
  const from = lastFlush ?? created;
  const rhythm = `first after ${formatDuration(route.groupWaitMs)}, then every ${formatDuration(
    route.groupIntervalMs,
  )}, reminded after ${formatDuration(route.repeatIntervalMs)}`;
  if (!groupExists) {
    return (
      <p className={styles.dim}>{`There is no such group yet. It would be told ${rhythm}.`}</p>
    );
  }
  const share =
    nextFlush === null || from === null || nextFlush <= from
      ? 0
      : (now - from) / (nextFlush - from);
  return (
    <div className={styles.timer}>
      {nextFlush !== null && <Progress label="Time until the next flush" share={share} />}
      <p>
        {flushing
          ? 'The group is being told now.'
          : nextFlush === null
            ? 'The group waits.'
            : nextFlush < now + 1000
              ? 'The group is flushed now.'
              : `Next flush ${formatRelative(nextFlush, now)}.`}
        {lastFlush !== null && (
          <span className={styles.dim}>
            {' Last '}
            <RelativeTime ms={lastFlush} now={now} />.
          </span>
        )}
      </p>
      <p className={styles.dim}>{`Told ${rhythm}.`}</p>
    </div>
  );
}

function tone(integration: ExplainedIntegration): readonly [Tone, string] {
  const { lastSent, lastError, lastErrorAt } = integration;
  if (lastError !== '' && (lastErrorAt ?? 0) >= (lastSent ?? 0)) return ['bad', 'Failing'];
  return lastSent === null ? ['idle', 'Not told yet'] : ['ok', 'Told'];
}

interface IntegrationProps {
  receiver: string;
  integration: ExplainedIntegration;
  now: number;
}

function Integration({ receiver, integration, now }: IntegrationProps) {
  const [colour, word] = tone(integration);
  const { lastSent, lastError, lastErrorAt, nextReason, nextSend, verdict } = integration;
  const log = new URLSearchParams({ receiver, integration: integration.integration });
  return (
    <li className={styles.integration} data-testid="integration">
      <p className={styles.line}>
        <Link href={`/notifications/log?${log.toString()}`} className={styles.integrationName}>
          {integrationLabel(integration.integration, integration.index)}
        </Link>
        <StateBadge tone={colour} plain>
          {word}
        </StateBadge>
        {!integration.sendResolved && <span className={styles.dim}>not told of the end</span>}
      </p>
      {verdict !== '' && <p>{verdict}</p>}
      <dl className={styles.facts}>
        <div>
          <dt>Last told</dt>
          <dd>
            <RelativeTime ms={lastSent} now={now} />
          </dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>
            {nextSend === null
              ? nextReason === ''
                ? 'not before something changes'
                : reasonWords(nextReason)
              : `${nextSend <= now ? 'now' : `in ${formatElapsed(Math.round((nextSend - now) / 1000) * 1000)}`}${nextReason === '' ? '' : ` (${reasonWords(nextReason)})`}`}
          </dd>
        </div>
      </dl>
      {lastError !== '' && (
        <p className={styles.error}>
          {lastErrorAt !== null && (
            <>
              <RelativeTime ms={lastErrorAt} now={now} />
              {': '}
            </>
          )}
          {lastError}
        </p>
      )}
    </li>
  );
}
