import type { Problem } from '#shared/api.ts';

/** The coordinator's answer is a no; its document says what is wrong and what to try next. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}
