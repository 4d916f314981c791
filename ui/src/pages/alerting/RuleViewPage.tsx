import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useLocation, useRoute } from 'wouter';
import { basePath } from '../../api/client';
import { fetchAlertingOverview, type OverviewRule } from '../../api/grafana/alerting';
import { settled } from '../../api/grafana/client';
import {
  exportAddress,
  fetchManagedRule,
  fetchRuleHistory,
  putManagedRule,
  type HistoryLine,
} from '../../api/grafana/managedRules';
import { mayEdit } from '../../api/grafana/people';
import { toggleLabelTerm } from '../../lib/filter';
import { Annotations } from '../../parts/Annotations';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { LabelChips } from '../../parts/LabelChips';
import { Limited } from '../../parts/Limited';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { usePageFrame } from '../../parts/pageFrame';
import { RelativeTime } from '../../parts/RelativeTime';
import { useUser } from '../../parts/session';
import { StateBadge } from '../../parts/StateBadge';
import { asJson, object } from '../../dash/model/json';
import { alertWords, RULE_LABELS, ruleWords, splitState } from '../alerts/managed';
import { ManagedAlertRow } from '../alerts/ManagedAlertRow';
import { useManagedHeld } from '../alerts/useManagedHeld';
import { DeleteRuleDialog } from './DeleteRuleDialog';
import { FileBadge } from './FileBadge';
import { draftOf } from './model/fromRule';
import { PreviewChart } from './PreviewChart';
import styles from './alerting.module.css';

const REFRESH_MS = 5000;
const ALERTS = { name: 'Alerts', href: '/alerts' };
const HISTORY = 200;

