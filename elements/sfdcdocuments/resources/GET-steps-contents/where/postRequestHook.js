// include ../../../lib/shapes.js
const { path } = request_previous_response;
const shapeOf = (item) =>
  item.IsFolder
    ? withRaw(
        {
          id: item.Id,
          name: item.Title,
          path: pathIn(path, item.Title),
          createdDate: dateOf(item.CreatedDate),
          modifiedDate: dateOf(item.LastModifiedDate),
          directory: true,
        },
        item,
      )
    : foundFileOf(item, path);
if (response_iserror) done();
else done({ response_body: response_body.map(shapeOf) });
