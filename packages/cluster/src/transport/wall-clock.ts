/**
 * What the clock on the wall says, in milliseconds since 1970: for dates that were made elsewhere, as those of
 * certificates. It can be set, forwards and backwards; to measure time there is `Clock`.
 */
export const systemWallClock = (): number => Date.now();
