import { useState } from 'react';
import { setUserPassword, type OrgUser } from '../../api/grafana/accounts';
import { AskDialog } from '../../parts/AskDialog';
import { TextField } from '../../parts/TextField';

export function PasswordDialog({ user, onClose }: { user: OrgUser; onClose: () => void }) {
  const [password, setPassword] = useState('');
  return (
    <AskDialog
      title={`New password for ${user.login}`}
      words="All sessions of this person end."
      action="Set"
      disabled={password.length < 4}
      onAct={async () => {
        const answer = await setUserPassword(user.userId, password);
        return answer.ok ? null : answer.message;
      }}
      onClose={onClose}
    >
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </AskDialog>
  );
}
