// Where the routes of definitions and transformations say what they say: the organization, an account, or an instance,
// each with the rights of who asks.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TProperties, Type } from 'typebox';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { absentOrReadyMade, type MappedElement, type ResourceAuthor, type Written } from '../mapping/edit-resources.ts';
import { mappingOf, type SeenResource } from '../mapping/view-resources.ts';
import type { ResourcePlace } from '../store/common-resources.ts';
import type { InstanceRecord } from '../store/instances.ts';
import { type Caller, reachableScope, requireAdministrator, requireIdentity, requireInstance } from './caller.ts';
import type { RouteContext } from './context.ts';
import { findAccount } from './reachable-account.ts';
import { Id } from './shapes.ts';

/** What a request may be about. */
export interface PlacedRequest {
  author: ResourceAuthor;
  place: ResourcePlace;
  /** the instance's, or that of the path */
  element: MappedElement | undefined;
}

/** One way to name a place in a path. */
export interface PlaceAddress {
  prefix: string;
  /** as the summary of a route says it */
  of: string;
  params: TProperties;
  /** Finds the place; `writes` demands the right to change what is said there. Throws a Problem (401, 403, 404). */
  find(request: FastifyRequest, writes: boolean): Promise<PlacedRequest>;
}

/** Who asks, as the author of what is written. */
export function authorOf(caller: Caller): ResourceAuthor {
  const { organization, account } = requireIdentity(caller);
  return { organizationId: organization.id, accountId: account.id, ofOrganization: account.defaultAccount };
}

/** The places that have definitions, or, with an element named in the path, transformations. */
export function placeAddresses(context: RouteContext, withElement: boolean): PlaceAddress[] {
  const { organizations, instances, elements } = context;
  const elementPath = withElement ? '/elements/:keyOrId' : '';
  const elementParams: TProperties = withElement
    ? { keyOrId: Type.String({ description: 'an element’s key or id' }) }
    : {};
  const elementOf = async (request: FastifyRequest, account: { organizationId: number; accountId: number }) => {
    if (!withElement) return undefined;
    const { id, key } = await elements.find(parameter(request, 'keyOrId'), account);
    return { id, key };
  };
  const ofInstance = async (caller: Caller, record: InstanceRecord): Promise<PlacedRequest> => {
    const { organizationId, accountId, id: instanceId } = record;
    const element = { id: record.elementId, key: record.elementKey };
    return { author: authorOf(caller), place: { organizationId, accountId, instanceId }, element };
  };
  return [
    {
      prefix: `/organizations${elementPath}`,
      of: 'the organization',
      params: elementParams,
      async find(request, writes) {
        if (writes) requireAdministrator(request.caller);
        const author = authorOf(request.caller);
        const { organizationId } = author;
        return { author, place: { organizationId }, element: await elementOf(request, author) };
      },
    },
    {
      prefix: `/accounts${elementPath}`,
      of: 'your account',
      params: elementParams,
      async find(request) {
        const author = authorOf(request.caller);
        const { organizationId, accountId } = author;
        return { author, place: { organizationId, accountId }, element: await elementOf(request, author) };
      },
    },
    {
      prefix: `/accounts/:id${elementPath}`,
      of: 'an account',
      params: { id: Id, ...elementParams },
      async find(request) {
        const account = await findAccount(organizations, request.caller, Number(parameter(request, 'id')));
        const place = { organizationId: account.organizationId, accountId: account.id };
        return { author: authorOf(request.caller), place, element: await elementOf(request, place) };
      },
    },
    {
      prefix: '/instances',
      of: 'the instance of the element token',
      params: {},
      find: async ({ caller }) => ofInstance(caller, requireInstance(caller)),
    },
    {
      prefix: '/instances/:id',
      of: 'an instance',
      params: { id: Id },
      async find(request) {
        const id = Number(parameter(request, 'id'));
        const record = await instances.byId(reachableScope(requireIdentity(request.caller)), id);
        if (record === undefined) throw new Problem('notFound', `No instance found with the id ${id}.`);
        return ofInstance(request.caller, record);
      },
    },
  ];
}

/** Throws a Problem (403) when the organization says something of an object that a user of another account renames. */
export function requireOwn({ ofOrganization }: ResourceAuthor, { objectName, parts }: SeenResource): void {
  if (ofOrganization || !parts.some(({ level }) => level === 'organization')) return;
  throw new Problem('forbidden', `${objectName} is said by the organization: users of its default account rename it.`);
}

/** The element that a transformation names itself: by key, by id, or as an object with one of them. */
export function elementNameOf(transformation: Record<string, unknown>): string | undefined {
  const { elementKey, elementId, element } = transformation;
  const named = isObject(element) ? (element['key'] ?? element['id']) : undefined;
  const name = elementKey ?? elementId ?? named;
  return typeof name === 'string' || typeof name === 'number' ? String(name) : undefined;
}

/** One parameter of a request's path, as text. */
export function parameter(request: FastifyRequest, name: string): string {
  return String((request.params as Record<string, unknown>)[name]);
}

/** One object as an author sees it, with what it has just written. Throws a Problem (404; 403 when all of it was ignored). */
export async function seenAfter(
  { viewResources, systemResources }: RouteContext,
  author: ResourceAuthor,
  objectName: string,
  { places, ignored }: Written,
): Promise<SeenResource> {
  const seen = await viewResources.find(author, objectName, places);
  if (seen !== undefined) return seen;
  if (ignored.length === 0) throw absentOrReadyMade(systemResources, objectName);
  throw nothingWritten(ignored);
}

/** The Problem for a document all of which was ignored. */
export function nothingWritten(ignored: readonly string[]): Problem {
  return new Problem('forbidden', `You may not change anything of what was sent: ${ignored.join('; ')}.`);
}

/** One transformation, likewise. */
export async function mappingAfter(
  context: RouteContext,
  author: ResourceAuthor,
  target: { objectName: string; keyOrId: string },
  written: Written,
): Promise<Record<string, unknown>> {
  const seen = await seenAfter(context, author, target.objectName, written);
  const { key } = await context.elements.find(target.keyOrId, author);
  const mappings = await context.viewResources.mappings(author, seen.objectName, written.places);
  const mapping = mappings.find(({ elementKey }) => elementKey === key);
  if (mapping !== undefined) return mappingOf(seen, mapping);
  throw nothingWritten(written.ignored);
}

/** Says what of a body was ignored, in the header that clients look for. */
export function tellIgnored(reply: FastifyReply, ignored: readonly string[]): void {
  if (ignored.length === 0) return;
  const text = `ignored, because you may not change what is said at their level: ${ignored.join('; ')}`;
  reply.header('Elements-Error', text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 4000));
}
