/** What may be the id of a request: UUIDs, ULIDs, and what proxies make; nothing that means something in a log or a page. */
export const isRequestId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
