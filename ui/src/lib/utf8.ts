// The server counts places in an expression by bytes of its UTF-8 form, the browser by UTF-16 units.

/** A function from byte offsets into `text` to offsets of its characters, kept inside of it. */
export function offsetsFromBytes(text: string): (bytes: number) => number {
  let ascii = true;
  for (let i = 0; i < text.length && ascii; i++) ascii = text.charCodeAt(i) < 0x80;
  if (ascii) return (bytes) => Math.min(Math.max(0, bytes), text.length);
  const offsets: number[] = [];
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < width; i++) offsets.push(at);
    at += character.length;
  }
  return (bytes) => offsets[Math.max(0, bytes)] ?? text.length;
}
