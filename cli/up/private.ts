/** Whether a host is one that only this machine reaches: there, known passwords and generous limits harm nobody. */
export const isPrivate = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
