/** What whoever comes too often is told. Nothing is said where there is nothing to wait for. */
import { HttpProblem } from './errors.ts';

/** @param waitS seconds; 0: it may go on. @throws HttpProblem `too-many-requests` */
export function refuseRequests(waitS: number, what = 'requests'): void {
  if (waitS > 0)
    throw new HttpProblem('too-many-requests', `too many ${what}`, `come again in ${waitS} s`, waitS);
}

/** @param waitS seconds; 0: it may go on. @throws HttpProblem `too-many-guesses` */
export function refuseGuesses(waitS: number): void {
  if (waitS > 0)
    throw new HttpProblem(
      'too-many-guesses',
      'too many that do not count came from here',
      `come again in ${waitS} s, with one that counts`,
      waitS,
    );
}
