/** Answers of GitHub by their question, with the ETag under which GitHub knows them: what has not changed is not sent again. */
import { limits } from '#shared/limits.ts';
import type { ForgeAnswer } from './forge-call.ts';
import type { Installation } from './forge-credentials.ts';
import type { Forge } from './open-forge.ts';

type Account = { installation: Installation | null };

export type Question<Value> = {
  /** Names the call in errors. */
  what: string;
  /** As in `GET /repos/{owner}/{repo}`. */
  route: string;
  fields: Record<string, string | number>;
  /** Whose repositories it is about; a question about one repository names that in its fields. */
  account?: Account;
  /** Null: it is not what was asked for. */
  read(data: unknown): Value | null;
  expected: string;
  /** How many items the page has; a question that has no pages leaves it out. */
  sizeOf?(data: unknown): number;
};

export type Answered<Value> = { value: Value; hasNext: boolean };

type Kept = Answered<unknown> & { etag: string };

/** In memory, the longest unused goes first; a restart asks for everything once. */
export function rememberAnswers(forge: Forge) {
  const kept = new Map<string, Kept>();
  let spent = 0;

  function keep(key: string, answer: Kept): void {
    kept.delete(key);
    kept.set(key, answer);
    const [oldest] = kept.keys();
    if (kept.size > limits.forgeAnswersKept && oldest !== undefined) kept.delete(oldest);
  }

  async function ask<Value>(question: Question<Value>, signal: AbortSignal): Promise<Answered<Value>> {
    const { what, route, fields, account } = question;
    const key = JSON.stringify([route, fields, account?.installation?.id]);
    const earlier = kept.get(key);
    const headers = earlier ? { 'if-none-match': earlier.etag } : {};
    const answer = await forge.call({
      what,
      ...(account ?? { fullName: `${fields.owner}/${fields.repo}` }),
      signal,
      make: (octokit, request) =>
        octokit.request(route, { ...fields, headers, request }).catch(unlessUnchanged),
    });
    if (answer.status === 304 && earlier) {
      keep(key, earlier);
      return earlier as Answered<Value>;
    }
    spent += 1;
    const value = question.read(answer.data);
    if (value === null) throw forge.unexpected(what, answer, `the answer is not ${question.expected}`);
    // A page that was full and is unchanged may be the last no more: its ETag says nothing of the next.
    const isFull = (question.sizeOf?.(answer.data) ?? 0) >= limits.forgePageSize;
    const hasNext = isFull || /\brel="next"/.test(String(answer.headers.link ?? ''));
    const answered = { value, hasNext };
    const etag = answer.headers.etag;
    if (typeof etag === 'string') keep(key, { ...answered, etag });
    return answered;
  }

  return { ask, spent: () => spent };
}

export type Ask = ReturnType<typeof rememberAnswers>['ask'];

/** `isCut`: there are more than are read. */
export type List<Item> = { items: Item[]; isCut: boolean };

/** Page by page, in bounded number. `goesOn`: whether what follows a page counts too. */
export async function askAllPages<Item>(
  page: (number: number) => Promise<Answered<readonly Item[]>>,
  goesOn: (items: readonly Item[]) => boolean = () => true,
): Promise<List<Item>> {
  const items: Item[] = [];
  for (let number = 1; number <= limits.forgePages; number++) {
    const { value, hasNext } = await page(number);
    items.push(...value);
    if (!hasNext || !goesOn(value)) return { items, isCut: false };
  }
  return { items, isCut: true };
}

/** octokit takes "not modified" for an error. */
function unlessUnchanged(error: unknown): ForgeAnswer {
  if ((error as { status?: number }).status !== 304) throw error;
  return { status: 304, data: null, headers: {} };
}
