/**
 * Every NATS subject and permission of the system; nothing else knows how a subject is spelled.
 * Subjects are keyed by machine or host, because a guest has its credential before it has an attempt; attempt, number
 * and offset travel in the payload and are checked against the machine's row.
 *
 *   up.<id>.<verb>          request from a machine or host to the brain
 *   log.<coordinator>.<id>  request from a machine to the log owner
 *   down.<id>               desired state, pushed to a machine or host (it only hastens the next renewal's answer)
 *   _INBOX.<id>.>           answers; the coordinator answers to nothing else (a foreign reply subject is dropped)
 *   tty.<machine>.>         reserved
 */
import type { CoordinatorId, HostId, MachineId } from './ids.ts';

export type PeerId = MachineId | HostId;
export type UpVerb = 'renew' | 'finished' | 'report' | 'evidence';

export const subjects = {
  up: (peer: PeerId, verb: UpVerb) => `up.${peer}.${verb}`,
  upAll: (verb: UpVerb) => `up.*.${verb}`,
  log: (owner: CoordinatorId, machine: MachineId) => `log.${owner}.${machine}`,
  logAll: (owner: CoordinatorId) => `log.${owner}.*`,
  down: (peer: PeerId) => `down.${peer}`,
  inboxPrefix: (peer: PeerId) => `_INBOX.${peer}`,
} as const;

/** The sender, from a subject that the server's permissions have already bound to it. */
export const senderOf = (subject: string): string => {
  const tokens = subject.split('.');
  return (tokens[0] === 'log' ? tokens[2] : tokens[1]) ?? '';
};

/** Whether an answer to `peer` may go to this reply subject: a peer must not make the coordinator talk to another. */
export const isReplySubjectOf = (peer: string, reply: string | undefined): reply is string =>
  reply?.startsWith(`_INBOX.${peer}.`) ?? false;

/**
 * The permissions of the scoped signing key under which machines and hosts get their credentials: a template that the
 * server fills with the name in the credential. NATS 2.9 takes a template only as a whole token.
 */
export const peerPermissions = {
  publish: ['up.{{name()}}.>', 'log.*.{{name()}}'],
  subscribe: ['down.{{name()}}', '_INBOX.{{name()}}.>'],
} as const;
