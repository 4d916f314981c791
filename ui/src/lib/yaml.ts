// Just enough of YAML to colour a configuration file line by line. It judges nothing.

export type YamlKind = 'plain' | 'key' | 'string' | 'number' | 'comment' | 'mark';

export interface YamlToken {
  readonly kind: YamlKind;
  readonly text: string;
}

export function yamlTokens(line: string): YamlToken[] {
  const tokens: YamlToken[] = [];
  const push = (kind: YamlKind, text: string) => {
    if (text !== '') tokens.push({ kind, text });
  };
  const match = /^(\s*)((?:- )*)(?:((?:"[^"]*"|'[^']*'|[^\s#"'{[][^:#]*?)):(?=\s|$))?(.*)$/.exec(
    line,
  );
  if (match === null) return [{ kind: 'plain', text: line }];
  const [, indent = '', dashes = '', key, rest = ''] = match;
  push('plain', indent);
  push('mark', dashes);
  if (key !== undefined) {
    push('key', key);
    push('mark', ':');
  }
  const comment = /(^|\s)#.*$/.exec(rest);
  const value = comment === null ? rest : rest.slice(0, comment.index);
  push(valueKind(value.trim()), value);
  if (comment !== null) push('comment', comment[0]);
  return tokens;
}

function valueKind(value: string): YamlKind {
  if (/^(-?\d+(\.\d+)?([a-zA-Z]{1,3}\d*)*|true|false|null|~)$/.test(value)) return 'number';
  if (/^["']/.test(value)) return 'string';
  return 'plain';
}
