// `CE`, the small library that every script finds.

import { base64Bytes, bytesOf, textOf, utf8Text } from './codec.js';
import { countryCodes } from './country-codes.js';
import { digestNamed, hmac } from './digest.js';
import { base64Of, makeCrypto } from './text-modules.js';

const folded = (value) =>
  String(value ?? '')
    .trim()
    .toLowerCase();

/** Made once in an isolate, when first asked for. */
function once(make) {
  let made;
  return () => {
    made ??= make();
    return made;
  };
}

const countries = once(() => {
  const found = new Map();
  const names = new Intl.DisplayNames('en', { type: 'region' });
  for (const pair of countryCodes.trim().split(/\s+/)) {
    const country = { two: pair.slice(0, 2), three: pair.slice(2) };
    for (const key of [country.two, country.three, names.of(country.two)]) found.set(folded(key), country);
  }
  return found;
});

function symbolOf(code) {
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' });
  return parts.formatToParts(0).find((part) => part.type === 'currency')?.value ?? code;
}

const currencies = once(() => {
  const found = new Map();
  const names = new Intl.DisplayNames('en', { type: 'currency' });
  const codes = Intl.supportedValuesOf('currency');
  for (const code of codes) for (const key of [code, names.of(code)]) found.set(folded(key), code);
  // '$' is claimed by many: the symbol that English gives a currency alone comes first
  for (const code of codes) {
    const symbol = new Intl.NumberFormat('en', { style: 'currency', currency: code })
      .formatToParts(0)
      .find((part) => part.type === 'currency')?.value;
    if (symbol !== undefined && !found.has(folded(symbol))) found.set(folded(symbol), code);
  }
  return found;
});

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `random(size)` gives bytes that cannot be guessed. */
export function makeCe(random) {
  const randomString = () => Array.from(random(16), (byte) => letters[byte % letters.length]).join('');
  const sign = (algorithm) => {
    digestNamed(algorithm);
    return (encoding) => (secret, text) => textOf(hmac(algorithm, bytesOf(secret), bytesOf(text)), encoding);
  };
  const ce = {
    randomString,
    randomEmail: () => `${randomString()}@${randomString()}.com`,
    md5: (text) => makeCrypto(random).createHash('md5').update(text).digest('hex'),
    b64: (text) => base64Of(text),
    decode64: (text) => utf8Text(base64Bytes(String(text))),
    hmac: sign,
    /** a currency's code by its code, English name or symbol; null when there is none */
    currencyCode: (name) => currencies().get(folded(name)) ?? null,
    /** a currency's symbol by its code, English name or symbol */
    currencySymbol(name) {
      const code = currencies().get(folded(name));
      return code === undefined ? null : symbolOf(code);
    },
    /** a country's code by its English name or either code; null when there is none */
    iso2CountryCode: (name) => countries().get(folded(name))?.two ?? null,
    iso3CountryCode: (name) => countries().get(folded(name))?.three ?? null,
  };
  for (const [name, algorithm] of [
    ['Sha1', 'sha1'],
    ['Sha256', 'sha256'],
    ['Md5', 'md5'],
  ]) {
    ce[`hmac${name}Hex`] = sign(algorithm)('hex');
    ce[`hmac${name}Base64`] = sign(algorithm)('base64');
  }
  return ce;
}
