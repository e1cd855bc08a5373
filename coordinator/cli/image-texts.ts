/** What `paddock image` says in words of its own, ready for translation. All functions are pure. */
import { imageWords } from '#shared/image-words.ts';
import { bytesText } from '#shared/quantity-text.ts';

export const imageTexts = {
  ...imageWords,
  hints: {
    add: 'paddock image add images/NAME',
    show: (name: string) => `paddock image show ${name}`,
    logs: (job: string) => `paddock logs ${job}`,
    lint: 'paddock image lint DIR',
    lintFolder: (folder: string) => `paddock image lint ${folder}`,
    init: 'paddock image init --help',
    build: (folder: string) => `see ${folder}/README.md for how its files are built`,
  },
  facts: {
    system: 'system',
    driver: 'driver',
    aliases: 'aliases',
    serves: 'serves',
    support: 'support',
    from: 'from',
    openHeads: 'open heads',
    version: 'version',
  },
  noImages: 'no image is configured or registered',
  isFine: (folder: string, name: string) => `${folder}: ${name} is right`,
  twice: (name: string, folders: string) => `${name} is the name of two folders: ${folders}`,
  nothingToLint: 'say which folders to look at',
  sending: (file: string, percent: number) => `${file} · ${percent} %`,
  sent: (file: string, bytes: number) => `sent ${file}, ${bytesText(bytes)}`,
  isThere: (file: string) => `${file} is there already`,
  unchanged: (name: string, number: number) =>
    `version ${number} of ${name} is this very image already; nothing has changed`,
  added: (name: string, number: number) =>
    `${name}, version ${number}: the conformance suite decides whether it is used`,
  tested: (name: string, number: number) => `the conformance suite runs on version ${number} of ${name}`,
  waits: (what: string) => `  ${what}`,
  goesOn: (name: string) => `it goes on without you; paddock image show ${name} tells how it ended`,
  passed: (name: string, number: number) => `version ${number} of ${name} is ready`,
  refused: (name: string, number: number) =>
    `version ${number} of ${name} is refused; nothing else has changed`,
  failedAgain: (name: string, number: number) =>
    `version ${number} of ${name} failed the suite; it stays as it was: paddock image rollback or disable takes it away`,
  rolledBack: (name: string, number: number) => `${name} is version ${number} again`,
  isDisabled: (name: string) => `${name} is disabled: no run is planned on it, what runs ends first`,
  isEnabled: (name: string) => `${name} is used again`,
  exists: (file: string) => `${file} is there already; nothing was written`,
  written: (file: string) => `wrote ${file}`,
  changed: (file: string) => `${file} became shorter while it was sent; send it again`,
  isGone: (number: number) => `version ${number} is not there any more`,
  badName: (name: string) =>
    `${name} is no name for an image: lower-case letters, digits, ".", "_" and "-", such as openbsd-7.9`,
  badDriver: (driver: string, known: readonly string[]) =>
    `${driver} is no driver; there are ${known.join(', ')}`,
  ask: {
    os: 'Which system is it? Suites read this as PADDOCK_OS',
    arch: 'Which architecture?',
    driver: 'What makes its machines?',
    something: 'write something',
    cancelled: 'nothing was written',
    drivers: {
      libvirt: 'virtual machines on hosts with QEMU and libvirt',
      process: 'none: suites are processes of the host; isolates nothing',
      ssh: 'computers that stand there already and have sshd',
      command: 'executables of yours, for any cloud',
    },
  },
  badNumber: 'expected the number of a version',
  broken: (count: number) => (count === 1 ? 'a folder is not right' : `${count} folders are not right`),
} as const;
