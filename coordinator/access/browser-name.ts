/** What a browser calls itself, in short: enough to know one's own again. Pure. */

const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\b(FreeBSD|OpenBSD|NetBSD|Haiku|CrOS)\b/, ''],
  [/\bLinux\b/, 'Linux'],
];

const first = (known: readonly [RegExp, string][], text: string): string | null => {
  for (const [pattern, name] of known) {
    const found = pattern.exec(text);
    if (found) return name || (found[1] ?? null);
  }
  return null;
};

/** "Firefox on Linux"; "a browser" where it says nothing that is known. */
export function browserName(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 500);
  const [browser, system] = [first(browsers, text), first(systems, text)];
  return `${browser ?? 'a browser'}${system ? ` on ${system}` : ''}`;
}
