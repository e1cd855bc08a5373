/** What `paddock secret` says, and its help, ready for translation. All functions are pure. */
import { examples } from './help-texts.ts';

export const secretTexts = {
  none: 'no secret is kept; set one with: paddock secret set NAME --repository acme/rocket',
  noLog: 'nothing is noted yet',
  ask: (name: string) => `Value of ${name} (it is not shown)`,
  saved: (name: string, repository: string, version: number) =>
    `${name} of ${repository} is kept, version ${version}; jobs that begin from now on are given it`,
  warning: (text: string) => `note: ${text}`,
  noValue: 'there is no value on standard input',
  valueGivenUp: 'nothing was set',
  valueHint: (name: string) => `paddock secret set ${name} --repository acme/rocket < FILE`,
  badImage: 'expected the name of an image, or a pattern such as debian-*',
  badLabel: 'expected NAME=VALUE, as in site=berlin',
  onlyMerges: 'merges only',
  any: 'any',
  never: 'never',
  as: { variable: 'variable', file: 'file' },
  version: (number: number) => `version ${number}`,
  rootKey: (fingerprint: string | null, source: string) =>
    fingerprint === null ? `root key: none yet (${source})` : `root key: ${fingerprint} (${source})`,
  missing: (roots: string) => `root key missing: ${roots}; what hangs on it cannot be given to any job`,
  given: 'given',
  facts: {
    repository: 'of',
    form: 'given as',
    images: 'images',
    labels: 'labels',
    version: 'version',
    rootKey: 'root key',
    last: 'last given',
  },
  setBy: (version: number, by: string, age: string) =>
    `${version}, set by ${by} ${age === 'just now' ? age : `${age} ago`}`,
  log: 'Log',
  types: { set: 'set', removed: 'removed', rotated: 'wrapped anew', given: 'given' },
  recipient: (job: string, image: string, host: string) => `${job} on ${image}, host ${host}`,
} as const;

export const secretHelp = {
  secret: {
    summary: 'keep secrets, and see who was given them',
    after: examples(
      'paddock secret set DEPLOY_TOKEN --repository acme/rocket --image debian-12',
      'paddock secret list',
      'paddock secret log --repository acme/rocket',
    ),
  },
  set: {
    summary: 'set a secret, or the next version of one',
    text: `Asks for the value without showing it, or reads it from standard input; it is never an argument. Only trusted jobs are given it (docs/secrets.md). Images and labels are those of this version: what is left out is not restricted any more.`,
    after: examples(
      'paddock secret set DEPLOY_TOKEN --repository acme/rocket',
      'paddock secret set REGISTRY_TOKEN --repository "acme/*" < token',
      'paddock secret set SIGNING_KEY --repository acme/rocket --file --on-merge --image "debian-*" --label site=berlin < key.pem',
    ),
  },
  name: 'the name of the variable that jobs find it in',
  repository: 'the repository it is for, as acme/rocket; acme/* for all of an owner',
  image: 'only on this image, or on those that a pattern such as debian-* names; may be repeated',
  label: 'only on hosts with this label (site=berlin); may be repeated',
  file: 'as a file: the variable has its path',
  onMerge: 'of jobs on merges only',
  list: { summary: 'list secrets, without their values' },
  show: { summary: 'show one secret: versions, by whom, who was given it last; never its value' },
  remove: { summary: 'remove a secret; its value is gone, what is noted of it stays' },
  log: {
    summary: 'show who was given which secret, and who changed one',
    repository: 'only those of a repository, or of acme/*',
    name: 'only those of this name',
  },
  rotate: {
    summary: 'hang every secret on another root key',
    text: `Where the root key is the file in the data directory a new one is made. Otherwise put the new key in the place that secrets.key of the configuration names, keep the old one under it or in secrets.old-keys, and run this. Values stay as they are. Interrupted anywhere it goes on when it is run again.`,
  },
} as const;
