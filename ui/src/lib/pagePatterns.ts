// The pages of a listener as the server names them: paths, and "/d/*" for all below one.

export function pageMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('/*')
    ? path.startsWith(pattern.slice(0, -1)) && path.length > pattern.length - 1
    : pattern === path;
}
