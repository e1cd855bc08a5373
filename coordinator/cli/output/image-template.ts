/** What `paddock image init` writes. Pure. */
import type { DriverName } from '#shared/image-manifest.ts';

export type Answers = { name: string; os: string; arch: string; driver: DriverName };

const machines: Record<DriverName, string> = {
  libvirt: `# A file of this folder, which its README says how to build; or \`url\` and \`sha256\` of a published one.
disk: { path: built/disk.qcow2, format: qcow2 }
machine:
  driver: libvirt
  cpus: 2
  memory: 1GiB`,
  process: `# The computer that the host agent runs on, as it is. It isolates nothing.
machine:
  driver: process`,
  ssh: `# Computers that the host's file of computers names for this image.
machine:
  driver: ssh
  reuse: static`,
  command: `# What the host's own executables make of this name.
machine:
  driver: command`,
};

export const manifestText = ({ name, os, arch, driver }: Answers): string => `name: ${name}
os: ${os}
arch: ${arch}
# When its makers stop supporting it; runs on it warn from then on.
# eol: 2030-01-01
${machines[driver]}
serves:
  repositories: ['*']
  suites: all
`;

export const readmeText = ({ name, driver }: Answers): string => `# ${name}

${driver === 'libvirt' ? 'How its files are built, by one command:\n\n    ./build\n' : 'What a host needs for machines of this image:\n'}
Then:

    paddock image lint images/${name}
    paddock image add images/${name}
`;
