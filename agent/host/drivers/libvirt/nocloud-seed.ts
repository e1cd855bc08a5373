/**
 * How a disk that knows nothing of Paddock is brought to start its agent: a disk labelled `cidata` with the files of
 * cloud-init's NoCloud, which FreeBSD's nuageinit and others read too. It carries no secret: the program it brings
 * takes identity and agent from the config disk, which is there as in every machine.
 * https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
 */
import { writeFile } from 'node:fs/promises';
import type { MachineId } from '#shared/ids.ts';
import { roomyGuestFlags } from '../node-flags.ts';
import { iso9660 } from './iso9660.ts';

/**
 * Run once, as root, when the system is up. It does what `images/debian-12/init.c` does with the config disk, in words
 * that every shell and tar understand; when the agent ends, so does the machine.
 */
const program = `#!/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/pkg/bin
export PATH
place=/var/run/paddock

end_machine() {
  echo "paddock: $1; the machine ends" > /dev/console
  poweroff || shutdown -p now || halt -p
  exit 1
}

umask 022
mkdir -p "$place"
for disk in /dev/vdb /dev/vtbd1 /dev/rld1 /dev/rsd1c; do
  [ -e "$disk" ] && tar xf "$disk" -C "$place" 2> /dev/null
  [ -e "$place/guest.cjs" ] && break
done
[ -e "$place/guest.cjs" ] || end_machine 'no config disk was found'
command -v node > /dev/null || end_machine 'Node is not on this disk'
rm -f "$place/seed"
user=$(cat "$place/user")
user=\${user:-root}
id "$user" > /dev/null || end_machine "there is no user $user"
mkdir -p /work
cat > "$place/start" << 'END'
cd /
place=/var/run/paddock
exec env PADDOCK_TICKET_FILE="$place/ticket" $(cat "$place/environment") node ${roomyGuestFlags.join(' ')} "$place/guest.cjs"
END
chown "$user" "$place" "$place"/* /work
chmod 600 "$place/ticket" "$place/environment"

trap '' HUP
(
  echo "paddock: the agent starts as $user"
  su "$user" -c "PATH=$PATH exec /bin/sh $place/start"
  end_machine "the agent ended with exit code $?"
) < /dev/null > /dev/console 2>&1 &
`;

/** The files of the seed. A host name has no underscores. */
export const seedFiles = (id: MachineId): Record<'meta-data' | 'user-data', string> => ({
  'meta-data': `instance-id: ${id}\nlocal-hostname: ${id.replaceAll('_', '-')}\n`,
  'user-data': program,
});

export const writeSeed = (path: string, id: MachineId): Promise<void> =>
  writeFile(path, iso9660('cidata', seedFiles(id)), { mode: 0o600 });
