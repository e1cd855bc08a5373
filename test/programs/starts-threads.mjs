// Starts a thread, ends it, and starts the next one, for ever.
import { Worker } from 'node:worker_threads';

for (;;) await new Worker('', { eval: true }).terminate();
