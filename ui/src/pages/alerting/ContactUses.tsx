import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchPolicies } from '../../api/grafana/contacts';
import { asJson, object, text } from '../../dash/model/json';
import { formatCount } from '../../lib/units';
import { usesOf } from './model/policy';
import { useRuleGroups } from './useContacts';

/** Who still tells a contact point, so that it cannot be deleted. */
export function ContactUses({ name }: { name: string }) {
  const policies = useQuery({
    queryKey: ['managed', 'policies'],
    queryFn: async ({ signal }) => object(asJson(settled(await fetchPolicies(signal)))),
  });
  const groups = useRuleGroups();
  const count = policies.data === undefined ? 0 : usesOf(policies.data, name);
  const rules = Object.values(groups.data ?? {})
    .flat()
    .flatMap((group) => group.rules)
    .map((rule) => object(asJson(rule['grafana_alert'])))
    .filter((rule) => text(object(rule['notification_settings'])['receiver']) === name);
  if (count + rules.length === 0) return <>Nobody tells it now.</>;
  return (
    <>
      {'It is refused while it is still told: '}
      {count > 0 && (
        <>
          {'by '}
          <Link href="/alerting/routes">{formatCount(count, 'policy', 'policies')}</Link>
        </>
      )}
      {count > 0 && rules.length > 0 && ', '}
      {rules.length > 0 && 'by the rules '}
      {rules.map((rule, i) => (
        <span key={text(rule['uid'])}>
          {i > 0 && ', '}
          <Link href={`/alerting/${encodeURIComponent(text(rule['uid']))}/edit`}>
            {text(rule['title'])}
          </Link>
        </span>
      ))}
      .
    </>
  );
}
