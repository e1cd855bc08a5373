/** Which releases of nats-server will do; pure. The versions themselves stand in `limits`. */

type Version = readonly [major: number, minor: number, patch: number];

/** The version in what nats-server says of itself, "nats-server: v2.9.10", or null: another program is none. */
export function versionIn(text: string): string | null {
  return /\bnats-server:? v?(\d+\.\d+\.\d+)\b/.exec(text)?.[1] ?? null;
}

function parse(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}

/** Negative, zero or positive, as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

const lineOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * Whether a release has the fixes that a public address needs: `patched` names the first good release of each line; a
 * line newer than all of them is good, any other line is not.
 */
export function isPatched(version: string, patched: readonly string[]): boolean {
  const firstGood = patched.find(good => lineOf(good) === lineOf(version));
  if (firstGood !== undefined) return compareVersions(version, firstGood) >= 0;
  return patched.every(good => compareVersions(version, good) > 0);
}

/** Whether only this computer can reach the address. A name other than `localhost` counts as public. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
