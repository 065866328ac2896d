import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGuard, type Guard } from './guard.ts';

const noNames = async (host: string): Promise<string[]> => {
  throw new Error(`${host} was looked up`);
};
const guard = createGuard({ mode: 'public', allowed: [] }, noNames);
const reaches = (made: Guard, host: string) =>
  made.resolve(host).then(
    () => true,
    () => false,
  );
/** The host as it stands in a URL, after the URL was read. */
const inUrl = (host: string) => new URL(`http://${host}/`).hostname;

const privateAddresses = [
  ...[
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
  ],
  ...[
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.255.255',
  ],
  ...[
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '[::]',
    '[::1]',
    '[::7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
    '[100::1]',
    '[2001::1]',
    '[2001:db8::1]',
  ],
  ...[
    '[2002:7f00:1::]',
    '[3fff::1]',
    '[5f00::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
  ],
];
const publicAddresses = [
  ...[
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
  ],
  ...[
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
  ],
  ...['[2606:4700::1111]', '[2a00::1]', '[2003::1]', '[::ffff:8.8.8.8]'],
];

test.each(privateAddresses)('%s is not reached', async (host) => {
  await expect(guard.resolve(inUrl(host))).rejects.toMatchObject({
    code: 'egressRefused',
    message: expect.stringContaining('VALENCE_EGRESS'),
  });
});
test.each(publicAddresses)('%s is reached', async (host) => {
  expect(await reaches(guard, inUrl(host))).toBe(true);
});

test('a private IPv4 address is not reached inside an IPv4-mapped IPv6 one, in any way to write it', async () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const hidden = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  );
  await fc.assert(
    fc.asyncProperty(hidden, async ([a, b, c, d]) => {
      const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
      const forms = [
        `::ffff:${a}.${b}.${c}.${d}`,
        `::ffff:${hex(a, b)}:${hex(c, d)}`,
        `0:0:0:0:0:FFFF:${hex(a, b).toUpperCase()}:${hex(c, d)}`,
        `::${a}.${b}.${c}.${d}`,
      ];
      for (const form of forms) {
        expect(await reaches(guard, inUrl(`[${form}]`)), form).toBe(false);
        expect(
          await reaches(
            createGuard({ mode: 'public', allowed: [] }, async () => [form]),
            'name.test',
          ),
          form,
        ).toBe(false);
      }
    }),
  );
});

test.each([
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '017700000001',
  '0177.0.0.1',
  '127.1',
  '127.0.1',
  '0',
  '3232235777',
  '0xA9FEA9FE',
])('a number for a host (%s) is not reached: URLs make an address of it', async (host) => {
  expect(await reaches(guard, inUrl(host))).toBe(false);
});

describe('names', () => {
  const named = (answers: string[], allowed: string[] = []) =>
    createGuard({ mode: 'public', allowed }, async () => answers);

  test('that resolve to private addresses are refused', async () => {
    for (const address of ['127.0.0.1', '169.254.169.254', '::1', 'fe80::1', '::ffff:10.0.0.1']) {
      await expect(named([address]).resolve('innocent.test')).rejects.toMatchObject({ code: 'egressRefused' });
    }
  });

  test('that resolve to both kinds are reached at the public addresses only', async () => {
    const made = named(['127.0.0.1', '93.184.215.14', 'fc00::1', '2606:4700::1111']);
    expect(await made.resolve('mixed.test')).toEqual([
      { address: '93.184.215.14', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  test('that resolve to nothing are refused', async () => {
    expect(await reaches(named([]), 'nothing.test')).toBe(false);
  });

  test('localhost is refused', async () => {
    expect(await reaches(createGuard({ mode: 'public', allowed: [] }), 'localhost')).toBe(false);
  });

  test('each answer is checked, so that a second one cannot slip through (DNS rebinding)', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    const made = createGuard({ mode: 'public', allowed: [] }, async () => answers.shift() ?? []);
    expect(await made.resolve('rebinding.test')).toEqual([{ address: '93.184.215.14', family: 4 }]);
    await expect(made.resolve('rebinding.test')).rejects.toMatchObject({ code: 'egressRefused' });
  });
});

describe('what an operator allows', () => {
  const allow = (...allowed: string[]) => createGuard({ mode: 'public', allowed }, async () => ['10.1.2.3']);

  test.each([
    ['a CIDR', '10.0.0.0/8', '10.255.0.1', '11.0.0.1', '192.168.0.1'],
    ['an address', '10.1.2.3', '10.1.2.3', '1.1.1.1', '10.1.2.4'],
    ['an IPv6 CIDR', 'fd00::/8', '[fd12::1]', '[2606::1]', '[fc00::1]'],
  ])('%s', async (_what, entry, reached, open, refused) => {
    const made = allow(entry);
    expect([await reaches(made, reached), await reaches(made, open), await reaches(made, refused)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('a host or a pattern of hosts', async () => {
    const made = allow('intern.test', '*.corp.test');
    expect(await made.resolve('intern.test')).toEqual([{ address: '10.1.2.3', family: 4 }]);
    expect(await reaches(made, 'a.corp.test')).toBe(true);
    expect(await reaches(made, 'corp.test')).toBe(false);
    expect(await reaches(made, 'intern.test.evil.test')).toBe(false);
  });

  test('any: everything', async () => {
    const made = createGuard({ mode: 'any', allowed: [] }, async () => ['127.0.0.1']);
    for (const host of ['localhost', ...privateAddresses.map(inUrl)])
      expect(await reaches(made, host), host).toBe(true);
  });
});
