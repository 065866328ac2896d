import { expect, test } from 'vitest';
import { Problem } from './errors.ts';
import { withEveryFault } from './every-fault.ts';

const refuses = (message: string, code: 'badRequest' | 'notFound' | 'vendorFailed' = 'badRequest') => {
  return () => {
    throw new Problem(code, message);
  };
};
const thrownBy = (readers: Record<string, () => unknown>) =>
  withEveryFault(readers).then(
    () => undefined,
    (error: unknown) => error,
  );

test('what each step gave, by its name', async () => {
  expect(await withEveryFault({ one: () => 1, two: async () => 'two', none: () => undefined })).toEqual({
    one: 1,
    two: 'two',
    none: undefined,
  });
});

test('one that is refused is told as it is', async () => {
  const error = await thrownBy({ one: () => 1, two: refuses('No such job.', 'notFound') });
  expect(error).toMatchObject({ code: 'notFound', message: 'No such job.' });
});

test('several that are refused are told together, the same message once', async () => {
  const error = await thrownBy({
    one: refuses('No such job.', 'notFound'),
    two: async () => refuses('No such format.')(),
    three: refuses('No such format.'),
  });
  expect(error).toMatchObject({ code: 'badRequest', message: 'No such job. No such format.' });
  const same = await thrownBy({ one: refuses('No a.', 'notFound'), two: refuses('No b.', 'notFound') });
  expect(same).toMatchObject({ code: 'notFound', message: 'No a. No b.' });
});

test('what is no fault of the caller’s comes first', async () => {
  const defect = new TypeError('defect');
  const throws = () => {
    throw defect;
  };
  expect(await thrownBy({ one: refuses('No such format.'), two: throws })).toBe(defect);
  const failed = await thrownBy({ one: refuses('No such format.'), two: refuses('It is down.', 'vendorFailed') });
  expect(failed).toMatchObject({ code: 'vendorFailed', message: 'It is down.' });
});
