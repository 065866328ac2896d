// include ../../lib/lookup.js
// The title is the name without its extension, which Salesforce does not change.
const { Id, parentFolderId } = request_previous_response;
const { name, path, title, description } = request_body_map;
const given = name ?? targetOf(path)?.name;
const newTitle = title ?? (given === undefined ? undefined : splitName(given).title);
const changes = {
  ...(newTitle === undefined ? {} : { title: newTitle }),
  ...(description === undefined ? {} : { desc: description }),
  ...(parentFolderId === undefined ? {} : { parentFolderId }),
};
if (Object.keys(changes).length === 0) done({ continue: false, response_body: { id: Id } });
else done({ request_vendor_body: changes });
