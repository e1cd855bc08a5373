/**
 * The process that carries a step's bytes into the spool: `cat`, the cheapest copier on every system, alone in its
 * session, so that neither the death of the step's group nor a Ctrl-C at the agent takes it along. The shell around it
 * sets the system's own bound on file size: a flood ends exactly there, without anybody watching.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from '../logs/spool.ts';

/** POSIX counts `ulimit -f` in blocks of 512 bytes. */
const blockBytes = 512;
const script = 'ulimit -c 0; ulimit -f "$0"; exec cat';

export type RelayProcess = {
  /** Resolves when it has ended: null after the last byte of the last writer, otherwise why bytes are missing. */
  ended: Promise<string | null>;
  /** Ends it now; `ended` follows. */
  kill(): void;
};

/** Starts the relay from `reader` to the spool. It has its own copy of both; closing `reader` is the caller's. */
export function startRelayProcess(reader: number, spool: Spool, scratch: string): RelayProcess {
  const complaintsPath = join(scratch, `relay-${process.pid}-${reader}.err`);
  const complaints = openSync(complaintsPath, 'w', 0o600);
  const blocks = String(Math.ceil(spool.limitBytes / blockBytes));
  const relay = spawn('/bin/sh', ['-c', script, blocks], {
    // Not the agent's environment: the mark in it would make the relay look like a process of the step.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: '/',
    detached: true,
    stdio: [reader, spool.writer, complaints],
  });
  closeSync(complaints);
  const ended = new Promise<string | null>(resolve => {
    relay.once('error', error => resolve(error.message));
    relay.once('exit', (code, signal) => resolve(code === 0 ? null : whyEnded(complaintsPath, code, signal)));
  });
  return {
    ended: ended.finally(() => rmSync(complaintsPath, { force: true })),
    kill: () => void relay.kill('SIGKILL'),
  };
}

function whyEnded(complaintsPath: string, code: number | null, signal: NodeJS.Signals | null): string {
  const complaint = readFileSync(complaintsPath, 'utf8').trim().slice(0, 500);
  return complaint || `it ended with ${signal ?? `exit code ${code}`}`;
}
