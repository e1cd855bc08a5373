export type LogLevel = 'info' | 'warn' | 'error';

/** One line of diagnosis: a sentence, and ids or measures beside it. Never a token, a ticket, a key or a credential. */
export type Log = (
  level: LogLevel,
  message: string,
  facts?: Record<string, string | number | boolean>,
) => void;

/** Writes each line as JSON: time (UTC), level, message, facts. */
export const createLog =
  (write: (line: string) => void): Log =>
  (level, message, facts = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...facts })}\n`);
