/** Writes one row after another into the database given, and says of each that it is committed. */
import { openStore } from '#coordinator/store/store.ts';
import { put } from '#test/contract/store/notes.ts';

const [, , file = ''] = process.argv;
const store = await openStore({ type: 'sqlite', file });
for (let n = 0; ; n++) {
  await store.write(tx => put(tx, `row-${n}`, 'x'.repeat(500)));
  process.stdout.write(`row-${n}\n`);
}
