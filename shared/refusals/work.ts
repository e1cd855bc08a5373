/** What a commit is refused: a run that is not made, a job that is not run as it was asked for. */
import * as z from 'zod';
import type { Refusal } from './refusal.ts';

export const workRefusals = {
  'source-refused': {
    status: null,
    means:
      'a commit could not be read for good: its address is refused, it leads to a private network, it is too large, or is not there',
    todo: 'the page of the run has the sentence',
  },
  'source-unreachable': {
    status: null,
    means: 'a commit could not be read, try after try',
    todo: 'run it again when its repository answers',
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
  'suite-left-out': {
    status: null,
    means: 'the base of a commit requires a job that its suite file leaves out',
    todo: 'rebase, or put the suite back',
  },
  'not-isolated': {
    status: null,
    means: 'a job of an untrusted commit was not run, because its image isolates nothing',
    todo: 'a maintainer pushes the commit to a branch of the repository',
  },
  'secrets-withheld': {
    status: null,
    means: 'a job was not run, because its secrets could not be opened or are too large',
    todo: 'the job names the code behind it; the log of the coordinator has the reason',
  },
} as const satisfies Record<string, Refusal>;

export type WorkRefusalCode = keyof typeof workRefusals;

/** Why Paddock did not do what was asked for; `cause` is the code of what was behind it, where that has one. */
export const workRefusal = z.object({
  code: z.enum(Object.keys(workRefusals) as [WorkRefusalCode, ...WorkRefusalCode[]]),
  cause: z.string().nullable(),
});
export type WorkRefusal = z.infer<typeof workRefusal>;

export const refusedFor = (code: WorkRefusalCode, cause: string | null = null): WorkRefusal => ({
  code,
  cause,
});
