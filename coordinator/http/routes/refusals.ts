/** What routes refuse alike: what is not there, what cannot be done now. */
import { HttpProblem } from '../errors.ts';

export const found = <View>(view: View | null, what: string): View => {
  if (view === null) throw new HttpProblem(404, `there is no such ${what}, or you may not see it`);
  return view;
};

/** A verb's answer: null when it was done, a sentence when there was nothing to do. */
export const acted = (refusal: string | null, message: string, hint?: string): { message: string } => {
  if (refusal !== null) throw new HttpProblem(409, refusal, hint);
  return { message };
};
