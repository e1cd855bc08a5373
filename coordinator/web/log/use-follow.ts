/**
 * Following the end until the reader scrolls away, and again when they come back to it. Only what a reader does counts: the
 * list scrolls too, when rows turn out larger or smaller than thought.
 */
import { type RefObject, useEffect, useRef } from 'react';

const touchMs = 1_000;

export type FollowOptions = {
  box: RefObject<HTMLElement | null>;
  isFollowing: boolean;
  /** Whether more may come. */
  isLive: boolean;
  isAtEnd(): boolean;
  /** The reader scrolls. */
  onTouch(): void;
  setFollowing(isFollowing: boolean): void;
};

export function useFollow(options: FollowOptions): void {
  const latest = useRef(options);
  latest.current = options;
  const { box } = options;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let touched = Number.NEGATIVE_INFINITY;
    const touch = () => {
      touched = performance.now();
      latest.current.onTouch();
    };
    const leave = () => {
      touch();
      if (latest.current.isFollowing) latest.current.setFollowing(false);
    };
    const onWheel = ({ deltaY }: WheelEvent) => (deltaY < 0 ? leave() : touch());
    const onKey = ({ key }: KeyboardEvent) => {
      if (/^(?:ArrowUp|PageUp|Home)$/.test(key)) leave();
      else if (/^(?:ArrowDown|PageDown| )$/.test(key)) touch();
    };
    const onScroll = () => {
      const { isFollowing, isLive, isAtEnd, setFollowing } = latest.current;
      if (!isFollowing && isLive && performance.now() - touched < touchMs && isAtEnd()) setFollowing(true);
    };
    const passive = { passive: true };
    element.addEventListener('wheel', onWheel, passive);
    element.addEventListener('touchmove', leave, passive);
    element.addEventListener('keydown', onKey);
    element.addEventListener('scroll', onScroll, passive);
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('touchmove', leave);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('scroll', onScroll);
    };
  }, [box]);
}
