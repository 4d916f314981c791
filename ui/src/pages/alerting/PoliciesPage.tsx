import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchPolicies, putPolicies, resetPolicies } from '../../api/grafana/contacts';
import { mayEdit } from '../../api/grafana/people';
import { asJson, object, text } from '../../dash/model/json';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import {
  addPolicy,
  childrenOf,
  editPolicy,
  movePolicy,
  policyAt,
  removePolicy,
  type Policy,
  type PolicyPath,
} from './model/policy';
import { PolicyCard } from './PolicyCard';
import { PolicyDialog } from './PolicyDialog';
import styles from './alerting.module.css';

type Over =
  | { readonly kind: 'edit' | 'delete'; readonly path: PolicyPath }
  | { readonly kind: 'add'; readonly path: PolicyPath }
  | { readonly kind: 'reset' };

/** Which alerts go where: the tree of policies, from its root. */
export function PoliciesPage() {
  const policies = useQuery({
    queryKey: ['managed', 'policies'],
    queryFn: async ({ signal }) => object(asJson(settled(await fetchPolicies(signal)))),
  });
  const [over, setOver] = useState<Over | null>(null);
  const [error, setError] = useState<string | null>(null);
  const client = useQueryClient();
  const user = useUser();

  /** Resolves to what went wrong, or null. */
  const put = async (root: Policy): Promise<string | null> => {
    const body = Object.fromEntries(Object.entries(root).filter(([key]) => key !== 'provenance'));
    const answer = await putPolicies(body);
    await client.invalidateQueries({ queryKey: ['managed', 'policies'] });
    return answer.ok ? null : answer.message;
  };
  const reset = async () => {
    const answer = await resetPolicies();
    await client.invalidateQueries({ queryKey: ['managed', 'policies'] });
    return answer.ok ? null : answer.message;
  };
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={policies} what="the policies">
        {(root) => {
          const fromFile = text(root['provenance']) === 'file';
          const may = mayEdit(user) && !fromFile;
          const shown =
            over !== null && over.kind !== 'reset' ? policyAt(root, over.path) : undefined;
          return (
            <>
              {fromFile && (
                <Notice kind="info" title="The policies come from provisioning files">
                  Change them under <code>provisioning/alerting</code>. Trees of several files are
                  put together, the first file’s root is the root.
                </Notice>
              )}
              {error !== null && (
                <Notice kind="error" title="It was not saved">
                  {error}
                </Notice>
              )}
              <div className={page.filters}>
                <p className={styles.dim}>
                  An alert goes to the first policy that matches, from the top; a rule with a
                  contact point of its own passes by. <Link href="/alerting/why">Try labels</Link>
                </p>
                {may && (
                  <Button
                    variant="default"
                    size="xs"
                    className={page.push ?? ''}
                    onClick={() => setOver({ kind: 'reset' })}
                  >
                    Start anew
                  </Button>
                )}
              </div>
              <Tree
                policy={root}
                path={[]}
                last={0}
                may={may}
                onOver={setOver}
                onMove={(path, step) => void put(movePolicy(root, path, step)).then(setError)}
              />
              {over?.kind === 'add' && (
                <PolicyDialog
                  policy={{}}
                  isRoot={false}
                  title="New policy"
                  onSave={(child) => put(addPolicy(root, over.path, child))}
                  onClose={() => setOver(null)}
                />
              )}
              {over?.kind === 'edit' && shown !== undefined && (
                <PolicyDialog
                  policy={shown}
                  isRoot={over.path.length === 0}
                  title={over.path.length === 0 ? 'For all that match nothing else' : 'Policy'}
                  onSave={(next) => put(editPolicy(root, over.path, () => next))}
                  onClose={() => setOver(null)}
                />
              )}
              {over?.kind === 'delete' && shown !== undefined && (
                <AskDialog
                  title="Delete this policy?"
                  words={
                    childrenOf(shown).length > 0
                      ? 'Those below it go with it. Their alerts go where the others say.'
                      : 'Its alerts go where the others say.'
                  }
                  action="Delete"
                  onAct={() => put(removePolicy(root, over.path))}
                  onClose={() => setOver(null)}
                />
              )}
              {over?.kind === 'reset' && (
                <AskDialog
                  title="Start anew?"
                  words="All policies go; everything is told to the contact point that was there first."
                  action="Delete all policies"
                  onAct={reset}
                  onClose={() => setOver(null)}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

interface TreeProps {
  policy: Policy;
  path: PolicyPath;
  /** The place of the last one beside it. */
  last: number;
  may: boolean;
  onOver: (over: Over) => void;
  onMove: (path: PolicyPath, step: -1 | 1) => void;
}

function Tree({ policy, path, last, may, onOver, onMove }: TreeProps) {
  const children = childrenOf(policy);
  return (
    <div className={styles.list}>
      <PolicyCard
        policy={policy}
        path={path}
        last={last}
        may={may}
        onEdit={() => onOver({ kind: 'edit', path })}
        onAdd={() => onOver({ kind: 'add', path })}
        onDelete={() => onOver({ kind: 'delete', path })}
        onMove={(step) => onMove(path, step)}
      />
      {children.length > 0 && (
        <div className={styles.branch}>
          {children.map((child, i) => (
            <Tree
              key={i}
              policy={child}
              path={[...path, i]}
              last={children.length - 1}
              {...{ may, onOver, onMove }}
            />
          ))}
        </div>
      )}
    </div>
  );
}
