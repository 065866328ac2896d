// Webex's Teams API (developer.webex.com "Teams").

import { type Answer, json } from '../vendor.ts';
import { bodyOf, deleted, isMember, page, required, textOf, type WebexCall, WebexRefusal } from './call.ts';
import { join, type Team } from './data.ts';

/** GET /teams: those that the caller is in. */
export function listTeams(call: WebexCall): Answer {
  const { teams, teamMemberships } = call.data;
  const mine = [...teams.values()].filter((team) => isMember(teamMemberships, team.id, call.self.id));
  return page(call, mine, { by: (team) => team.created });
}

/** POST /teams: `name`; the one who makes it moderates it. */
export function createTeam(call: WebexCall): Answer {
  const body = bodyOf(call);
  const name = required(textOf(body, 'name'), 'name');
  const description = textOf(body, 'description');
  const team: Team = { id: call.data.newId('TEAM'), name, creatorId: call.self.id, created: call.now };
  if (description !== undefined) team.description = description;
  call.data.teams.set(team.id, team);
  join(call.data, team.id, call.self, true, call.now);
  return json(200, team);
}

/** GET /teams/{teamId}. */
export function readTeam(call: WebexCall): Answer {
  return json(200, teamOf(call));
}

/** PUT /teams/{teamId}: `name` is required. */
export function updateTeam(call: WebexCall): Answer {
  const team = teamOf(call);
  const body = bodyOf(call);
  team.name = required(textOf(body, 'name'), 'name');
  const description = textOf(body, 'description');
  if (description !== undefined) team.description = description;
  return json(200, team);
}

/** DELETE /teams/{teamId}. */
export function deleteTeam(call: WebexCall): Answer {
  const team = teamOf(call);
  for (const membership of call.data.teamMemberships.values()) {
    if (membership.placeId === team.id) call.data.teamMemberships.delete(membership.id);
  }
  call.data.teams.delete(team.id);
  return deleted;
}

function teamOf(call: WebexCall): Team {
  const team = call.data.teams.get(call.id);
  if (team === undefined || !isMember(call.data.teamMemberships, team.id, call.self.id)) {
    throw new WebexRefusal(404, 'Could not find a team with provided ID.');
  }
  return team;
}
