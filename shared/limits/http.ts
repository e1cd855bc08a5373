/** Bounds of what comes in over HTTP, whoever sends it. */
import { KiB, MiB, minute, second } from './units.ts';

export const httpLimits = {
  /** GitHub sends at most 25 MB; anything larger is not from GitHub. */
  webhookBodyBytes: 25 * MiB,
  /** Webhooks that are being received hold this much together; GitHub's own are a few KiB each. */
  webhooksHeldBytes: 128 * MiB,
  /** Largest JSON body of any other HTTP call. */
  apiBodyBytes: 1 * MiB,
  /** An enrolment is a token and a key; all that are being received hold this much together. */
  enrolBodyBytes: 16 * KiB,
  enrolsHeldBytes: 16 * MiB,
  /** Requests that come while a coordinator starts, and are answered when it is up: a burst of webhooks. */
  earlyRequests: 1_000,
  /** A request has to arrive within this: 25 MiB at 3.5 Mbit/s. */
  requestMs: 1 * minute,
  /** Its headers within this; how often connections are looked at that are beyond their time, or have said nothing at all. */
  headersMs: 20 * second,
  connectionCheckMs: 5 * second,
  /** Connections of one network at once, at each listener; this computer, and a proxy on it, is not counted. */
  connectionsPerAddress: 500,
  /** A reader of a download, or of any answer, that takes nothing for this long is cut off; it may go on where it was. */
  downloadStallMs: 1 * minute,
  /**
   * In a minute, of one person, one token, or one network of strangers. A page that is live asks once a second at most, so that
   * twenty may be open; nobody presses two buttons a second for long.
   */
  requestsPerMinute: 1_200,
  writesPerMinute: 120,
  signInsPerMinute: 60,
  /** Tokens, links and signatures that do not count; whoever has a right one is not concerned. */
  guessesPerMinute: 30,
  /**
   * Enrolments in a minute. Of one network: behind one address 500 hosts may be, which try five times in their first minute, and
   * come back all at once with a coordinator; as many of them may be told that their token is unknown. A machine knocks once.
   */
  enrolsPerMinute: 6_000,
  enrolGuessesPerMinute: 1_000,
  enrolsPerMachine: 60,
  /** Networks and people that are told apart in a minute: some megabytes. Those beyond it share what so many of them may. */
  rateKeys: 20_000,
  crowdShare: 10,
  /** A silent connection is probed after this long. */
  keepAliveMs: 30 * second,
  /** Fields of one request that are complained about; more would not be read. */
  fieldErrors: 20,
} as const;
