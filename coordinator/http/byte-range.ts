/** Byte ranges of RFC 9110 §14, as far as a download that was cut off needs them: one range, or the whole. */

export type ByteRange = { from: number; to: number };

/**
 * The bytes [from, to) that a `Range` header asks for of `size`; the whole when it asks for none, for several or for
 * something else (a server may always answer with the whole); null when it lies beyond the end (416).
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { from: 0, to: size };
  if (first === '')
    return last === '0' || size === 0 ? null : { from: Math.max(0, size - Number(last)), to: size };
  const [from, to] = [Number(first), last === '' ? size : Math.min(Number(last) + 1, size)];
  if (last !== '' && Number(last) < from) return { from: 0, to: size };
  return from < size ? { from, to } : null;
}
