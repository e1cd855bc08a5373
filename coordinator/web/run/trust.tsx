import type { RunView } from '#shared/api.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import { approvalText, trustText } from '#shared/trust.ts';
import { Age } from '../parts/time.tsx';

/** What the commit of a pull request is trusted with and why, and who approved which commit when. */
export function Trust({ run: { change, trust } }: { run: Pick<RunView, 'change' | 'trust'> }) {
  if (change === null) return null;
  return (
    <div className="trust dim">
      <p>{withoutUnseen(trustText(trust))}</p>
      {trust.approvals.map(approval => (
        <p key={`${approval.at} ${approval.by}`}>
          {withoutUnseen(approvalText(approval))} <Age at={approval.at} />
        </p>
      ))}
    </div>
  );
}
