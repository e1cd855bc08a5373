/** What `paddock host --help`, `paddock pool --help` and `paddock machine --help` say, ready for translation. */
import { examples } from './help-texts.ts';

export const fleetHelpTexts = {
  host: {
    summary: 'the computers that machines run on: let in, drain, take away',
    name: 'the name of a host',
    newName: 'how it shall be called',
    add: {
      summary: 'make a token, and the line that starts a host elsewhere with it',
      text: 'Prints one line to paste on another computer: it starts a host agent there. The token in it lets one host in, once, within an hour. It is in the environment of that command, so that no list of processes shows it.',
      after: examples('paddock host add attic', 'paddock host add rack --label site=berlin --resource gpu=2'),
    },
    list: { summary: 'list hosts: connection, room, drivers, machines' },
    show: { summary: 'show one host and its machines' },
    set: {
      summary: 'set labels of a host, and what it has a counted number of',
      text: 'Sets what images may require of a host (`machine.labels` and `machine.resources` of image.yaml). What is not named stays as it is; an empty value (`--label site=`) and the number 0 take it away. Idle machines that are not in their place any more are given back; what runs ends first. Paddock counts what its machines take; that each has its own graphics card, say, its image has to see to.',
      after: examples(
        'paddock host set attic --label site=berlin --label disk=nvme',
        'paddock host set attic --resource gpu=2',
        'paddock host set attic --label site= --resource gpu=0',
      ),
    },
    label: 'a label that images may require; may be repeated',
    resource: 'how many of something it has; may be repeated',
    drain: { summary: 'give it nothing new; what runs there ends first' },
    resume: { summary: 'let a drained host have machines again' },
    remove: {
      summary: 'take a host away and end its credential',
      text: 'Takes a host away. Its credential and those of its machines are refused from then on; a new token (`paddock host add`) lets it in again. Refuses while it has machines, unless forced: then their jobs are run elsewhere.',
      after: examples('paddock host drain attic', 'paddock host remove attic'),
    },
    force: 'also while it has machines: their jobs are run elsewhere',
    run: {
      summary: 'run the host agent of this computer, for a coordinator elsewhere',
      text: 'Runs the host agent in the foreground until Ctrl-C; machines go on without it. The first time it needs a token, from PADDOCK_JOIN_TOKEN or standard input (which is not read later); `paddock host add` prints the whole line. --coordinator is the address of the machine listener.',
      after: examples(
        'PADDOCK_JOIN_TOKEN=join_… paddock host run --coordinator http://192.0.2.1:7071',
        'paddock host run --coordinator http://192.0.2.1:7071 --libvirt < token',
      ),
    },
    state:
      'where it keeps its key and its machines (default: paddock-host in $XDG_STATE_HOME or ~/.local/state)',
    mirror:
      'a package mirror that virtual machines reach where their image has an egress: name:port; repeatable',
    libvirt: 'make virtual machines, by qemu:///system or qemu:///session (default: system for root)',
    after: examples('paddock host list', 'paddock host add attic', 'paddock host drain attic'),
  },
  pool: {
    summary: 'how many machines each image may have, and why',
    image: 'the image of the pool',
    list: { summary: 'list pools: machines, limits, what is short' },
    why: { summary: 'say what is wanted, what limits it, and what was decided' },
    scale: {
      summary: 'change the limits of a pool until it is reset',
      text: 'Changes the limits of a pool at once, and over restarts, whatever the configuration says. More than the hosts have room for is a wish: the planner does what it can, and what is printed says what it lacks.',
      after: examples(
        'paddock pool scale debian-12 --max 8',
        'paddock pool scale debian-12 --min 2 --idle 30m',
        'paddock pool scale debian-12 --max 8 --dry-run',
      ),
    },
    min: 'machines kept ready before anybody asks (`warm` of the configuration)',
    max: 'machines at once',
    idle: 'a ready machine above --min is given back after this long, such as 10m',
    dryRun: 'say what would come of it now, and change nothing',
    pause: { summary: 'make nothing new, give back what is idle; what runs ends first' },
    resume: { summary: 'let a paused pool go on' },
    reset: { summary: 'take back what was scaled or paused: as configured' },
    after: examples(
      'paddock pool list',
      'paddock pool why debian-12',
      'paddock pool scale debian-12 --max 8',
    ),
  },
  machine: {
    summary: 'machines, and why those that failed did not start',
    list: {
      summary: 'list machines: those that there are, and the newest that failed to start',
      after: examples('paddock machine list', 'paddock machine list --all'),
    },
    all: 'also the newest that ended as they should',
    show: {
      summary: 'show one machine: why it failed, the end of its console, its story',
      text: 'Shows one machine. Of one that never reported in also what its console says: a sentence with what to check, and the end of what it wrote, without control characters. Where a machine has a display in place of a console, a picture of it was taken.',
    },
    screenshot: 'save what was on its display, as a PNG, in place of showing the rest',
    id: 'the id of a machine, such as `machine list` prints',
    after: examples('paddock machine list', 'paddock machine show machine_01jd…'),
  },
} as const;
