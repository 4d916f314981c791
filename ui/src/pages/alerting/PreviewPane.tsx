import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { settled } from '../../api/grafana/client';
import { previewRule, type PreviewInstance } from '../../api/grafana/managedRules';
import { labelEntries, type Labels } from '../../lib/labels';
import { formatFull, formatValue } from '../../lib/units';
import { Card } from '../../parts/Card';
import { useDebounced } from '../../parts/hooks';
import { LabelChips } from '../../parts/LabelChips';
import { Limited } from '../../parts/Limited';
import { Notice } from '../../parts/Notice';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import type { RuleDraft } from './model/draft';
import { canPreview } from './model/problems';
import { ruleOf } from './model/toRule';
import { PreviewChart } from './PreviewChart';
import styles from './editor.module.css';

const REST_MS = 600;
const REFRESH_MS = 15_000;

/** What the rule says right now, before anything is saved. */
export function PreviewPane({ draft }: { draft: RuleDraft }) {
  const rested = useDebounced(draft, REST_MS);
  const possible = canPreview(rested);
  const rule = useMemo(() => {
    const { title, ...rest } = ruleOf(rested);
    return JSON.stringify({ ...rest, title: title === '' ? 'preview' : title, uid: '' });
  }, [rested]);
  const preview = useQuery({
    enabled: possible,
    queryKey: ['rule-preview', rule],
    queryFn: async ({ signal }) => settled(await previewRule(JSON.parse(rule), signal)),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const instances = preview.data?.instances ?? [];
  const firing = instances.filter(({ state }) => state === 'Alerting').length;
  return (
    <Card
      title="Right now"
      aside={
        possible && preview.data !== undefined && preview.data.error === '' ? (
          <StateBadge tone={firing > 0 ? 'bad' : 'ok'}>
            {firing > 0 ? `would fire: ${firing} of ${instances.length}` : 'would not fire'}
          </StateBadge>
        ) : undefined
      }
    >
      <div className={styles.preview} data-dim={preview.isPlaceholderData || undefined}>
        {!possible && (
          <p className={styles.dim}>
            Write a query and a number to compare it with; what the rule would say now stands here.
          </p>
        )}
        {possible && preview.data !== undefined && preview.data.sentence !== '' && (
          <p className={styles.spoken}>{preview.data.sentence}</p>
        )}
        {possible && preview.error !== null && (
          <Notice kind="error" title="It cannot be evaluated">
            {preview.error.message}
          </Notice>
        )}
        {possible && preview.data !== undefined && preview.data.error !== '' && (
          <Notice kind="error" title="The evaluation failed">
            {preview.data.error}
          </Notice>
        )}
        {possible && rested.shape !== 'json' && <PreviewChart draft={rested} />}
        {possible && preview.data !== undefined && preview.data.error === '' && (
          <Instances instances={instances} />
        )}
      </div>
    </Card>
  );
}

const TONES: Readonly<Record<string, Tone>> = { Alerting: 'bad', Normal: 'ok', Pending: 'warn' };
const NAMES: Readonly<Record<string, string>> = {
  Alerting: 'Fires',
  Normal: 'Quiet',
  NoData: 'No data',
  Error: 'Error',
};

function Instances({ instances }: { instances: readonly PreviewInstance[] }) {
  if (instances.length === 0) return <p className={styles.dim}>No series comes back.</p>;
  const rank = (one: PreviewInstance) => (one.state === 'Alerting' ? 0 : 1);
  const sorted = [...instances].sort((a, b) => rank(a) - rank(b));
  return (
    <Limited items={sorted} step={20}>
      {(shown) => (
        <ul className={styles.instances}>
          {shown.map((one, i) => (
            <li key={i} className={styles.instance}>
              <StateBadge tone={TONES[one.state] ?? 'warn'} plain>
                {NAMES[one.state] ?? one.state}
              </StateBadge>
              <Own labels={one.labels} />
              {one.value !== null && (
                <strong className={styles.value} title={formatFull(one.value)}>
                  {formatValue(one.value)}
                </strong>
              )}
            </li>
          ))}
        </ul>
      )}
    </Limited>
  );
}

function Own({ labels }: { labels: Labels }) {
  const omit = [
    'alertname',
    'grafana_folder',
    '__alert_rule_uid__',
    '__alert_rule_namespace_uid__',
  ];
  const own = labelEntries(labels).filter(([name]) => !omit.includes(name));
  return own.length === 0 ? (
    <span className={styles.dim}>all series together</span>
  ) : (
    <LabelChips labels={labels} omit={omit} />
  );
}
