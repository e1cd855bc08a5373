/** One word for a POSIX shell (and, but for `!` and line ends, for a csh): whatever is in it stands for itself. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
