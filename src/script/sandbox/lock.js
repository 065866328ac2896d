// Freezes whatever two runs of scripts could both reach, so that nothing one of them writes is seen by the next.

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/** What scripts could stop a thread, watch the garbage collector or share memory with; no hook has ever used them. */
const removed = ['Atomics', 'SharedArrayBuffer', 'WebAssembly', 'WeakRef', 'FinalizationRegistry'];

/** Built-in prototypes that no global leads to by its own properties. */
function hiddenRoots() {
  return [
    (function* () {})(),
    (async () => {})(),
    (async function* () {})(),
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    ''.matchAll(/x/g),
    [].values().map((value) => value),
    Iterator.from({ next() {} }),
    new Intl.Segmenter().segment(''),
    new Intl.Segmenter().segment('')[Symbol.iterator](),
  ].map(getPrototypeOf);
}

/**
 * Properties of frozen prototypes that scripts give to their own objects by assignment (`error.name = …`,
 * `class.prototype.toString = …`). On a frozen prototype such an assignment would fail, so these become a pair of
 * functions that read the original and write to the object itself.
 */
function allowOverride(prototype, key) {
  const descriptor = getOwnPropertyDescriptor(prototype, key);
  if (descriptor === undefined || !('value' in descriptor) || !descriptor.configurable) return;
  const { value, enumerable } = descriptor;
  Object.defineProperty(prototype, key, {
    enumerable,
    configurable: false,
    get() {
      return value;
    },
    set(own) {
      if (this === prototype) throw new TypeError(`Cannot assign to read only property '${String(key)}'`);
      Object.defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
    },
  });
}

const overridden = ['constructor', 'toString', 'valueOf', 'toJSON', 'name', 'message'];

function allowOverrides() {
  for (const key of ownKeys(Object.prototype)) {
    if (key !== '__proto__') allowOverride(Object.prototype, key);
  }
  for (const key of ['push', 'concat']) allowOverride(Array.prototype, key);
  for (const key of ['apply', 'call', 'bind']) allowOverride(Function.prototype, key);
  for (const name of ownKeys(globalThis)) {
    const prototype = typeof globalThis[name] === 'function' ? globalThis[name].prototype : undefined;
    if (prototype === undefined || prototype === Object.prototype || prototype === Promise.prototype) continue;
    for (const key of overridden) allowOverride(prototype, key);
  }
}

const frozen = new WeakSet();

/** Freezes objects and everything that their properties, getters, setters and prototypes lead to. */
export function harden(...roots) {
  const waiting = [...roots];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (frozen.has(value) || value === globalThis) continue;
    frozen.add(value);
    // a view on a buffer cannot be frozen; none is handed to scripts
    if (!ArrayBuffer.isView(value)) Object.freeze(value);
    waiting.push(getPrototypeOf(value));
    const keys = ownKeys(value);
    // most are built-in methods, which have a length and a name and lead nowhere
    if (keys.length === 2 && keys[0] === 'length' && keys[1] === 'name' && typeof value === 'function') continue;
    for (const key of keys) {
      const descriptor = getOwnPropertyDescriptor(value, key);
      if ('value' in descriptor) waiting.push(descriptor.value);
      else waiting.push(descriptor.get, descriptor.set);
    }
  }
}

/**
 * Freezes every built-in and every global there is now. Scripts may make further globals (embedded libraries do); the
 * function returned takes them away again, and answers false when it cannot, so that the context must be given up.
 */
export function lockGlobals() {
  for (const name of removed) delete globalThis[name];
  allowOverrides();
  harden(...hiddenRoots());
  for (const key of ownKeys(globalThis)) {
    const descriptor = getOwnPropertyDescriptor(globalThis, key);
    harden(descriptor.value, descriptor.get, descriptor.set);
    if (!descriptor.configurable) continue;
    const fixed = 'value' in descriptor ? { ...descriptor, writable: false } : descriptor;
    Object.defineProperty(globalThis, key, { ...fixed, configurable: false });
  }
  const prototype = getPrototypeOf(globalThis);
  harden(prototype);
  const builtIn = new Set(ownKeys(globalThis));
  return function clean() {
    // the last match is kept by the RegExp constructor
    /(?:)/.exec('');
    const keys = ownKeys(globalThis);
    if (keys.length !== builtIn.size) {
      for (const key of keys) if (!builtIn.has(key)) Reflect.deleteProperty(globalThis, key);
      if (ownKeys(globalThis).length !== builtIn.size) return false;
    }
    return Object.isExtensible(globalThis) && getPrototypeOf(globalThis) === prototype;
  };
}
