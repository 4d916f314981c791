import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { deleteManagedRule } from '../../api/grafana/managedRules';
import { AskDialog } from '../../parts/AskDialog';

export interface DeleteRuleDialogProps {
  uid: string;
  title: string;
  onClose: () => void;
}

export function DeleteRuleDialog({ uid, title, onClose }: DeleteRuleDialogProps) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const remove = async () => {
    const answer = await deleteManagedRule(uid);
    if (!answer.ok) return answer.message;
    navigate('/alerts');
    await client.invalidateQueries({ queryKey: ['alerting-overview'] });
    return null;
  };
  return (
    <AskDialog
      title={`Delete the rule ${title}?`}
      words="Its alerts end, and its history goes with it."
      action="Delete"
      onAct={remove}
      onClose={onClose}
    />
  );
}
