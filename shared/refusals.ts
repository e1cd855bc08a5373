/**
 * Every way in which something is refused, in one table: a code for programs and metrics, the status where it is said over
 * HTTP, what it means and what to do. A sentence helps whoever made a mistake, and tells an attacker nothing that they did not
 * know. A code that was published stays, with its status: `test/transcripts/refusals.txt` is compared.
 */
import { deliveryRefusals } from './refusals/deliveries.ts';
import { machineRefusals } from './refusals/machines.ts';
import { peopleRefusals, troubleRefusals } from './refusals/people.ts';
import type { Refusal } from './refusals/refusal.ts';
import { requestRefusals } from './refusals/requests.ts';
import { workRefusals } from './refusals/work.ts';

export const refusals = {
  ...requestRefusals,
  ...peopleRefusals,
  ...troubleRefusals,
  ...machineRefusals,
  ...deliveryRefusals,
  ...workRefusals,
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof refusals;
export const refusalCodes = Object.keys(refusals) as RefusalCode[];

/** Those that are said over HTTP. */
export type HttpRefusalCode = {
  [Code in RefusalCode]: (typeof refusals)[Code]['status'] extends number ? Code : never;
}[RefusalCode];

export const isHttpRefusal = (code: string): code is HttpRefusalCode =>
  Object.hasOwn(refusals, code) && refusals[code as RefusalCode].status !== null;

/** The code where nothing more exact is known than the status. */
export const codeOfStatus = {
  400: 'not-understood',
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  405: 'wrong-method',
  408: 'too-slow',
  409: 'not-now',
  410: 'gone',
  413: 'too-large',
  415: 'wrong-type',
  416: 'wrong-range',
  422: 'wrong-content',
  429: 'too-many-requests',
  431: 'headers-too-large',
  500: 'failed',
  503: 'unavailable',
  507: 'no-space',
} as const satisfies Record<number, HttpRefusalCode>;

export type CodedStatus = keyof typeof codeOfStatus;

/** Where something is refused: the label `door` of the metric. */
export const refusalDoors = {
  people: 'pages, API and downloads',
  sockets: 'live pages (WebSockets)',
  hooks: 'webhooks',
  machines: 'what machines and hosts ask over HTTP: enrolment, source, uploads, caches, files of images',
  bus: 'what machines and hosts say over NATS',
  runs: 'commits, and jobs that are not run',
} as const;

export type RefusalDoor = keyof typeof refusalDoors;

/** Told of each refusal. */
export type Refused = (code: RefusalCode, door: RefusalDoor) => void;
