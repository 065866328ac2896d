// include ../../lib/lookup.js
const { parentFolderId } = request_previous_response;
const { name, path } = request_body_map;
const newName = name ?? targetOf(path)?.name;
done({
  request_vendor_body: {
    ...(newName === undefined ? {} : { name: newName }),
    ...(parentFolderId === undefined ? {} : { parentFolderId }),
  },
});
