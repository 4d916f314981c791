import { useState } from 'react';
import { createUser, setUserRole } from '../../api/grafana/accounts';
import { AskDialog } from '../../parts/AskDialog';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { ROLES } from './roles';

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const [login, setLogin] = useState('');
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState('Viewer');
  const short = password !== '' && password.length < 4;
  const act = async () => {
    const made = await createUser({ login: login.trim(), email: email.trim(), name, password });
    if (!made.ok) return made.message;
    const roled = await setUserRole(made.data.id, role);
    return roled.ok ? null : roled.message;
  };
  return (
    <AskDialog
      title="New user"
      action="Create"
      disabled={login.trim() === '' || password.length < 4}
      onAct={act}
      onClose={onClose}
    >
      <TextField
        label="User name"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        value={password}
        error={short ? 'At least 4 characters.' : null}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Select label="Role" value={role} onChange={setRole} options={ROLES} />
    </AskDialog>
  );
}
