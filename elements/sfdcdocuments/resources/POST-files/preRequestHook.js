// include ../../lib/lookup.js
// What the path names is looked for first: a new file must not take the place of another unless that is wanted.
const names = namesOf(request_parameters.path);
const fault = fileFault(names);
const { fileName } = request_vendor_parameters;
const wanted = splitName(names[names.length - 1] ?? '');
const given = splitName(fileName ?? '');
if (fault !== undefined) done(refusal(400, fault));
else if (wanted.extension.toLowerCase() !== given.extension.toLowerCase()) {
  const message = `Salesforce takes the extension of the file’s own name, ${fileName}: give the file in the form the name ${names[names.length - 1]}, or the path the same extension.`;
  done(refusal(400, message));
} else {
  const asked = ask(fileStatements(names));
  done({ ...asked, request_vendor_parameters: { ...asked.request_vendor_parameters, fileName: null } });
}
