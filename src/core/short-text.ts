// How long texts may grow that are put together of many pieces.

/** Characters up to which texts are put together: V8 keeps much longer ones apart, where each costs several times as much. */
export const shortTextLength = 16_384;
