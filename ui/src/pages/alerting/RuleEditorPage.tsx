import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useRoute, useSearch } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchManagedGroup, fetchManagedRule } from '../../api/grafana/managedRules';
import { asJson, object, text } from '../../dash/model/json';
import { formatDuration } from '../../lib/time';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { usePageFrame } from '../../parts/pageFrame';
import { draftOf } from './model/fromRule';
import { prefill } from './model/prefill';
import { RuleForm } from './RuleForm';
import { useSources } from './useContacts';

const ALERTS = { name: 'Alerts', href: '/alerts' };

/** A new rule, perhaps one of a panel, or one that is changed. */
export function RuleEditorPage() {
  const [, edited] = useRoute('/alerting/:uid/edit');
  const [, nested] = useRoute('/alerting/grafana/:uid/edit');
  const uid = edited?.uid ?? nested?.uid ?? '';
  return uid === '' ? <NewRule /> : <ChangedRule key={uid} uid={uid} />;
}

function NewRule() {
  const search = useSearch();
  const sources = useSources();
  usePageFrame(
    useMemo(
      () => ({ title: 'New alert rule', crumbs: [ALERTS], chrome: 'full', keys: [] }) as const,
      [],
    ),
  );
  return (
    <div className={page.page}>
      <Loaded query={sources} what="the data sources">
        {(all) => {
          const first = all.find((one) => one.isDefault) ?? all[0];
          return (
            <RuleForm key={search} initial={prefill(search, first?.uid ?? '')} sources={all} />
          );
        }}
      </Loaded>
    </div>
  );
}

/** The rule, and of its group how often that is evaluated. */
async function fetchWhole(uid: string, signal: AbortSignal) {
  const rule = object(asJson(settled(await fetchManagedRule(uid, signal))));
  const group = settled(
    await fetchManagedGroup(text(rule['folderUID']), text(rule['ruleGroup']), signal),
  );
  return draftOf(rule, formatDuration(group.interval * 1000));
}

function ChangedRule({ uid }: { uid: string }) {
  const sources = useSources();
  const rule = useQuery({
    queryKey: ['managed', 'rule-draft', uid],
    queryFn: ({ signal }) => fetchWhole(uid, signal),
    // What someone writes is not taken from under them.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnMount: 'always',
  });
  const title = rule.data === undefined ? 'Alert rule' : `Edit ${rule.data.title}`;
  usePageFrame(
    useMemo(() => ({ title, crumbs: [ALERTS], chrome: 'full', keys: [] }) as const, [title]),
  );
  return (
    <div className={page.page}>
      <Loaded query={rule} what="the rule">
        {(draft) => (
          <Loaded query={sources} what="the data sources">
            {(all) => <RuleForm initial={draft} sources={all} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}
