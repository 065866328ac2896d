// Webex's Memberships and Team Memberships APIs (developer.webex.com), which differ in the name of what one is a member of.

import { type Answer, json } from '../vendor.ts';
import {
  bodyOf,
  deleted,
  flagOf,
  isMember,
  page,
  personNamed,
  required,
  roomOf,
  textOf,
  type WebexCall,
  WebexRefusal,
} from './call.ts';
import { enter, join, type Membership, type Person, type WebexData } from './data.ts';
import { tellOfMembership } from './notices.ts';

/** The handlers of one of the two APIs. */
export interface MembershipApi {
  list(call: WebexCall): Answer;
  create(call: WebexCall): Answer;
  read(call: WebexCall): Answer;
  update(call: WebexCall): Answer;
  remove(call: WebexCall): Answer;
}

interface Place {
  parameter: 'roomId' | 'teamId';
  rows(data: WebexData): Map<string, Membership>;
  /** Refuses a place that the caller is not in. */
  check(call: WebexCall, placeId: string): void;
  add(call: WebexCall, placeId: string, person: Person, isModerator: boolean): Membership;
}

/** Members of rooms: all of the caller's rooms, or of one `roomId`, then of one `personId` or `personEmail`. */
export const roomMemberships = membershipApi({
  parameter: 'roomId',
  rows: (data) => data.memberships,
  check: roomOf,
  add: (call, roomId, person, isModerator) => enter(call.data, roomOf(call, roomId), person, isModerator, call.now),
});

/** Members of a team: `teamId` is required. */
export const teamMemberships = membershipApi({
  parameter: 'teamId',
  rows: (data) => data.teamMemberships,
  check(call, teamId) {
    if (!isMember(call.data.teamMemberships, teamId, call.self.id)) {
      throw new WebexRefusal(404, 'Could not find a team with provided ID.');
    }
  },
  add: (call, teamId, person, isModerator) => join(call.data, teamId, person, isModerator, call.now),
});

/** A member of a room as the API shows it. */
export function shownMembership(call: WebexCall, membership: Membership): Record<string, unknown> {
  return shown(call, 'roomId', membership);
}

function shown(
  call: WebexCall,
  parameter: Place['parameter'],
  { id, placeId, personId, isModerator, isRoomHidden = false, created }: Membership,
): Record<string, unknown> {
  const person = call.data.people.get(personId);
  return {
    id,
    [parameter]: placeId,
    personId,
    personEmail: person?.emails[0],
    personDisplayName: person?.displayName,
    personOrgId: person?.orgId,
    isModerator,
    ...(parameter === 'roomId' && { isRoomHidden, isMonitor: false, roomType: call.data.rooms.get(placeId)?.type }),
    created,
  };
}

function membershipApi({ parameter, rows, check, add }: Place): MembershipApi {
  const show = (call: WebexCall, membership: Membership) => shown(call, parameter, membership);
  /** Webhooks hear of the members of rooms, not of those of teams ("Event reference"). */
  const tell = (call: WebexCall, event: 'created' | 'updated' | 'deleted', membership: Membership) => {
    if (parameter === 'roomId') tellOfMembership(call, event, show(call, membership));
  };
  const found = (call: WebexCall) => {
    const membership = rows(call.data).get(call.id);
    if (membership === undefined) throw new WebexRefusal(404, 'Could not find a membership with provided ID.');
    check(call, membership.placeId);
    return membership;
  };

  return {
    list(call) {
      const person = personNamed(
        call,
        call.query.get('personId') ?? undefined,
        call.query.get('personEmail') ?? undefined,
      );
      const placeId = call.query.get(parameter);
      if (parameter === 'teamId' || person !== undefined) required(placeId, parameter);
      if (placeId !== null) check(call, placeId);
      const chosen = [...rows(call.data).values()]
        .filter((one) =>
          placeId === null ? isMember(rows(call.data), one.placeId, call.self.id) : one.placeId === placeId,
        )
        .filter((one) => person === undefined || one.personId === person.id);
      return page(call, chosen, { by: (one) => one.id }, { show: (one) => show(call, one) });
    },
    create(call) {
      const body = bodyOf(call);
      const placeId = required(textOf(body, parameter), parameter);
      check(call, placeId);
      const person = personNamed(call, textOf(body, 'personId'), textOf(body, 'personEmail'));
      if (person === undefined) throw new WebexRefusal(400, 'Either personId or personEmail must be given.');
      if (isMember(rows(call.data), placeId, person.id)) throw new WebexRefusal(409, 'User is already a participant.');
      const membership = add(call, placeId, person, flagOf(body, 'isModerator') ?? false);
      tell(call, 'created', membership);
      return json(200, show(call, membership));
    },
    read: (call) => json(200, show(call, found(call))),
    update(call) {
      const membership = found(call);
      const body = bodyOf(call);
      const isModerator = flagOf(body, 'isModerator');
      const isRoomHidden = parameter === 'roomId' ? flagOf(body, 'isRoomHidden') : undefined;
      if (isModerator === undefined && isRoomHidden === undefined) {
        throw new WebexRefusal(400, 'The request is missing a required parameter: isModerator.');
      }
      membership.isModerator = isModerator ?? membership.isModerator;
      if (isRoomHidden !== undefined) membership.isRoomHidden = isRoomHidden;
      tell(call, 'updated', membership);
      return json(200, show(call, membership));
    },
    remove(call) {
      const membership = found(call);
      rows(call.data).delete(membership.id);
      tell(call, 'deleted', membership);
      return deleted;
    },
  };
}
