/** What `paddock tls` says, and its help, ready for translation. All functions are pure. */
import type { CertificateView } from '#shared/tls.ts';
import { examples } from './help-texts.ts';

const kinds: Record<CertificateView['kind'], string> = {
  authority: 'the private authority',
  own: 'signed by it',
  given: 'given to Paddock',
  'given-authority': 'who signed that',
};

export const tlsTexts = {
  hints: { init: 'paddock tls init --help', use: 'paddock tls use --help', show: 'paddock tls show' },
  kind: (kind: CertificateView['kind']) => kinds[kind],
  none: 'no certificates were made yet',
  made: (directory: string) => `the certificates are in ${directory}`,
  next: 'write `tls: true` below `listen` in the configuration; it counts from the next start, and hosts that came in without TLS are let in anew (paddock host add)',
  running: 'a coordinator that runs shows it within a minute',
  bothOrNone:
    '--cert and --key belong together; without both, --own takes the private authority’s own certificate again',
  facts: {
    names: 'for',
    issuer: 'signed by',
    fingerprint: 'SHA-256',
    life: 'valid',
    shownBy: 'shown by',
    authority: 'machines',
  },
  life: (startsAt: string, endsAt: string, days: number) =>
    days < 0 ? `${startsAt} to ${endsAt}, over` : `${startsAt} to ${endsAt}, ${days} more days`,
  shownByNone: 'no listener',
  listener: ({ isTls, isPublic }: { isTls: boolean; isPublic: boolean }) => {
    if (isTls) return 'TLS';
    return isPublic ? 'plain text, and other computers reach it' : 'plain text, for this computer only';
  },
};

export const tlsHelpTexts = {
  tls: {
    summary: 'make, take and show the certificates of this coordinator',
    after: examples(
      'paddock tls init --name ci.example.org',
      'paddock tls use --cert fullchain.pem --key privkey.pem',
      'paddock tls show',
    ),
  },
  init: {
    summary: 'make a private authority, and a certificate signed by it',
    text: 'Makes, in the data directory, an authority that is known to nobody but this coordinator and the machines that it tells, and a certificate for the names of this computer and of the configuration. The coordinator makes the next certificate before this one ends. Called again, it adds names and keeps the authority.',
    after: examples('paddock tls init', 'paddock tls init --name ci.example.org --name 192.0.2.1'),
  },
  name: 'a name or address besides those of the configuration',
  newAuthority: 'make another authority; every host has to be let in anew',
  use: {
    summary: 'take a certificate of another authority',
    text: "People are shown it. Machines go on believing the private authority, unless --ca names who signed the certificate: then they are shown it too, and believe that authority. Called again for the next one, by certbot's --deploy-hook for example; a coordinator that runs notices.",
    after: examples(
      'paddock tls use --cert fullchain.pem --key privkey.pem',
      'paddock tls use --cert server.pem --key server.key --ca company-ca.pem',
      'paddock tls use --own',
    ),
  },
  cert: "the server's certificate in PEM, those between it and its authority behind it",
  key: 'its private key in PEM, not encrypted',
  ca: 'the authority that machines are to believe for it',
  own: "give it back: the private authority's own certificate again",
  show: {
    summary: 'print names, fingerprints and ends of the certificates, and who shows them',
    after: examples('paddock tls show', "paddock tls show --json | jq '.certificates[].endsAt'"),
  },
} as const;
