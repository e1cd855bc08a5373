// A guest that does not listen, with a step that has left its session.
import { spawn } from 'node:child_process';

process.on('SIGTERM', () => process.stderr.write('not now\n'));
spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
process.stderr.write('guest is up\n');
setInterval(() => undefined, 60_000);
