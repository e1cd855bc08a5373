/** Whatever happens in whichever order: once all is quiet, GitHub shows what the rows say. `test:long` has more of it. */
import { expect, test } from 'vitest';
import { closingLine, firstSeed, storms } from './storm/storms.ts';

test('for any interleaving of deeds, deliveries, failures and restarts GitHub shows the truth once all is quiet', async ({
  task,
}) => {
  const results = await storms(firstSeed(1), 12, 40, 12_000);
  task.meta.closingLine = closingLine(results);
  expect(results.flatMap(({ seed, mismatches }) => mismatches.map(text => `seed ${seed}: ${text}`))).toEqual(
    [],
  );
}, 120_000);
