// A new version of a file, a new file in a folder, or a new file in the Files home. The file itself is streamed past here.
const { file, folder, title } = request_previous_response;
const connect = '/services/data/v44.0/connect';
if (file !== undefined) done({ request_vendor_path: `${connect}/files/${file}`, request_vendor_parameters: { title } });
else if (folder === undefined) done({ request_vendor_parameters: { title } });
else {
  const request_vendor_parameters = { title, type: 'File' };
  done({ request_vendor_path: `${connect}/folders/${folder}/items`, request_vendor_parameters });
}
