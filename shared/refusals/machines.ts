/** What machines and hosts are refused: letting them in, source, uploads, caches, files of images, and what they say on the bus. */
import type { Refusal } from './refusal.ts';

export const machineRefusals = {
  'unknown-token': {
    status: 401,
    means: 'the join token or boot ticket is unknown here',
    todo: 'paddock host add NAME at the coordinator makes a new one',
  },
  expired: {
    status: 403,
    means: 'the join token, or the machine itself, has reached its end',
    todo: 'ask for a new token; a machine is replaced by itself',
  },
  bound: {
    status: 403,
    means: 'the token or ticket belongs to another key, which was shown first',
    todo: 'if that was not you, remove the host and look at who has the token',
  },
  'machine-over': {
    status: 410,
    means: 'the machine is not wanted any more',
    todo: 'nothing: it ends itself',
  },
  'host-removed': {
    status: 403,
    means: 'the host was removed',
    todo: 'paddock host add NAME lets it in again',
  },
  'revocations-full': {
    status: 503,
    means: 'there is no room for another revoked key until others have expired',
    todo: 'wait; the host is out all the same',
  },
  'wrong-agent': {
    status: 400,
    means: 'this is not an enrolment of this version of the protocol',
    todo: 'update the agent',
  },
  'wrong-attempt-token': {
    status: 401,
    means: 'the token of an attempt is missing, forged, over, or for something else',
    todo: 'an agent does this when its attempt is over; anybody else has no business here',
  },
  'other-attempt': {
    status: 403,
    means: 'the token is of another attempt',
    todo: 'no agent does this: look at the machine that did',
  },
  'wrong-files-token': {
    status: 401,
    means: 'files of images are for hosts, with the token of their desired set',
    todo: 'no agent does this; a host is given a new token with each desired set',
  },
  'read-only': { status: 403, means: 'nobody can push to a mirror', todo: 'push to the forge' },
  'only-smart-http': {
    status: 403,
    means: 'the oldest protocol of git is not served',
    todo: 'use git 1.6.6 or newer',
  },
  'too-many-streams': {
    status: 429,
    means: 'an attempt reads too many source streams at once',
    todo: 'it passes when one of them ends',
  },
  'commit-gone': {
    status: 404,
    means: 'the commit is not in the mirror any more',
    todo: 'run the job again to fetch it',
  },
  'attempt-over': {
    status: 410,
    means: 'the attempt is over and takes no more files',
    todo: 'nothing: the agent stops',
  },
  'no-cache': {
    status: 404,
    means: 'the attempt is over, or its suite has no such cache',
    todo: 'name it under `caches` in `.paddock.yml`',
  },
  // On the bus there is no answer to whoever breaks the protocol: peers repeat what was not heard.
  'foreign-reply': {
    status: null,
    means: 'a request wants its answer sent to somebody else; it is dropped',
    todo: 'no agent does this: look at the machine that did',
  },
  'too-many-messages': {
    status: null,
    means: 'too many messages of one peer wait; this one is dropped',
    todo: 'the agent repeats it; a machine that keeps doing this floods',
  },
  'unreadable-message': {
    status: null,
    means: 'a message that no agent of this protocol sends, or that names another machine than its sender',
    todo: 'update the agent; else look at the machine that did',
  },
  'bad-frame': {
    status: null,
    means: 'a piece of a log that no agent sends: too large, without its header, with too many marks',
    todo: 'update the agent; else look at the machine that did',
  },
  fenced: {
    status: null,
    means: 'a message about an attempt that is over, or is not of that machine',
    todo: 'usual after a job was cancelled or a machine lost; many of one machine are an attack',
  },
} as const satisfies Record<string, Refusal>;
