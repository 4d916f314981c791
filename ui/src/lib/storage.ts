// What a person's browser remembers. Storage may be blocked or full; then nothing is remembered.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`watchfire.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`watchfire.${key}`, value);
  } catch {
    // Nothing is lost but the habit.
  }
}
