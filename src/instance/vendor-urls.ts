// The settings that say where credentials are sent.

/** Keys of settings whose values are addresses that credentials are sent to. */
export const vendorUrls = [
  'base.url',
  'oauth.authorization.url',
  'oauth.request.url',
  'oauth.token.url',
  'oauth.token.refresh_url',
  'oauth.token.revoke_url',
] as const;
