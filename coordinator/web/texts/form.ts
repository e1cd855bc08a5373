/** Text that every form has. */
export const form = {
  back: 'Leave it',
  missing: 'This is missing.',
  command: 'The same on the command line',
} as const;
