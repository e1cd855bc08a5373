/**
 * What a machine starts in place of its agent: a program that looks at the agent which came with it and runs those very bytes, or
 * says that they are others than the ones that were sent. Half a disk, half a download or a file that somebody else has
 * written is never begun. In words that Nodes understand which are too old for the agent.
 */
import { createHash } from 'node:crypto';

/** Names of files in one directory: `start` is what Node is told to run. */
export const agentFileNames = { start: 'guest.cjs', agent: 'agent.cjs' } as const;

/** What the program ends with where it starts no agent: a code that no agent of ours has. */
export const damagedAgentExit = 65;

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @param sha256 of the agent's bytes, in hexadecimal. Throws where it is none, as it becomes part of a program. */
export function checkedStart(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError(`${sha256} is not a SHA-256 in hexadecimal`);
  return `'use strict';
const Module = require('module'), path = require('path');
const file = path.join(__dirname, '${agentFileNames.agent}');
const bytes = require('fs').readFileSync(file);
const sha256 = require('crypto').createHash('sha256').update(bytes).digest('hex');
if (sha256 !== '${sha256}') {
  console.error('paddock: the agent that arrived is not the one that was sent, and is not started (SHA-256 ' + sha256 + ', sent ${sha256})');
  process.exit(${damagedAgentExit});
}
const agent = new Module(file, null);
agent.filename = file;
agent.paths = [];
process.argv[1] = file;
agent._compile(bytes.toString('utf8'), file);
`;
}
