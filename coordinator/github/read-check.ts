/**
 * What people ask for beside a check: that it runs again, or what one of its buttons says. GitHub tells an App only of its own
 * checks; a hook of a repository is told of nothing that asks.
 */
import type { z } from 'zod';
import { type DeliveryIntent, notActedOn, parsed, repositoryOf, shown } from './delivery-intent.ts';
import { checkRunPayload, checkSuitePayload } from './payload.ts';

type CheckRunPayload = z.infer<typeof checkRunPayload>;

export function readCheckRun(payload: unknown, action: string): DeliveryIntent {
  switch (action) {
    case 'rerequested':
      return parsed(checkRunPayload, payload, readRerun);
    case 'requested_action':
      return parsed(checkRunPayload, payload, readPress);
    default:
      return notActedOn(
        `A check run event "${shown(action)}" asks for nothing; only "rerequested" and "requested_action" do.`,
      );
  }
}

const readRerun = ({ repository, sender, check_run: check }: CheckRunPayload): DeliveryIntent => ({
  type: 'rerun-requested',
  repository: repositoryOf(repository),
  headSha: check.head_sha,
  check: { name: check.name, externalId: check.external_id || null },
  by: sender.login,
});

function readPress(payload: CheckRunPayload): DeliveryIntent {
  const { repository, sender, check_run: check, requested_action: action } = payload;
  if (!action)
    return { type: 'malformed', message: 'requested_action: missing although a button was pressed' };
  if (sender.id === null) return notActedOn('The account that pressed the button is gone.');
  return {
    type: 'button-pressed',
    repository: repositoryOf(repository),
    headSha: check.head_sha,
    externalId: check.external_id || null,
    button: action.identifier,
    by: sender.login,
  };
}

/** "Re-run all checks". */
export function readCheckSuite(payload: unknown, action: string): DeliveryIntent {
  if (action !== 'rerequested')
    return notActedOn(`A check suite event "${shown(action)}" asks for nothing; only "rerequested" does.`);
  return parsed(checkSuitePayload, payload, ({ repository, sender, check_suite: suite }) => ({
    type: 'rerun-requested',
    repository: repositoryOf(repository),
    headSha: suite.head_sha,
    check: null,
    by: sender.login,
  }));
}
