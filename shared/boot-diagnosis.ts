/**
 * Why a machine never reported in, from what it wrote on its console: the sentence that says what to check. Pure. One table;
 * of its rows the first counts whose pattern is on any line, so that what explains more stands above what follows from it.
 */
import { lastLineOf } from './console-text.ts';
import { cut } from './words.ts';

export type BootTrouble =
  | 'silent'
  | 'no-bootable-disk'
  | 'boot-loader'
  | 'no-root'
  | 'no-init'
  | 'disk-damaged'
  | 'disk-full'
  | 'out-of-memory'
  | 'init-ended'
  | 'panic'
  | 'emergency-shell'
  | 'not-brought'
  | 'no-config-disk'
  | 'no-user'
  | 'no-node'
  | 'agent-refused'
  | 'coordinator-unreachable'
  | 'agent-failed'
  | 'agent-ended'
  | 'agent-slow'
  | 'no-agent'
  | 'unknown';

export type BootDiagnosis = {
  trouble: BootTrouble;
  /** One sentence: what is seen, and what to check. */
  text: string;
  /** The line of the console that says so; null: none does. */
  line: string | null;
};

type Row = {
  trouble: BootTrouble;
  /** On one line of the console. */
  finds: RegExp;
  /** Of several such lines the last one says how far it came. */
  isNewest?: true;
  /** What is seen, where the line itself does not say it well. */
  seen?: string;
  check: string;
};

