/** What is wrong with a request by itself, whoever sends it and whatever it asks for. */
import type { Refusal } from './refusal.ts';

export const requestRefusals = {
  'not-http': {
    status: 400,
    means: 'what arrived is not HTTP',
    todo: 'look at who connects; a client that speaks TLS to a plain port is a usual one',
  },
  'not-understood': {
    status: 400,
    means: 'the request does not fit what the route takes; the answer says where',
    todo: 'send what the answer asks for',
  },
  'foreign-request': {
    status: 403,
    means: 'another site must not act here, or the server was called by a name that is not its own',
    todo: 'use the address from the configuration (`url`)',
  },
  'not-found': {
    status: 404,
    means: 'there is no such thing, or whoever asks may not see it, which looks the same',
    todo: 'look at the address; sign in',
  },
  'wrong-method': {
    status: 405,
    means: 'the address takes another method',
    todo: 'use the one that is named',
  },
  'too-slow': {
    status: 408,
    means: 'the request did not arrive whole in time',
    todo: 'send it again, faster or in parts',
  },
  'not-now': {
    status: 409,
    means: 'it does not go together with how things stand; the answer says why',
    todo: 'look again, then decide',
  },
  gone: { status: 410, means: 'it was here and is over', todo: 'there is nothing to repeat' },
  'too-large': { status: 413, means: 'it is larger than it may be', todo: 'send less, or in parts' },
  'wrong-type': {
    status: 415,
    means: 'the body is of a type or packing that is not read',
    todo: 'send application/json',
  },
  'wrong-range': {
    status: 416,
    means: 'the range lies beyond the bytes that there are',
    todo: 'ask for the whole, and see how long it is',
  },
  'wrong-content': {
    status: 422,
    means: 'what came is not what was announced; it was thrown away',
    todo: 'send it again from the beginning',
  },
  'too-many-requests': {
    status: 429,
    means: 'more requests came than one may send',
    todo: 'come again after the seconds of `Retry-After`',
  },
  'too-many-guesses': {
    status: 429,
    means: 'too many tokens, links or signatures that do not count came from one place',
    todo: 'come again after the seconds of `Retry-After`, with one that counts',
  },
  'too-many-pages': {
    status: 429,
    means: 'one address has too many live pages open',
    todo: 'close some',
  },
  'too-many-connections': {
    status: null,
    means: 'one network has too many connections open; the new one is closed without an answer',
    todo: 'close some; look at who opens so many',
  },
  'headers-too-large': { status: 431, means: 'the headers are too large', todo: 'send fewer cookies' },
  failed: {
    status: 500,
    means: 'the request failed in a way that nobody foresaw',
    todo: "look into the coordinator's log for the number that was shown",
  },
  unavailable: { status: 503, means: 'it cannot be done at the moment', todo: 'try again' },
  'no-space': {
    status: 507,
    means: 'the coordinator has no space for it',
    todo: 'an administrator has to free some space',
  },
} as const satisfies Record<string, Refusal>;
