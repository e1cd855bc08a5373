import { type Decision, isRejected } from '#shared/decision.ts';

/** A decision in one line: `queued: publish-status, wake-scheduler`, `finishing` or `rejected: stale`. */
export function decisionText(decision: Decision<{ status: string }, { type: string }>): string {
  if (isRejected(decision)) return `rejected: ${decision.rejected.reason}`;
  const effects = decision.effects.map(({ type }) => type).join(', ');
  return effects ? `${decision.state.status}: ${effects}` : decision.state.status;
}