const rows: readonly Row[] = [
  {
    trouble: 'no-bootable-disk',
    finds:
      /no bootable (?:device|medium|disk)|boot failed: not a bootable disk|not a bootable disk|no bootable option or device|failed to load boot0001|^shell> ?/i,
    seen: 'the firmware finds nothing to boot',
    check:
      'check that the disk of the image is whole, and that machine.firmware (bios, uefi) is the one it was installed for',
  },
  {
    trouble: 'boot-loader',
    finds:
      /grub rescue>|^grub>|error: (?:no such (?:device|partition)|file .* not found|unknown filesystem)|cannot load .*kernel|can't load ['"]?kernel|failed to boot both default and fallback/i,
    seen: 'the boot loader finds no system',
    check: 'check the disk of the image: its boot loader names partitions or files that are not there',
  },
  {
    trouble: 'no-root',
    finds:
      /unable to mount root fs|cannot open root device|waiting for root file ?system|alert! .* does not exist|mountroot>|root device: ?$|cannot mount root|no root device|the disk cannot be mounted|the disk cannot become the root|\/dev\/vda: .*the machine ends/i,
    seen: 'the system does not find its disk',
    check:
      'check root= on the command line, and that kernel or initrd have the drivers of the disk (virtio_blk)',
  },
  {
    trouble: 'no-init',
    finds: /no working init found|requested init .* failed|no init found|failed to execute .*init/i,
    seen: 'the kernel finds no first program',
    check: 'check that the initrd or disk has /init or /sbin/init, executable, for this processor',
  },
  {
    trouble: 'disk-damaged',
    finds: /unexpected inconsistency|run fsck manually|ext4-fs error|xfs .*corruption|i\/o error, dev vd/i,
    seen: 'the file system of the disk is damaged',
    check: 'make the disk of the image anew',
  },
  {
    trouble: 'disk-full',
    finds: /no space left on device|file ?system (?:is )?full/i,
    seen: 'the disk of the machine is full',
    check: 'check machine.disk of the image, and the disk of the host',
  },
  {
    trouble: 'out-of-memory',
    finds: /out of memory|oom-kill|system is deadlocked on memory/i,
    seen: 'the machine has too little memory',
    check: 'give it more: machine.memory of the image',
  },
  {
    trouble: 'init-ended',
    finds: /attempted to kill init/i,
    seen: 'the first program of the machine ended, and the kernel with it',
    check: 'check what it wrote before that',
  },
  {
    trouble: 'panic',
    finds: /kernel panic|^panic(?:\(|:)|^panic\b.*cpu\d|fatal trap \d+|double fault|kernel: oops/i,
    check: 'check that kernel and hardware fit each other: machine.arch, firmware, and the command line',
  },
  {
    trouble: 'emergency-shell',
    finds:
      /emergency mode|give root password for maintenance|dropping to a shell|^\(initramfs\)|enter pathname of shell|rescue shell/i,
    seen: 'the system stopped in a shell for repairs',
    check: 'check what failed above it',
  },
  {
    trouble: 'not-brought',
    // Why an agent ended is on a line of its own.
    finds: /^paddock: its agent could not be brought(?!: the agent ended)/,
    check:
      'check agent.user, boot.ssh and boot.deadline of the image, and that its disk starts an SSH server at boot',
  },
  {
    trouble: 'no-config-disk',
    finds: /config disk has no archive|\/dev\/vdb: .*the machine ends|paddock_ticket_file cannot be read/i,
    seen: 'the machine does not find who it is',
    check: 'check that its system reads the config disk that the host attaches (/dev/vdb)',
  },
  {
    trouble: 'no-user',
    finds: /user of `agent\.user` is not in/i,
    seen: 'the user of the agent does not exist in the machine',
    check: 'check agent.user of the image',
  },
  {
    trouble: 'no-node',
    finds:
      /\bnode['":]*:? (?:command )?not found|'node'?: no such file|env: .?node.?: no such file|cannot find module .*guest\.cjs|node could not be started|agent ended with exit code 127|exec format error/i,
    seen: 'the machine cannot start Node, which runs the agent',
    check: 'check that Node 18 or newer is installed for its processor, where its start script looks for it',
  },
  {
    trouble: 'agent-refused',
    finds: /enrolment at .* was refused|"code":"enrolment-ended"(?!.*before its boot deadline)/i,
    check: 'check the clock of the machine, and that no other machine was made of the same identity',
  },
  {
    trouble: 'coordinator-unreachable',
    finds:
      /coordinator at .* cannot be reached|could not enrol before its boot deadline|"event":"connect-failed"/i,
    check: 'check the network of the machine, and machine-url of the configuration',
  },
  {
    trouble: 'agent-failed',
    finds: /the agent cannot start|"event":"failed"|agent was ended by signal/i,
    check: 'check how its system starts the agent',
  },
  {
    trouble: 'agent-ended',
    finds: /the agent ended with exit code|the agent was lost/i,
    check: 'check what the agent wrote before that',
  },
  {
    trouble: 'not-brought',
    finds: /^paddock: its agent has not reported in yet: (?!it was started)/,
    isNewest: true,
    check:
      'give it more time (boot.deadline of the image), and check that its disk starts an SSH server at boot',
  },
  {
    trouble: 'agent-slow',
    finds: /the agent starts as|^paddock: its agent .*: it was started$|"event":"enrol/i,
    seen: 'the agent was started and has not reported in',
    check: 'give it more time (boot.deadline of the image), and check that the host is not overloaded',
  },
  {
    trouble: 'no-agent',
    finds: /\blogin: ?$|^welcome to .*(?:linux|bsd)|reached target (?:multi-user|graphical)/i,
    seen: 'the system is up, and no agent reported in',
    check: 'check that the agent is installed and that its service is started at boot',
  },
];

const lineChars = 200;
const examinedChars = 500;

/** `console`: text that `consoleText` has made. */
export function diagnoseBoot(console: string, hasScreen = false): BootDiagnosis {
  const last = lastLineOf(console);
  if (last === null) return hasScreen ? onDisplay : silent;
  // A machine may write one endless line, and patterns take their time with such.
  const lines = console.split('\n').map(line => line.trim().slice(0, examinedChars));
  for (const { trouble, finds, isNewest, seen, check } of rows) {
    const line = isNewest ? lines.findLast(each => finds.test(each)) : lines.find(each => finds.test(each));
    if (line !== undefined) return { trouble, text: sentence(seen, line, check), line };
  }
  return {
    trouble: 'unknown',
    text: sentence('it got this far', last, notKnown),
    line: last,
  };
}

const notKnown = 'check what should come next, and boot.deadline of the image';

const silent: BootDiagnosis = {
  trouble: 'silent',
  text: 'its console shows nothing at all; check kernel and boot loader, and that its system writes on the serial console (console=ttyS0)',
  line: null,
};

const onDisplay: BootDiagnosis = {
  trouble: 'silent',
  text: 'its console shows nothing, and what was on its display was kept; check in that picture how far its system came',
  line: null,
};

function sentence(seen: string | undefined, line: string, check: string): string {
  const said = cut(saidIn(line), lineChars);
  return `${seen === undefined ? said : `${seen} (${said})`}; ${check}`;
}

/** Without the time that kernel and agent write before it; of a line of the agent's own its message. */
function saidIn(line: string): string {
  const message = /^\{.*"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  if (message !== undefined) return message.replaceAll('\\"', '"');
  return line.replace(/^paddock: (?!\[)|^(?:\w+: )?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? */, '');
}
