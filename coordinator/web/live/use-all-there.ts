import { useState } from 'react';

type Asked = { isPending: boolean; failureCount: number };

/**
 * Whether each part of a page has been answered once, or refused: what comes later would push down what is read already.
 * From then on it stays so; what is asked for again is waited for in its own place.
 */
export function useAllThere(parts: readonly Asked[]): boolean {
  const [wereThere, setThere] = useState(false);
  const areThere = wereThere || parts.every(({ isPending, failureCount }) => !isPending || failureCount > 0);
  if (areThere && !wereThere) setThere(true);
  return areThere;
}
