// The people who can log in to every simulated vendor. They are fixed, so that tests and login pages can name them.

/** A person with an account at the vendors. */
export interface Account {
  /** Position in the list, from 1; vendors derive their user ids from it. */
  number: number;
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

/** The preset people; the first one is prefilled on login pages. */
export const sandboxAccounts: readonly [Account, ...Account[]] = [
  { number: 1, email: 'robin@example.com', password: 'sandbox-robin', firstName: 'Robin', lastName: 'Sandbox' },
  { number: 2, email: 'kim@example.com', password: 'sandbox-kim', firstName: 'Kim', lastName: 'Sandbox' },
];

/** First and last name. */
export function fullName(account: Account): string {
  return `${account.firstName} ${account.lastName}`;
}

/** The account with this e-mail address, undefined when there is none. */
export function findAccount(email: string): Account | undefined {
  return sandboxAccounts.find((account) => account.email === email.trim().toLowerCase());
}

/** The account whose e-mail address and password these are, undefined when they do not fit; `changed` are new passwords. */
export function checkLogin(email: string, password: string, changed: ReadonlyMap<string, string>): Account | undefined {
  const account = findAccount(email);
  return account !== undefined && (changed.get(account.email) ?? account.password) === password ? account : undefined;
}
