import { IconKey, IconLogin2, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { basePath } from '../api/client';
import { onSessionExpired } from '../api/grafana/client';
import { Dropdown } from '../parts/Dropdown';
import { DropdownItem } from '../parts/DropdownItem';
import { DropdownLabel } from '../parts/DropdownLabel';
import { IconButton } from '../parts/IconButton';
import { signInPath, useUser } from '../parts/session';

/** The person: profile, password, the way out. A session that ended leads to the sign-in page. */
export function UserMenu() {
  const user = useUser();
  const [, navigate] = useLocation();
  useEffect(() => onSessionExpired(() => window.location.assign(signInPath())), []);
  if (user === undefined) return null;
  if (user.anonymous) {
    return (
      <IconButton
        size={32}
        aria-label="Sign in"
        title="Sign in"
        onClick={() => window.location.assign(signInPath())}
      >
        <IconLogin2 size={18} />
      </IconButton>
    );
  }
  const name = user.name === '' ? user.login : user.name;
  return (
    <Dropdown
      label="You"
      align="end"
      width={220}
      trigger={(props) => (
        <IconButton size={32} aria-label={`You: ${name}`} title={name} {...props}>
          <IconUserCircle size={19} />
        </IconButton>
      )}
    >
      <DropdownLabel>{`${name} · ${user.isGrafanaAdmin ? 'Server admin' : user.role}`}</DropdownLabel>
      <DropdownItem icon={<IconUserCircle size={16} />} onClick={() => navigate('/profile')}>
        Profile
      </DropdownItem>
      <DropdownItem icon={<IconKey size={16} />} onClick={() => navigate('/profile/password')}>
        Change password
      </DropdownItem>
      <DropdownItem
        icon={<IconLogout size={16} />}
        onClick={() => window.location.assign(`${basePath()}logout`)}
      >
        Sign out
      </DropdownItem>
    </Dropdown>
  );
}
