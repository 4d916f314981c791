// The canvas knows no custom properties: this reads what a colour of the token file is right now.

export function resolveColours<K extends string>(
  host: HTMLElement,
  wanted: Readonly<Record<K, string>>,
): Record<K, string> {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const entries = Object.entries<string>(wanted).map(([name, value]): [string, string] => {
    probe.style.color = value;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  const resolved = new Map(entries);
  const out: Record<K, string> = { ...wanted };
  for (const name in wanted) out[name] = resolved.get(name) ?? wanted[name];
  return out;
}
