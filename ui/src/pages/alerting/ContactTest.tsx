import { useMutation } from '@tanstack/react-query';
import { testContactPoint, type ContactPointDraft } from '../../api/grafana/contacts';
import { Notice } from '../../parts/Notice';
import { StateBadge } from '../../parts/StateBadge';

export function useContactTest() {
  return useMutation({ mutationFn: (body: ContactPointDraft) => testContactPoint(body) });
}

/** What came of a test. */
export function ContactTest({ test }: { test: ReturnType<typeof useContactTest> }) {
  if (test.isPending || test.data === undefined) return null;
  if (test.data === null) {
    return (
      <div role="status">
        <StateBadge tone="ok">A test was delivered</StateBadge>
      </div>
    );
  }
  return (
    <Notice kind="error" title="The test was not delivered">
      {test.data}
    </Notice>
  );
}
