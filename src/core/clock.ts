// Time as a dependency, so that tests decide what time it is.

/** Gives the present moment in milliseconds since 1970. */
export type Clock = () => number;
