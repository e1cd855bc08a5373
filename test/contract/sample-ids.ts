import { type AttemptId, attemptId, type HostId, hostId, type MachineId, machineId } from '#shared/ids.ts';

const suffix = (n: number) => String(n).padStart(26, '0');

export const attempt = (n: number): AttemptId => attemptId.parse(`attempt_${suffix(n)}`);
export const machine = (n: number): MachineId => machineId.parse(`machine_${suffix(n)}`);
export const host = (n: number): HostId => hostId.parse(`host_${suffix(n)}`);
