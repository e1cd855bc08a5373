/** The thread of a search: a pattern may take for ever on a line, and a thread can be ended in the middle of one. */
import { parentPort } from 'node:worker_threads';
import { createScanner, type ScanRequest } from './scan-lines.ts';

export type SearchOrder = ScanRequest | { bytes: Uint8Array; isLast: boolean };

if (!parentPort) throw new Error('this runs as a thread of the coordinator');
const port = parentPort;
let scan: ReturnType<typeof createScanner> | null = null;

port.on('message', (order: SearchOrder) => {
  if ('query' in order) scan = createScanner(order);
  else if (scan) port.postMessage(scan(order.bytes, order.isLast));
});
