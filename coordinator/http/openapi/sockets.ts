/** WebSockets, for which OpenAPI has no words: their addresses, what they say, and how they close. */
import { liveFrame, logSocketFrame } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import type { SchemaBook, Use } from './json-schema.ts';

const logMessage: Use = { schema: logSocketFrame, direction: 'output' };
const liveMessage: Use = { schema: liveFrame, direction: 'output' };

export const socketUses = [logMessage, liveMessage];

const closing = {
  1001: 'The coordinator stops; come again in a while.',
  1008: 'Whoever opened it is signed out, or may not see it any more; come again, as who one is now.',
  1011: 'It failed; come again.',
  1013: 'Not now; come again later.',
};

export const describeSockets = (book: SchemaBook) => ({
  '/api/v1/attempts/{id}/log': {
    summary: 'A log from any byte on, while it grows',
    description: `Bytes come in order; each message says at which offset its bytes belong. After a connection that broke, \`from\` with the offset behind the last byte goes on without a gap. A lower offset than was expected means that the agent sends its log anew: it begins again from there. The coordinator pings every ${limits.socketPingMs / 1_000} s.`,
    parameters: {
      from: 'The first byte, counted from 0; default 0.',
      last: 'In the place of `from`: so many of the last lines. The first message is then a `skipped` that leads there.',
      mode: '`skip`, the default: a reader that is too slow goes on near the end, and is told of what was left out. `every-byte`: the log waits for it.',
    },
    messages: book.write(logMessage),
    closing: { 1000: 'The log is at its end, and has ended.', ...closing },
  },
  '/api/v1/live': {
    summary: 'Which runs and jobs have changed',
    description: `A message says that something has changed, and not what: ask for it again. Nothing is sent a second time: after a connection that broke, ask again for what is shown. Whoever reads so slowly that ${limits.liveBacklogBytes / 1_024} KiB wait is cut off.`,
    parameters: {},
    messages: book.write(liveMessage),
    closing,
  },
});
