// The statement is made of the caller's words. page and pageSize are what the platform counted.
const { text, path, startDate, endDate } = request_parameters;
const wrongDate = [startDate, endDate].find((date) => date !== null && Number.isNaN(Date.parse(date)));
if (path !== null && path !== '/') {
  const message = 'Search below a folder is not possible: leave path out, or list the folder.';
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else if (wrongDate !== undefined) {
  const message = `${wrongDate} is no date; write it as 2024-01-31 or 2024-01-31T10:00:00Z.`;
  done({ continue: false, response_status_code: 400, response_error_message: message });
} else {
  const conditions = [];
  if (text !== null && text !== '') {
    const part = text
      .replace(/[\\'%_]/g, '\\$&')
      .replace(/\n/g, '\\n')
      .replace(/\r/g, '\\r');
    conditions.push(`Title LIKE '%${part}%'`);
  }
  if (startDate !== null) conditions.push(`CreatedDate >= ${new Date(startDate).toISOString()}`);
  if (endDate !== null) conditions.push(`CreatedDate <= ${new Date(endDate).toISOString()}`);
  const size = Number(request_vendor_parameters.pageSize);
  const offset = Number(request_vendor_parameters.page) * size;
  const q = [
    'SELECT Id, Title, Description, FileExtension, ContentSize, CreatedDate, LastModifiedDate FROM ContentDocument',
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    `ORDER BY LastModifiedDate DESC, Id LIMIT ${size} OFFSET ${offset}`,
  ].join(' ');
  done({ request_vendor_parameters: { q, page: null, pageSize: null } });
}
