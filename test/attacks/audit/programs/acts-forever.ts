/** Does one act after another in the database given, and says of each that it was answered. */
import { inAct } from '#coordinator/store/acts.ts';
import type { StoreLocation } from '#coordinator/store/connect.ts';
import { openStore } from '#coordinator/store/store.ts';
import { put } from '#test/contract/store/notes.ts';

const [, , location = '', from = '0'] = process.argv;
const store = await openStore(JSON.parse(location) as StoreLocation);
const origin = { actor: { kind: 'stranger', name: 'x', id: null }, way: 'api', address: null } as const;
for (let n = Number(from); ; n++) {
  const subject = `row-${n}`;
  await inAct(origin, { at: n, act: 'host.add', subject }, () => store.write(tx => put(tx, subject)));
  process.stdout.write(`${subject}\n`);
}
