/** What `paddock image --help` says, ready for translation. */
import { examples } from './help-texts.ts';

export const imageHelpTexts = {
  image: {
    summary: 'operating systems: add, test, roll back',
    folder: 'a folder with an image.yaml',
    name: 'the name of an image',
    init: {
      summary: 'write an image.yaml to begin with',
      text: 'Writes images/NAME/image.yaml and a README beside it. Asks what it needs to know on a terminal; options answer before it asks.',
      after: examples(
        'paddock image init openbsd-7.9',
        'paddock image init debian-13 --driver libvirt --arch x86_64',
      ),
    },
    newName: 'how it shall be called, such as openbsd-7.9',
    driver: 'what makes its machines: libvirt, process, ssh or command',
    os: 'what suites read as PADDOCK_OS',
    arch: 'what suites read as PADDOCK_ARCH',
    directory: 'where its folder is made',
    lint: {
      summary: 'say what is wrong with folders, without a coordinator',
      text: 'Reads image.yaml of each folder, finds and measures the files it names, and says what is wrong with file, line and column. Exit code 1 when something is.',
      after: examples('paddock image lint images/*'),
    },
    add: {
      summary: 'register a folder as a version of its image, once it passes',
      text: 'Sends the manifest and its files (what the coordinator has is not sent again), and runs the conformance suite on a machine of it: does it start, report in, keep time, take a commit, print live and at length, clean up, hand over files, end. A version that passes is used from then on, and the one before stays to roll back to; one that does not changes nothing. Exit code 1 when it is refused.',
      after: examples('paddock image add images/debian-12', 'paddock image add images/debian-12 --detach'),
    },
    detach: 'do not wait for the suite',
    list: { summary: 'list images: version, system, whom they serve' },
    show: { summary: 'show one image: its versions and what the suite said' },
    test: {
      summary: 'run the conformance suite on a version once more',
      text: 'Runs the suite on the current version, or on the one that --version names. What it says is shown and kept; the version stays as it was, whatever that is.',
      after: examples('paddock image test debian-12'),
    },
    version: 'the number of a version',
    rollback: {
      summary: 'make an earlier version the current one',
      text: 'Makes the newest ready version before the current one the current one, or the one that --to names. Jobs that run end on the machines they have.',
      after: examples('paddock image rollback debian-12', 'paddock image rollback debian-12 --to 3'),
    },
    disable: { summary: 'plan no run on it and make no machine of it' },
    enable: { summary: 'use a disabled image again' },
    remove: {
      summary: 'take an image away, with all its versions',
      after: examples('paddock image disable debian-12', 'paddock image remove debian-12'),
    },
    after: examples(
      'paddock image list',
      'paddock image lint images/*',
      'paddock image add images/debian-12',
    ),
  },
} as const;
