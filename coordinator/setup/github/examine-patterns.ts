/** Which repositories the patterns of a configuration find, looked for as the reconciler looks for them. */
import type { Finding } from '#shared/diagnosis.ts';
import { coversRepository } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { ForgeError } from '../../github/errors.ts';
import type { Account, ListedRepository, RepositoryLists } from '../../github/list-repositories.ts';
import { bad, badBecause, good, warning } from '../doctor/finding.ts';

const about = 'repositories';

/** `installPage`: where an App is installed; null: it is a token. Throws like a call for what is no matter of one account. */
export async function examinePatterns(
  lists: RepositoryLists,
  patterns: readonly string[],
  installPage: string | null,
  signal: AbortSignal = new AbortController().signal,
): Promise<Finding[]> {
  const { accounts, nowhere } = await lists.accounts(patterns, signal);
  const findings = nowhere.map(pattern =>
    bad(
      about,
      `the App is installed on no account that ${pattern} covers: nothing of it is tested`,
      installPage && `install it: ${installPage}`,
    ),
  );
  for (const account of accounts.slice(0, limits.githubCheckRepositories))
    try {
      findings.push(judgeList(account, await lists.repositoriesOf(account, signal), patterns));
    } catch (error) {
      if (!(error instanceof ForgeError) || (error.code !== 'forbidden' && error.code !== 'not-found'))
        throw error;
      findings.push({ ...badBecause(about, error), state: 'warning' });
    }
  return findings;
}

function judgeList(
  account: Account,
  { items, isCut }: { items: readonly ListedRepository[]; isCut: boolean },
  patterns: readonly string[],
): Finding {
  const { login } = account;
  const isEverything = account.type === 'own' && account.everything;
  const whose = isEverything ? `what ${login} has a part in` : login;
  const naming = patterns.filter(
    pattern => isEverything || coversRepository(pattern.split('/')[0] ?? '', login),
  );
  const covered = items.filter(({ fullName }) => naming.some(each => coversRepository(each, fullName)));
  const count = `${covered.length}${isCut ? ' or more' : ''}`;
  const words = `${naming.join(', ')} ${naming.length === 1 ? 'covers' : 'cover'}`;
  if (covered.length === 0)
    return warning(
      about,
      `${whose}: ${words} none of the ${items.length} repositories that can be tested there`,
      account.type === 'installation'
        ? 'check the pattern, and which repositories the App is installed for'
        : 'check the pattern, and to which repositories the token may write',
    );
  return good(
    about,
    `${whose}: ${words} ${count} of ${items.length} repositories, which are found by themselves`,
  );
}
