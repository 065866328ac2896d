// The new title is the name without its extension, which Salesforce does not change.
const { name, path, title, description, tags } = request_body_map ?? {};
const given = title ?? name ?? (typeof path === 'string' ? path.replace(/^.*\//s, '') : undefined);
if (tags !== undefined && tags !== null) {
  const message = 'tags cannot be changed yet; give name or description.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else if (given === undefined && description === undefined) {
  const message = 'Give name, path, title or description.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else {
  const changes = {};
  if (given !== undefined) {
    const dot = title === undefined ? String(given).lastIndexOf('.') : -1;
    changes.title = dot > 0 ? String(given).slice(0, dot) : String(given);
  }
  if (description !== undefined) changes.desc = description;
  done({ request_vendor_body: changes });
}
