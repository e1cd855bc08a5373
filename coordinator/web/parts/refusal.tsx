import type { JobView } from '#shared/api.ts';
import { workRefusals } from '#shared/refusals/work.ts';
import { texts } from '../texts/texts.ts';

/** The stable code of what Paddock did not do, as programs and metrics have it. */
export function Refusal({ refusal }: Pick<JobView, 'refusal'>) {
  if (!refusal) return null;
  const { code, cause } = refusal;
  return (
    <p className="dim">
      {texts.refusedAs} <code title={workRefusals[code].means}>{code}</code>
      {cause !== null && (
        <>
          {texts.refusedBecause} <code>{cause}</code>
        </>
      )}
      .
    </p>
  );
}
