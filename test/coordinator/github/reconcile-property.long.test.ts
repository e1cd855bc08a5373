/** The same as `reconcile-property.test.ts`, for as long as there is time: PADDOCK_SEED begins with another seed. */
import { expect, test } from 'vitest';
import { closingLine, firstSeed, storms } from './storm/storms.ts';

test('for hundreds of interleavings GitHub shows the truth once all is quiet', async ({ task }) => {
  const results = await storms(firstSeed(Date.now() % 1_000_000), 400, 80, 480_000);
  task.meta.closingLine = closingLine(results);
  expect(results.flatMap(({ seed, mismatches }) => mismatches.map(text => `seed ${seed}: ${text}`))).toEqual(
    [],
  );
});
