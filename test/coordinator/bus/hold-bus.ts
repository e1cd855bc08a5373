/** A coordinator's process for tests that kill it: starts a bus on a directory, says so, and holds it. */
import { startBus } from '#coordinator/bus/bus.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { subjects } from '#shared/subjects.ts';

const [dir = '', id = '', publicKey = ''] = process.argv.slice(2);
const silent = () => {};
const log = { info: silent, warn: silent, error: silent };
const { signal } = new AbortController();
const bus = await startBus({ dir, coordinator: newId.coordinator(), log, signal });
bus.answer(subjects.upAll('renew'), async () => ({ from: 'the first' }));
const jwt = bus.mintPeer({
  id: id as ReturnType<typeof newId.machine>,
  publicKey,
  expiresAt: Date.now() + 60_000,
});
console.log(JSON.stringify({ natsUrl: bus.natsUrl, jwt }));
setInterval(silent, 60_000);
