// The path is that of the new folder; Salesforce makes the folders above it that are not there.
const { path, name } = request_body_map ?? {};
const names = String(path ?? name ?? '')
  .split('/')
  .filter((part) => part !== '');
if (names.length === 0) {
  const message = 'Give the path of the new folder: {"path": "/Reports/2024"}.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else done({ request_vendor_body: { type: 'Folder', folder: { path: names.join('/') } } });
