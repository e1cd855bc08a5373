/** What a reader has chosen: kept for the next log where that is a habit, and for this one where it is about this one. */
import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';

export type TimeMode = 'off' | 'absolute' | 'relative';

const nextTime: Record<TimeMode, TimeMode> = { off: 'absolute', absolute: 'relative', relative: 'off' };

export function useChoices(isFollowingFirst: boolean) {
  const [isFollowing, setFollowing] = useState(isFollowingFirst);
  const [isWrapped, setWrapped] = useLocalStorage({ key: 'paddock-log-wrap', defaultValue: true });
  const [time, setTime] = useLocalStorage<TimeMode>({ key: 'paddock-log-time', defaultValue: 'off' });
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  return {
    isFollowing,
    setFollowing,
    isWrapped,
    turnWrap: () => setWrapped(!isWrapped),
    time,
    turnTime: () => setTime(nextTime[time]),
    /** Steps whose lines are not shown. */
    folded,
    turnFold: (step: number) =>
      setFolded(before => (before.has(step) ? without(before, step) : plus(before, step))),
    unfold: (step: number) => setFolded(before => without(before, step)),
    /** Long lines that are shown to their end. */
    whole,
    showWhole: (line: number) => setWhole(before => plus(before, line)),
  };
}

export type Choices = ReturnType<typeof useChoices>;

const plus = (set: ReadonlySet<number>, item: number) => new Set([...set, item]);
const without = (set: ReadonlySet<number>, item: number) => new Set([...set].filter(each => each !== item));
