/** Writes one row after another into the database given, and says of each that it is committed. */
import { openStore } from '#coordinator/store/store.ts';

const [, , file = ''] = process.argv;
const store = await openStore({ type: 'sqlite', file });
for (let n = 0; ; n++) {
  await store.write(tx =>
    tx
      .insertInto('meta')
      .values({ key: `row-${n}`, value: 'x'.repeat(500) })
      .execute(),
  );
  process.stdout.write(`row-${n}\n`);
}
