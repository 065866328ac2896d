// include ../../lib/shapes.js
// The first comment on a file begins its feed.
const { feedId, file } = request_previous_response;
if (feedId !== undefined) done({ continue: false, response_body: { id: feedId } });
else {
  const text = `Comments on ${nameOf(file.title, file.fileExtension)}`;
  const body = { messageSegments: [{ type: 'Text', text }] };
  done({ request_vendor_body: { feedElementType: 'FeedItem', subjectId: file.id, body } });
}
