// The title is the name without its extension; the extension is that of the uploaded file's own name.
const [, folder, name] = /^(.*?)([^/]*)$/s.exec(request_parameters.path);
if (name === '' || !/^\/?$/.test(folder)) {
  const message = 'Give the path of the new file as /Title.ext: uploads go to the root folder.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else {
  const dot = name.lastIndexOf('.');
  done({ request_vendor_parameters: { title: dot > 0 ? name.slice(0, dot) : name } });
}
