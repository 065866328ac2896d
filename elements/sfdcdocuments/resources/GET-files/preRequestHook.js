// A file is found by its title and its extension, which stand apart at Salesforce. Of several the last changed is meant.
const [, folder, name] = /^(.*?)([^/]*)$/s.exec(request_parameters.path);
if (name === '' || !/^\/?$/.test(folder)) {
  const message =
    'Give the path of a file as /Title.ext: Salesforce finds files by title, whatever folder they are in.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else {
  const dot = name.lastIndexOf('.');
  const title = dot > 0 ? name.slice(0, dot) : name;
  const extension = dot > 0 ? name.slice(dot + 1) : '';
  const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
  const extensionIs = extension === '' ? 'FileExtension = null' : `FileExtension = ${quoted(extension)}`;
  const q = `SELECT Id FROM ContentDocument WHERE Title = ${quoted(title)} AND ${extensionIs} ORDER BY LastModifiedDate DESC LIMIT 1`;
  done({ request_vendor_parameters: { q } });
}
