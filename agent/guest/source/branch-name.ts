/**
 * The local branch for a ref, or null when none can be made: `refs/heads/main` and `main` → `main`,
 * `refs/pull/7/head` → `pull/7/head`. The rules are those of `git check-ref-format --branch`.
 */
export function branchName(ref: string): string | null {
  const name = ref.replace(/^refs\/(?:heads\/)?/, '');
  const isPlain = name !== '' && name !== '@' && name !== 'HEAD' && !name.startsWith('-');
  return isPlain && !forbidden.test(name) ? name : null;
}

/** Control and special characters, `..`, `@{`, empty components, those that start with `.` or end with `.` or `.lock`. */
const forbidden = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|(?:^|\/)(?:\.|\/|$)|^$|\.lock(?:\/|$)|\.(?:\/|$)/u;
