/** As people name a commit: what git shows of it, too. */
export const shortCommit = (commit: string): string => commit.slice(0, 7);
