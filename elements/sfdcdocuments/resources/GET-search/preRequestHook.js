// include ../../lib/lookup.js
// include ../../lib/conditions.js
// The statement is made of the caller's words. page and pageSize are what the platform counted.
const { text, path, startDate, endDate, where, orderBy } = request_parameters;
const sortable = { name: 'Title', size: 'ContentSize', createdDate: 'CreatedDate', modifiedDate: 'LastModifiedDate' };
const fields = {
  extension: { name: 'FileExtension' },
  size: { name: 'ContentSize', type: 'number' },
  createdDate: { name: 'CreatedDate', type: 'date' },
  modifiedDate: { name: 'LastModifiedDate', type: 'date' },
};

function askForFiles() {
  const wrongDate = [startDate, endDate].find((date) => date !== null && Number.isNaN(Date.parse(date)));
  if (wrongDate !== undefined) {
    return refusal(400, `${wrongDate} is no date; write it as 2024-01-31 or 2024-01-31T10:00:00Z.`);
  }
  const names = namesOf(path ?? '');
  const filter = where === null ? { conditions: [] } : conditionsIn(fields);
  const fault = folderFault(names) ?? filter.fault;
  if (fault !== undefined) return refusal(400, fault);
  const [, by = 'modifiedDate', direction = 'desc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy ?? '') ?? [];
  if (sortable[by] === undefined || (orderBy !== null && !/^\s*\w+(\s+(asc|desc))?\s*$/i.test(orderBy))) {
    return refusal(400, `orderBy must be one of ${Object.keys(sortable).join(', ')}, with asc or desc.`);
  }
  const conditions = [...filter.conditions];
  if (text !== null && text !== '')
    conditions.push(`Title LIKE '%${quoted(text).slice(1, -1).replace(/[%_]/g, '\\$&')}%'`);
  if (startDate !== null) conditions.push(`CreatedDate >= ${new Date(startDate).toISOString()}`);
  if (endDate !== null) conditions.push(`CreatedDate <= ${new Date(endDate).toISOString()}`);
  const size = Number(request_vendor_parameters.pageSize);
  const offset = Number(request_vendor_parameters.page) * size;
  const order = `ORDER BY ${sortable[by]} ${direction.toUpperCase()}, Id LIMIT ${size} OFFSET ${offset}`;
  const selected = 'Id, Title, FileExtension, ContentSize, CreatedDate, LastModifiedDate';
  if (names.length === 0) {
    const filters = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    return ask({ files: `SELECT ${selected}, Description FROM ContentDocument${filters} ${order}` });
  }
  const inFolder = [`ParentContentFolderId = '${idFrom('folder')}'`, 'IsFolder = false', ...conditions].join(' AND ');
  return ask({
    folder: folderStatement(names),
    files: `SELECT ${selected} FROM ContentFolderItem WHERE ${inFolder} ${order}`,
  });
}

const asked = askForFiles();
done({ ...asked, request_vendor_parameters: { page: null, pageSize: null, ...asked.request_vendor_parameters } });
