/**
 * The agent's own voice: one line of JSON per event on stderr, which the host keeps as boot evidence. Never on stdout,
 * never in a suite's log, never a secret.
 */
export type Diagnostics = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

export const toStderr: Diagnostics = (event, facts = {}) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`);
};
