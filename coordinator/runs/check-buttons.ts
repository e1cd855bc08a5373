/**
 * The buttons of a check. GitHub shows three at most, and takes 20 characters of a label and of an identifier, 40 of a
 * description (https://docs.github.com/rest/checks/runs#create-a-check-run).
 */
import { shortCommit } from '#shared/short-commit.ts';
import type { CheckPayload } from '../store/forge-payloads.ts';

export type CheckButton = { identifier: 'approve' | 'retry'; label: string; description: string };

/** What somebody who may write to the repository can do about it now. What was cancelled or overtaken is nobody's to mend. */
export function buttonsOf(
  state: { status: CheckPayload['status']; conclusion?: string },
  { commit, jobs }: { commit: string; jobs: readonly unknown[] },
): CheckButton[] {
  switch (state.conclusion) {
    case 'action_required':
      return [button('approve', `Lets ${shortCommit(commit)} run, without secrets`)];
    case 'failure':
    case 'timed_out':
      // Without a job it is the suite file that has to be mended.
      return jobs.length > 0 ? [button('retry', 'Runs again what did not pass')] : [];
    default:
      return [];
  }
}

const button = (identifier: CheckButton['identifier'], description: string): CheckButton => ({
  identifier,
  label: buttonLabels[identifier],
  description,
});

export const buttonLabels: Record<CheckButton['identifier'], string> = {
  approve: 'Approve',
  retry: 'Retry failed',
};

export const isButton = (identifier: string): identifier is CheckButton['identifier'] =>
  Object.hasOwn(buttonLabels, identifier);
