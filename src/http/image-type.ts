// What kind of image some bytes are, by what they begin with: what a client says of them is not believed.

/** A kind of image that browsers show. */
export interface ImageType {
  contentType: string;
  ending: string;
}

const signatures: { type: ImageType; fits(bytes: Buffer): boolean }[] = [
  { type: { contentType: 'image/png', ending: '.png' }, fits: startsWith('89504e470d0a1a0a') },
  { type: { contentType: 'image/jpeg', ending: '.jpg' }, fits: startsWith('ffd8ff') },
  { type: { contentType: 'image/gif', ending: '.gif' }, fits: startsWith('474946383761', '474946383961') },
  { type: { contentType: 'image/x-icon', ending: '.ico' }, fits: startsWith('00000100') },
  {
    type: { contentType: 'image/webp', ending: '.webp' },
    fits: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  },
  { type: { contentType: 'image/svg+xml', ending: '.svg' }, fits: isSvg },
];

/** The kind of an image; undefined for anything else. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
  return signatures.find(({ fits }) => fits(bytes))?.type;
}

function startsWith(...beginnings: string[]): (bytes: Buffer) => boolean {
  return (bytes) => beginnings.some((hex) => bytes.subarray(0, hex.length / 2).toString('hex') === hex);
}

/** An XML document whose first element is `svg`, whatever stands before it. */
function isSvg(bytes: Buffer): boolean {
  const beginning = bytes.toString('utf8', 0, 10_000).replace(/^\uFEFF/, '');
  const text = beginning.replace(/<!--[\s\S]*?-->/g, '');
  return /^\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE[^>]*>\s*)?<svg[\s>]/i.test(text);
}
