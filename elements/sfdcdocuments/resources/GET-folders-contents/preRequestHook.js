// The root folder needs no look-up. Others are found by their name and the names of the folders above them.
const names = request_parameters.path.split('/').filter((name) => name !== '');
if (names.length === 0) {
  done({ continue: false, response_body: { Id: 'root' } });
} else if (names.length > 6) {
  const message = 'Salesforce follows at most five folders upwards: give a shorter path, or the folder by its id.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else {
  const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
  const conditions = names
    .reverse()
    .map((name, above) => `${'ParentContentFolder.'.repeat(above)}Name = ${quoted(name)}`);
  const q = `SELECT Id FROM ContentFolder WHERE ${conditions.join(' AND ')} ORDER BY CreatedDate LIMIT 1`;
  // The page is asked for in the next call of the chain.
  done({ request_vendor_parameters: { q } });
}
