/** Webhooks, and what a commit is refused: a run that is not made, a job that is not run as it was asked for. */
import type { Refusal } from './refusal.ts';

export const deliveryRefusals = {
  'webhook-unsigned': {
    status: 401,
    means: 'a webhook without X-Hub-Signature-256',
    todo: 'give the webhook its secret',
  },
  'webhook-forged': {
    status: 401,
    means: 'the signature of a webhook does not match',
    todo: 'compare the secret of the webhook with the configuration: paddock github check',
  },
  'webhook-unread': {
    status: 400,
    means: 'a webhook without the headers of GitHub, or whose body is not JSON',
    todo: 'set the content type of the webhook to application/json',
  },
  'webhooks-off': {
    status: 503,
    means: 'webhooks are not configured here',
    todo: '`github` in the configuration',
  },
  'source-refused': {
    status: null,
    means:
      'a commit could not be read for good: its address is refused, it leads to a private network, it is too large, or is not there',
    todo: 'the page of the run has the sentence',
  },
  'suite-file-refused': {
    status: null,
    means: 'the suite file of a commit has mistakes, or is larger or deeper than is read',
    todo: 'the status `paddock` names the line',
  },
  'plan-refused': {
    status: null,
    means: 'no job is made for a commit: too many, or none that may run on what isolates nothing',
    todo: 'the page of the run has the sentence',
  },
  'secrets-withheld': {
    status: null,
    means: 'a job was not run, because its secrets could not be opened or are too large',
    todo: 'the event of the job has the code; the log of the coordinator the reason',
  },
} as const satisfies Record<string, Refusal>;
