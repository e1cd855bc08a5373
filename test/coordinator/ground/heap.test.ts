import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeap } from '#coordinator/ground/heap.ts';

test('what is taken out is the least of what is in, whatever was put in and taken out before', () => {
  const step = fc.oneof(fc.nat(9), fc.constant('take' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const heap = createHeap<number>((a, b) => a - b);
      let kept: number[] = [];
      for (const each of steps) {
        if (each === 'take') {
          expect(heap.pop()).toBe(kept[0] ?? null);
          kept = kept.slice(1);
        } else {
          heap.push(each);
          kept = [...kept, each].sort((a, b) => a - b);
        }
        expect([heap.least, heap.size]).toEqual([kept[0] ?? null, kept.length]);
      }
    }),
  );
});
