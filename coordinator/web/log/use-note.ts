import { useEffect, useState } from 'react';

const shownMs = 3_000;

/** A word about what was done, for as long as it takes to read it. */
export function useNote(): [note: string, say: (note: string) => void] {
  const [note, say] = useState('');
  useEffect(() => {
    if (note === '') return;
    const timer = setTimeout(() => say(''), shownMs);
    return () => clearTimeout(timer);
  }, [note]);
  return [note, say];
}