/** One rule: how it is now, its alerts, what it was before. */
export function RuleViewPage() {
  const [, params] = useRoute('/alerting/grafana/:uid/view');
  const uid = params?.uid ?? '';
  const overview = useQuery({
    queryKey: ['alerting-overview'],
    queryFn: async ({ signal }) => settled(await fetchAlertingOverview(signal)),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const rule = overview.data?.find((one) => one.source === 'grafana' && one.uid === uid);
  const title = rule?.name ?? 'Alert rule';
  usePageFrame(
    useMemo(() => ({ title, crumbs: [ALERTS], chrome: 'full', keys: [] }) as const, [title]),
  );
  return (
    <div className={page.page}>
      <Loaded query={overview} what="the rule">
        {() =>
          rule === undefined ? (
            <EmptyState
              title="There is no such rule"
              action={<Link href="/alerts">All alert rules</Link>}
            >
              It may have been deleted.
            </EmptyState>
          ) : (
            <RuleView rule={rule} />
          )
        }
      </Loaded>
    </div>
  );
}

function RuleView({ rule }: { rule: OverviewRule }) {
  const now = useNow(1000);
  const held = useManagedHeld(rule.alerts.length > 0);
  const [, navigate] = useLocation();
  const pick = (name: string, value: string, exclude: boolean) => {
    const search = toggleLabelTerm('', name, value, exclude);
    navigate(`/alerts?${new URLSearchParams({ search }).toString()}`);
  };
  const [tone, word] = ruleWords(rule);
  const shown = Object.fromEntries(
    Object.entries(rule.annotations).filter(([name]) => !/^__.*__$/.test(name)),
  );
  const active = rule.alerts.filter((one) => splitState(one.state).word !== 'Normal');
  const quiet = rule.alerts.filter((one) => splitState(one.state).word === 'Normal');
  return (
    <>
      <div className={styles.row}>
        <div className={styles.head}>
          <StateBadge tone={tone}>{word}</StateBadge>
          <strong>{rule.name}</strong>
          {rule.provenance === 'file' && <FileBadge />}
          <LabelChips labels={rule.labels} />
          <RuleActions rule={rule} />
        </div>
        <code className={styles.sentence}>
          {rule.sentence}
          {rule.for !== '' && rule.for !== '0s' && ` for ${rule.for}`}
        </code>
        {active.length === 0 && <Annotations annotations={shown} />}
        <p className={styles.policyFacts}>
          <span>
            {'in '}
            <b>{`${rule.folder} / ${rule.group}`}</b>
          </span>
          <span>
            {'evaluated '}
            <b>
              <RelativeTime ms={rule.lastEvaluation} now={now} />
            </b>
          </span>
          {rule.dashboardUid !== '' && (
            <Link
              href={`/d/${encodeURIComponent(rule.dashboardUid)}${
                rule.panelId > 0 ? `?viewPanel=${rule.panelId}` : ''
              }`}
            >
              Its panel
            </Link>
          )}
        </p>
      </div>
      {rule.lastError !== '' && (
        <Notice kind="error" title="It cannot be evaluated">
          {rule.lastError}
        </Notice>
      )}
      <Pictured uid={rule.uid} />
      <Card
        title={
          rule.alerts.length === 0 ? 'Alerts' : `Alerts ${active.length} of ${rule.alerts.length}`
        }
      >
        <div className={styles.body}>
          {active.length === 0 && (
            <p className={styles.dim}>
              {rule.paused ? 'It is paused and not evaluated.' : 'No series meets the condition.'}
            </p>
          )}
          {[...active, ...quiet].length > 0 && (
            <Limited items={[...active, ...quiet]} step={50}>
              {(some) => (
                <ul className={styles.list}>
                  {some.map((alert) => (
                    <ManagedAlertRow
                      key={JSON.stringify(alert.labels)}
                      alert={alert}
                      omit={Object.keys(rule.labels)}
                      now={now}
                      held={held}
                      onPick={pick}
                    />
                  ))}
                </ul>
              )}
            </Limited>
          )}
        </div>
      </Card>
      <History uid={rule.uid} now={now} />
    </>
  );
}

function RuleActions({ rule }: { rule: OverviewRule }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const may = mayEdit(useUser()) && rule.provenance !== 'file';
  const pause = async () => {
    setBusy(true);
    const stored = await fetchManagedRule(rule.uid);
    const answer = stored.ok
      ? await putManagedRule(rule.uid, { ...stored.data, isPaused: !rule.paused })
      : stored;
    await client.invalidateQueries({ queryKey: ['alerting-overview'] });
    setBusy(false);
    setError(answer.ok ? null : answer.message);
  };
  return (
    <span className={styles.actions}>
      {error !== null && <span className={styles.wrong}>{error}</span>}
      <a className={styles.plain} href={basePath() + exportAddress(rule.uid)} download>
        Export as YAML
      </a>
      {may && (
        <>
          <Button variant="default" size="xs" onClick={() => setAsking(true)}>
            Delete
          </Button>
          <Button variant="default" size="xs" loading={busy} onClick={() => void pause()}>
            {rule.paused ? 'Go on' : 'Pause'}
          </Button>
        </>
      )}
      <Button size="xs" onClick={() => navigate(`/alerting/${encodeURIComponent(rule.uid)}/edit`)}>
        {may ? 'Edit' : 'Show the form'}
      </Button>
      {asking && (
        <DeleteRuleDialog uid={rule.uid} title={rule.name} onClose={() => setAsking(false)} />
      )}
    </span>
  );
}

function Pictured({ uid }: { uid: string }) {
  const stored = useQuery({
    queryKey: ['managed', 'rule', uid],
    queryFn: async ({ signal }) =>
      draftOf(object(asJson(settled(await fetchManagedRule(uid, signal)))), '1m'),
  });
  if (stored.data === undefined || stored.data.shape === 'json') return null;
  return (
    <Card title="What it looks at">
      <div className={styles.body}>
        <PreviewChart draft={stored.data} />
        {stored.data.queries.map((query) => (
          <code key={query.refId} className={styles.sentence}>
            {`${query.refId}: ${query.expr}`}
          </code>
        ))}
      </div>
    </Card>
  );
}

function History({ uid, now }: { uid: string; now: number }) {
  const history = useQuery({
    queryKey: ['managed', 'history', uid],
    queryFn: async ({ signal }) => settled(await fetchRuleHistory(uid, HISTORY, signal)),
    refetchInterval: 15_000,
  });
  return (
    <Card title="What it was before">
      <div className={styles.body}>
        <Loaded query={history} what="the history">
          {(lines) =>
            lines.length === 0 ? (
              <p className={styles.dim}>Nothing has changed so far.</p>
            ) : (
              <Limited items={lines} step={20}>
                {(some) => (
                  <ul>
                    {some.map((line, i) => (
                      <HistoryRow key={i} line={line} now={now} />
                    ))}
                  </ul>
                )}
              </Limited>
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}

function HistoryRow({ line, now }: { line: HistoryLine; now: number }) {
  const words = (state: string) =>
    alertWords({ state, labels: {}, annotations: {}, activeAt: null, value: null });
  const [tone, word] = words(line.current);
  return (
    <li className={styles.change}>
      <span className={styles.when}>
        <RelativeTime ms={line.at} now={now} />
      </span>
      <span className={styles.dim}>{`${words(line.previous)[1]} →`}</span>
      <StateBadge tone={tone} plain>
        {word}
      </StateBadge>
      <LabelChips labels={line.labels} omit={RULE_LABELS} />
    </li>
  );
}
