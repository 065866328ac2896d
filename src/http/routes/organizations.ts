// Routes of the caller's own organization.

import { Type } from 'typebox';
import type { Organization } from '../../store/organizations.ts';
import { requireAdministrator, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { retentionMember } from '../event-scope.ts';
import { secured } from '../openapi.ts';
import { nullableText, responses } from '../shapes.ts';

const profileMembers = ['street1', 'street2', 'city', 'state', 'postalCode', 'country', 'externalId'] as const;
const text = Type.Optional(nullableText({ maxLength: 1000 }));
const profile = {
  street1: text,
  street2: text,
  city: text,
  state: text,
  postalCode: text,
  country: text,
  externalId: text,
};
const OrganizationBody = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  secret: Type.String(),
  createdDate: Type.String(),
  active: Type.Boolean(),
  vdrVersion: Type.String(),
  ...profile,
  [retentionMember]: Type.Optional(Type.Integer()),
});
const OrganizationChange = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  ...profile,
  [retentionMember]: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 36_500,
      description: 'days for which events are shown; null: as long as the server keeps them',
    }),
  ),
});

/** Adds the routes of the organization. */
export function organizationRoutes(server: Server, context: RouteContext): void {
  const { organizations } = context;
  const describe = { tags: ['Organizations'], security: secured.secrets };

  server.get(
    `${basePath}/organizations/me`,
    { schema: { ...describe, summary: 'Your organization', response: responses(OrganizationBody) } },
    async (request) => show(requireIdentity(request.caller).organization),
  );

  server.route({
    method: ['PUT', 'PATCH'],
    url: `${basePath}/organizations/me`,
    schema: {
      ...describe,
      summary: 'Change your organization',
      body: OrganizationChange,
      response: responses(OrganizationBody),
    },
    handler: async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const { name, ...given } = request.body;
      const profile = { ...organization.profile, ...given };
      return show(await organizations.updateOrganization(organization.id, { name, profile }));
    },
  });

  async function show(organization: Organization) {
    const secret = await organizations.secretOfOrganization(organization.id);
    const days = organization.profile[retentionMember];
    const shown = profileMembers.filter((member) => typeof organization.profile[member] === 'string');
    return {
      id: organization.id,
      name: organization.name,
      secret: secret.reveal(),
      createdDate: organization.createdAt.toISOString(),
      active: true,
      vdrVersion: String(organization.profile['vdrVersion'] ?? 'v2'),
      ...Object.fromEntries(shown.map((member) => [member, String(organization.profile[member])])),
      ...(typeof days === 'number' ? { [retentionMember]: days } : {}),
    };
  }
}
