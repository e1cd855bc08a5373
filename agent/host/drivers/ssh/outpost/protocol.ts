/**
 * What a host agent and its outpost on another computer say to each other: lines of JSON over one channel of an ssh
 * connection. The host begins with `Opening`; from `ready` on it sends calls, which are answered in any order. The end of the
 * channel is the end of the outpost; machines go on.
 */

import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import type { BroughtAuthorities } from '../../../believed.ts';
import type { DriverMachine } from '../../driver.ts';

export type Opening = {
  owner: HostId;
  /** Of everything there, relative to the home of the user. */
  directory: string;
  /** Whom the agents there are to believe; without it the usual authorities. */
  ca?: BroughtAuthorities;
  killGraceMs?: number;
};

export type Calls = {
  list: { ask: Record<string, never>; answer: DriverMachine[] };
  /** The digest of the agent that is there; null when there is none. */
  agent: { ask: Record<string, never>; answer: string | null };
  /** Base64 of the agent's bundle, from now on the one that machines start with. */
  bring: { ask: { bundle: string; sha256: string }; answer: null };
  create: { ask: { machine: DesiredMachine }; answer: null };
  destroy: { ask: { id: MachineId }; answer: null };
  /** Base64. */
  evidence: { ask: { id: MachineId }; answer: string | null };
};
export type CallName = keyof Calls;

export type Request = { call: CallName; number: number; ask: Calls[CallName]['ask'] } | { abort: number };

export type Failure = { code: string; message: string; isTransient: boolean };

export type Said =
  | { said: 'ready' }
  /** It cannot work here; the message says what a person can do. */
  | { said: 'unfit'; failure: Failure }
  | { said: 'changed' }
  | { said: 'answer'; number: number; answer: Calls[CallName]['answer'] }
  | { said: 'failed'; number: number; failure: Failure };
